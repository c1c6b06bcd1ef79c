// SPDX-License-Identifier: GPL-2.0-only
import { z } from 'zod';
import { type Kind, kinds } from './kinds.ts';

/**
 * JSON Schema (draft 2020-12) of a kind of file as people write it: what has a default may be left out. What no single
 * value shows, such as names that lead nowhere, is not in it; `miglab validate` finds that, too. Pure.
 */
export const jsonSchema = (kind: Kind): object =>
  z.toJSONSchema(kinds[kind].schema, { io: 'input', target: 'draft-2020-12' });

/** What a kind of file is for. */
export const purposeOf = (kind: Kind): string => kinds[kind].schema.meta()?.description ?? '';
