// SPDX-License-Identifier: GPL-2.0-only
import type { Progress, Report } from '../image/report.ts';

const clearLine = '\r\u001b[2K';

/** Shows long work on stderr: one line that is rewritten on a terminal, plain lines elsewhere, nothing when quiet. */
export function progress(quiet = false): { report: Report; note(line: string): void; end(): void } {
  const terminal = process.stderr.isTTY === true && process.env.TERM !== 'dumb';
  let shown = false;
  let lastStage = '';
  const note = (line: string) => {
    if (quiet) return;
    process.stderr.write(`${shown ? clearLine : ''}${line}\n`);
    shown = false;
  };
  const report = (line: Progress) => {
    if (quiet) return;
    const text = describe(line);
    if (terminal) {
      process.stderr.write(`${clearLine}${text.slice(0, (process.stderr.columns ?? 80) - 1)}`);
      shown = true;
    } else if (line.stage + (line.detail ?? '') !== lastStage) note(text);
    lastStage = line.stage + (line.detail ?? '');
  };
  const end = () => {
    if (shown) process.stderr.write(clearLine);
    shown = false;
  };
  return { report, note, end };
}

function describe({ stage, done, total, detail }: Progress): string {
  const share = total ? ` ${Math.floor((100 * (done ?? 0)) / total)}%` : '';
  return `${stage}${share}${detail ? `: ${detail}` : ''}`;
}
