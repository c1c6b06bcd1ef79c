// SPDX-License-Identifier: GPL-2.0-only
import { basename } from 'node:path';

/** Files in test/lab whose machines run on the virtual clock, or that only compile: a busy host changes nothing for them. */
export const steady = [
  ...['calibrate', 'handover-faults', 'handover-power', 'impairments', 'many-connections', 'rate-back'],
  ...['soak', 'static-checks', 'virtual-faults', 'virtual'],
].map((name) => `${name}.test.ts`);

export type Kind = 'real' | 'steady' | 'unit';

/** What a test file needs the host for: machines on its clock, machines on their own, or a processor. Pure. */
export const kindOf = (path: string): Kind =>
  !path.includes('/test/lab/') ? 'unit' : steady.includes(basename(path)) ? 'steady' : 'real';

/** So many at once, of which one of each kind with machines runs and the others wait for their turn. */
export const workers = steady.length + 3;
