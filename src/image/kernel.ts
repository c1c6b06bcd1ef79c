// SPDX-License-Identifier: GPL-2.0-only
import { spawnSync } from 'node:child_process';
import { ExitCode, Fault } from '../fault.ts';

const elf = Buffer.from([0x7f, 0x45, 0x4c, 0x46]);
// By their first bytes; Debian packs 6.12 and 7.2 with zstd. 6.1 is packed with lz4, which even an emulated machine unpacks fast.
const packers = [
  { program: 'xz', magic: Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]) },
  { program: 'zstd', magic: Buffer.from([0x28, 0xb5, 0x2f, 0xfd]) },
] as const;

/**
 * The kernel inside a bzImage (Documentation/arch/x86/boot.rst: payload_offset, payload_length), byte for byte what the
 * kernel would unpack itself. QEMU starts it by its PVH entry, and emulated machines save a second of decompression.
 * An image that is packed in another way, or whose kernel has no PVH entry, stays as it is.
 */
export async function unwrapKernel(image: Buffer): Promise<Buffer> {
  const payload = kernelPayload(image);
  const packer = packers.find(({ magic }) => payload?.subarray(0, magic.length).equals(magic));
  if (!payload || !packer) return image;
  const kernel = decompress(packer.program, payload);
  return kernel.subarray(0, 4).equals(elf) && hasPvhEntry(kernel) ? kernel : image;
}

/** The compressed kernel; its last four bytes, the unpacked size, are no part of the stream. Pure. */
export function kernelPayload(image: Buffer): Buffer | undefined {
  if (image.length < 0x250 || image.toString('latin1', 0x202, 0x206) !== 'HdrS') return undefined;
  const setupSectors = image.readUInt8(0x1f1) || 4;
  const from = (setupSectors + 1) * 512 + image.readUInt32LE(0x248);
  return image.subarray(from, from + image.readUInt32LE(0x24c) - 4);
}

/** Whether there is an ELF note "Xen" of type XEN_ELFNOTE_PHYS32_ENTRY (18). Pure. */
export function hasPvhEntry(kernel: Buffer): boolean {
  const name = Buffer.from('Xen\0');
  for (let at = kernel.indexOf(name); at >= 12; at = kernel.indexOf(name, at + 1))
    if (kernel.readUInt32LE(at - 4) === 18 && kernel.readUInt32LE(at - 12) === 4) return true;
  return false;
}

/** @throws Fault (69) when the program is missing or does not like its input */
export function decompress(program: 'xz' | 'zstd', content: Buffer): Buffer {
  const { status, stdout, stderr, error } = spawnSync(program, ['-dc'], {
    input: content,
    maxBuffer: 1 << 29,
  });
  if (status === 0) return stdout;
  throw new Fault(
    ExitCode.hostLacks,
    `${program} -dc failed: ${error?.message ?? stderr}`,
    `Install ${program}.`,
  );
}
