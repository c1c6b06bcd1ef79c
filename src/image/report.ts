// SPDX-License-Identifier: GPL-2.0-only

/** One line of progress: what is being done, how much of it, and about what. */
export interface Progress {
  stage: string;
  done?: number;
  total?: number;
  detail?: string;
}
export type Report = (line: Progress) => void;
