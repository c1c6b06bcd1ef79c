// SPDX-License-Identifier: GPL-2.0-only
import { spawnSync } from 'node:child_process';
import { gunzipSync } from 'node:zlib';
import { ExitCode, Fault } from '../fault.ts';

/** Compressions of Debian's kernels: how the payload begins, and the program that undoes it. */
const programs = [
  { magic: Buffer.from([0x28, 0xb5, 0x2f, 0xfd]), argv: ['zstd', '-dc'] },
  { magic: Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a]), argv: ['xz', '-dc'] },
  { magic: Buffer.from([0x02, 0x21, 0x4c, 0x18]), argv: ['lz4', '-dc'] },
];

/**
 * The ELF kernel inside a bzImage. QEMU enters it directly (PVH), so that no guest spends a second of emulated time on
 * unpacking its kernel; the code that runs is the distributor's, unchanged.
 *
 * Fields of the setup header: Documentation/arch/x86/boot.rst.
 * @throws Fault (69) for a file that is no bzImage, or a compression without its program
 */
export function unpackKernel(image: Buffer): Buffer {
  if (image.toString('latin1', 0x202, 0x206) !== 'HdrS')
    throw new Fault(ExitCode.hostLacks, "the image's kernel is no bzImage");
  const setupSectors = image.readUInt8(0x1f1) || 4;
  const start = (setupSectors + 1) * 512 + image.readUInt32LE(0x248);
  const payload = image.subarray(start, start + image.readUInt32LE(0x24c));
  if (payload.readUInt16BE(0) === 0x1f8b) return gunzipSync(payload);
  const found = programs.find(({ magic }) => payload.subarray(0, magic.length).equals(magic));
  if (!found)
    throw new Fault(
      ExitCode.hostLacks,
      `the kernel's compression (${payload.toString('hex', 0, 4)}) is unknown`,
    );
  const [program = '', ...options] = found.argv;
  // The last four bytes are the unpacked size, which is no part of the compressed stream.
  const input = payload.subarray(0, -4);
  const { status, stdout, stderr } = spawnSync(program, options, { input, maxBuffer: 1 << 28 });
  if (status !== 0 || !stdout)
    throw new Fault(ExitCode.hostLacks, `${program} cannot unpack the kernel: ${stderr}`);
  const size = payload.readUInt32LE(payload.length - 4);
  if (stdout.length !== size)
    throw new Fault(ExitCode.hostLacks, `the kernel unpacks to ${stdout.length} bytes, not ${size}`);
  return stdout;
}
