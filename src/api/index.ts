// SPDX-License-Identifier: GPL-2.0-only
// What `import ... from 'miglab'` gives (docs/api.md). It prints nothing and never ends the process.
import { Lab } from './lab.ts';

/** Labs on this host. */
export const lab = { up: Lab.up };

export { ExitCode, Fault } from '../fault.ts';
export type { Progress } from '../image/report.ts';
export type { ExecOptions, ExecResult, Lab, UpOptions } from './lab.ts';
