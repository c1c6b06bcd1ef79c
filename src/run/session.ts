// SPDX-License-Identifier: GPL-2.0-only
import type { RunRecord } from '../analysis/run-record.ts';
import { saveJson } from './json-file.ts';

/** Begins another stretch of carrying the run out. @returns what writes its record, with the time until then */
export function openSession(
  record: RunRecord,
  directory: string,
): (state: RunRecord['state']) => Promise<void> {
  const session = { started: new Date().toISOString(), duration_s: 0 };
  const before = record.duration_s;
  const begin = performance.now();
  record.sessions = [...(record.sessions ?? []), session];
  return (state) => {
    session.duration_s = tenths((performance.now() - begin) / 1000);
    record.duration_s = tenths(before + session.duration_s);
    record.state = state;
    return saveJson(directory, 'run.json', record);
  };
}

const tenths = (seconds: number) => Math.round(seconds * 10) / 10;
