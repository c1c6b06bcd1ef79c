// SPDX-License-Identifier: GPL-2.0-only
import { parseSample, type Sample, sampleScript } from '../guest/sample.ts';
import { runScript } from '../guest/script.ts';
import type { SshSession } from '../guest/ssh.ts';
import { loadLab } from '../vm/state.ts';
import { connect } from './connect.ts';

/** A machine that is paused or very busy does not hold the others up for longer. */
const patienceMs = 5000;

/** Asks all machines of a lab what they are doing, over one SSH session each. */
export class Sampler implements Disposable {
  readonly lab: string;
  readonly machines: readonly string[];
  readonly #sessions = new Map<string, SshSession>();

  /** @throws Fault (64) when there is no such lab */
  constructor(lab: string) {
    this.lab = lab;
    this.machines = loadLab(lab)
      .machines.map(({ name }) => name)
      .sort();
  }

  /** @returns what each machine said; undefined for one that did not answer */
  async sample(): Promise<Map<string, Sample | undefined>> {
    const answers = this.machines.map(
      async (machine) => [machine, await this.#ask(machine).catch(() => this.#forget(machine))] as const,
    );
    return new Map(await Promise.all(answers));
  }

  [Symbol.dispose](): void {
    for (const machine of this.machines) this.#forget(machine);
  }

  async #ask(machine: string): Promise<Sample> {
    const session = this.#sessions.get(machine) ?? (await connect(this.lab, machine));
    this.#sessions.set(machine, session);
    const answer = await deadline(runScript(session, sampleScript), patienceMs);
    return parseSample(answer.stdout);
  }

  /** The next sample connects anew. */
  #forget(machine: string): undefined {
    this.#sessions.get(machine)?.[Symbol.dispose]();
    this.#sessions.delete(machine);
  }
}

async function deadline<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('no answer')), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
