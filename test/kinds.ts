// SPDX-License-Identifier: GPL-2.0-only
import { basename } from 'node:path';

/** Files in test/lab whose machines run on the virtual clock, or that only compile: a busy host changes nothing for them. */
export const steady = [
  // First: it builds roots of all kernels, for which no other should have to wait at its priority.
  ...['static-checks', 'soak', 'virtual', 'impairments', 'handover-power', 'rate-back', 'handover-faults'],
  ...['calibrate', 'many-connections', 'virtual-faults'],
].map((name) => `${name}.test.ts`);

export type Kind = 'real' | 'steady' | 'unit';

/** What a test file needs the host for: machines on its clock, machines on their own, or a processor. Pure. */
export const kindOf = (path: string): Kind =>
  !path.includes('/test/lab/') ? 'unit' : steady.includes(basename(path)) ? 'steady' : 'real';

/** So many at once, of which one of each kind with machines runs and the others wait for their turn. */
export const workers = steady.length + 3;
