// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { roomOfGroup } from '../../../src/vm/memory.ts';

const stat =
  'anon 524288000\nfile 314572800\ninactive_anon 4096\ninactive_file 209715200\nactive_file 104857600\n';

test("a container's limit counts, and its file pages do not", () => {
  expect(roomOfGroup('1073741824\n', '838860800\n', stat)).toBe((1024 - 800 + 300) * 2 ** 20);
});

test('a group without a limit is none', () => {
  expect(roomOfGroup('max\n', '838860800\n', stat)).toBe(Infinity);
});
