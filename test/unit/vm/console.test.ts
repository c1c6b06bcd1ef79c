// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { findPanic } from '../../../src/vm/console.ts';

// As kernel/locking/lockdep.c, mm/kasan/report.c, lib/ubsan.c, kernel/hung_task.c and lib/debugobjects.c print them.
test.each([
  '[    6.293679] WARNING: CPU: 0 PID: 137 at net/ipv4/inet_connection_sock.c:1301 inet_csk_destroy_sock+0xba/0x120',
  '[   12.000001] WARNING: possible circular locking dependency detected',
  '[   12.000001] WARNING: suspicious RCU usage',
  '[   12.000001] BUG: KASAN: slab-use-after-free in tcpmig_thaw+0x31/0x90 [tcpmig]',
  '[   12.000001] BUG: sleeping function called from invalid context at net/core/sock.c:3594',
  '[   12.000001] UBSAN: shift-out-of-bounds in net/ipv4/tcp_input.c:312:22',
  '[  240.000001] INFO: task tcpmig-race:141 blocked for more than 120 seconds.',
  'BUG: memory leak',
])('a report of a kernel with checks is found: %s', (line) => {
  expect(findPanic(`[    0.1] Linux version 6.12\n${line}\n[   13.0] Call Trace:\n`)).toContain(
    line.replace(/^\[.*?\] /, ''),
  );
});

test('what a program or the module says of a state is no report', () => {
  const text =
    '[ 1.0] tcpmig-fuzz: closing-ipv4:1f\n[ 1.1] tcpmig: state: attribute 7 is out of range\nWARNING: old file\n';
  expect(findPanic(text)).toBeUndefined();
});
