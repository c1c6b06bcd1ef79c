// SPDX-License-Identifier: GPL-2.0-only
import { once } from 'node:events';
import { connect } from 'node:net';
import { setPriority } from 'node:os';
import { afterAll, expect } from 'vitest';
import { kindOf } from './kinds.ts';
import { turnsVariable } from './turns.ts';

// Before a test file is loaded: waits for its turn.
const kind = kindOf(expect.getState().testPath ?? '');
const path = process.env[turnsVariable];
if (path) {
  const turn = connect(path);
  turn.write(kind);
  await once(turn, 'data');
  turn.unref();
  if (kind === 'steady') setPriority(19);
  afterAll(() => void turn.end());
}
