// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { hasPvhEntry, kernelPayload, unwrapKernel } from '../../../src/image/kernel.ts';

/** A bzImage's header (Documentation/arch/x86/boot.rst) in front of a payload. */
function bzImage(payload: Buffer): Buffer {
  const setup = Buffer.alloc(2 * 512);
  setup.writeUInt8(1, 0x1f1);
  setup.write('HdrS', 0x202);
  setup.writeUInt32LE(16, 0x248);
  setup.writeUInt32LE(payload.length + 4, 0x24c);
  return Buffer.concat([setup, Buffer.alloc(16), payload, Buffer.from([1, 2, 3, 4]), Buffer.from('tail')]);
}

test('the payload lies where the header says, without the size that follows it', () => {
  expect(kernelPayload(bzImage(Buffer.from('payload')))?.toString()).toBe('payload');
  expect(kernelPayload(Buffer.alloc(4096))).toBeUndefined();
});

test('an image that is packed in a way nobody knows stays as it is', async () => {
  const image = bzImage(Buffer.from('\x02!L\x18 lz4'));
  expect(await unwrapKernel(image)).toBe(image);
});

test('a PVH entry is the note Xen of type 18', () => {
  const note = (type: number) => {
    const head = Buffer.alloc(12);
    head.writeUInt32LE(4, 0);
    head.writeUInt32LE(4, 4);
    head.writeUInt32LE(type, 8);
    return Buffer.concat([Buffer.from('\x7fELF'), head, Buffer.from('Xen\0'), Buffer.alloc(4)]);
  };
  expect(hasPvhEntry(note(18))).toBe(true);
  expect(hasPvhEntry(note(5))).toBe(false);
});
