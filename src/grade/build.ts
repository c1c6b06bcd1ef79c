// SPDX-License-Identifier: GPL-2.0-only
import type { GuestImage } from '../image/guest.ts';
import { buildModuleWith } from '../image/module-with.ts';
import type { Report } from '../image/report.ts';
import type { Assignment } from '../spec/assignment.ts';
import type { Submission } from './submission.ts';

/** What guests are given of a submission: a module, or the program itself. */
export interface Product {
  content: Buffer;
}

/** Makes of a submission what runs in guests. @returns why not, in the compiler's words, when it cannot be made */
export async function buildSubmission(
  { kind, limits }: Assignment,
  { files }: Submission,
  guest: GuestImage,
  report: Report,
): Promise<Product | string> {
  if (kind === 'program') return { content: files[0]?.content ?? Buffer.alloc(0) };
  const { module, complaint } = await buildModuleWith(
    guest,
    files,
    { seconds: limits.build_s, memoryMb: limits.memory_mb, diskMb: limits.disk_mb },
    report,
  );
  return module ? { content: module } : complaint;
}
