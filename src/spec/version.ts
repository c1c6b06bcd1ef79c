// SPDX-License-Identifier: GPL-2.0-only
import { z } from 'zod';

/** The version of a file's format: one that this program knows, or else it is refused by name. */
export const versionOf = <Known extends number>(file: string, known: Known) =>
  z.literal(known, {
    error: ({ input }) =>
      typeof input === 'number' && input > known
        ? `version ${input}, of a newer miglab; expected ${file} of version ${known}, or take that miglab`
        : `expected ${file} of version ${known}`,
  });
