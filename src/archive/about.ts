// SPDX-License-Identifier: GPL-2.0-only
import type { Assessment } from '../report/evaluation/assessment.ts';
import type { Evidence } from '../report/evaluation/evidence.ts';

/** about.json: what an archive is of. */
export interface About {
  readonly version: 1;
  readonly miglab: string;
  /** Of the program that wrote the archive; each run's own is in its run.json. */
  readonly source: {
    readonly describe: string | null;
    readonly commit: string | null;
    readonly dirty: boolean | null;
  };
  readonly captures: boolean;
  readonly runs: readonly string[];
  /** Of the images' locks in the archive, those that are not the ones a run was made with. */
  readonly otherLocks: readonly string[];
}

/** A run of an archive, and the claims that it decides. */
export interface ArchivedRun {
  readonly id: string;
  /** Null for a run of another kind, such as of the module alone. */
  readonly evidence: Evidence | null;
  readonly assessments: readonly Assessment[];
  readonly files: readonly string[];
}
