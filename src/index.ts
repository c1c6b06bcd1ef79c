// SPDX-License-Identifier: GPL-2.0-only
// What `import ... from 'miglab'` gives (docs/api.md). It prints nothing and never ends the process.
import { Lab } from './api/lab.ts';

/** Labs on this host. */
export const lab = { up: Lab.up };

export type { ExecOptions, ExecResult, Lab, UpOptions } from './api/lab.ts';
export { ExitCode, Fault } from './fault.ts';
export type { Progress } from './image/report.ts';
