// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { withResolution } from '../../../../src/report/print/png.ts';
import { openTypesetter } from '../../../../src/report/print/typesetter.ts';

const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="5"/>';

test('the resolution stands after IHDR, as other programs write 300 dots per inch, and nothing else changes', async () => {
  const plain = Buffer.from((await openTypesetter()).png(svg, 20));
  const png = withResolution(plain, 300);
  // 11,811 to the metre in both directions; the last four bytes are the checksum.
  const chunk = Buffer.from('000000097048597300002e2300002e230178a53f76', 'hex');
  expect(png.subarray(33, 54)).toEqual(chunk);
  expect(Buffer.concat([png.subarray(0, 33), png.subarray(54)])).toEqual(plain);
  expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([20, 10]);
});
