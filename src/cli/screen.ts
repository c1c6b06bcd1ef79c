// SPDX-License-Identifier: GPL-2.0-only

const enter = '\u001b[?1049h\u001b[?25l';
const leave = '\u001b[?25h\u001b[?1049l';
const home = '\u001b[H';
const clearRest = '\u001b[K';
const clearBelow = '\u001b[J';

/** A page that is drawn anew in place: on a terminal's alternate screen, which leaving restores. */
export class Screen implements Disposable {
  readonly #ended = new AbortController();
  readonly #leave = () => void process.stdout.write(leave);
  readonly #key = (key: Buffer) => {
    // Control-C is a key like others while the terminal is raw.
    if (['q', 'Q', '\u0003'].includes(key.toString())) this.#ended.abort();
  };

  /** Aborts when the user wants to leave. */
  get ended(): AbortSignal {
    return this.#ended.signal;
  }

  constructor() {
    process.stdout.write(enter);
    // Also when the program ends by what nobody caught.
    process.once('exit', this.#leave);
    if (!process.stdin.isTTY) return;
    process.stdin.setRawMode(true);
    process.stdin.on('data', this.#key);
  }

  /** A terminal that does not know its size says 0. */
  get width(): number {
    return process.stdout.columns || 80;
  }

  draw(lines: readonly string[]): void {
    const page = lines.slice(0, (process.stdout.rows || 24) - 1);
    process.stdout.write(`${home}${page.map((line) => `${line}${clearRest}\n`).join('')}${clearBelow}`);
  }

  [Symbol.dispose](): void {
    process.off('exit', this.#leave);
    this.#leave();
    if (!process.stdin.isTTY) return;
    process.stdin.off('data', this.#key).setRawMode(false).pause();
  }
}
