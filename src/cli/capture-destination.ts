// SPDX-License-Identifier: GPL-2.0-only
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, fstatSync } from 'node:fs';
import { Socket } from 'node:net';
import type { Writable } from 'node:stream';
import { ExitCode, Fault } from '../fault.ts';
import { findProgram } from '../host/packages.ts';

export interface Destination {
  sink: Writable;
  /** For the line that tells of it. */
  what: string;
  howToEnd: string;
}

/**
 * Where a capture goes: a file, standard output (`-`), or a Wireshark that is started.
 *
 * @param card the arguments that name it, for advice
 * @throws Fault (64) for a file that cannot be written or a terminal, (69) where Wireshark cannot be started
 */
export function openDestination(asked: string | undefined, card: string): Promise<Destination> {
  if (asked === undefined) return openWireshark(card);
  return asked === '-' ? openStandardOutput(card) : openFile(asked);
}

async function openFile(path: string): Promise<Destination> {
  const sink = createWriteStream(path);
  try {
    await once(sink, 'open');
  } catch (cause) {
    throw new Fault(ExitCode.usage, `${path} cannot be written: ${(cause as Error).message}`, undefined, {
      cause,
    });
  }
  return { sink, what: `into ${path}`, howToEnd: 'Ctrl-C ends it' };
}

/** process.stdout writes to pipes synchronously: a reader that stops would stop this program, and Ctrl-C with it. */
async function openStandardOutput(card: string): Promise<Destination> {
  if (process.stdout.isTTY)
    throw new Fault(
      ExitCode.usage,
      'a capture is no text for a terminal',
      `For example: miglab capture ${card} -w - | tshark -r -`,
    );
  const kind = fstatSync(1);
  const isPipe = kind.isFIFO() || kind.isSocket();
  const sink = isPipe ? new Socket({ fd: 1, readable: false }) : createWriteStream('', { fd: 1 });
  return { sink, what: 'to standard output', howToEnd: 'Ctrl-C ends it' };
}

async function openWireshark(card: string): Promise<Destination> {
  const lacking = whatWiresharkLacks();
  if (lacking)
    throw new Fault(
      ExitCode.hostLacks,
      lacking.problem,
      `${lacking.remedy}, or write a file and open it where Wireshark is:
    miglab capture ${card} -w capture.pcap
  or, on the machine with Wireshark, live (FOLDER is where miglab is on this one):
    ssh ${process.env.USER ?? 'USER'}@THIS-HOST 'cd FOLDER && npx miglab capture ${card} -w -' | wireshark -k -i -`,
    );
  const wireshark = spawn('wireshark', ['-k', '-i', '-'], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  await once(wireshark, 'spawn');
  wireshark.once('exit', () => wireshark.stdin.destroy());
  wireshark.unref();
  return {
    sink: wireshark.stdin,
    what: 'into Wireshark',
    howToEnd: 'Ctrl-C, or closing Wireshark, ends it',
  };
}

function whatWiresharkLacks(): { problem: string; remedy: string } | undefined {
  if (!findProgram('wireshark'))
    return { problem: 'Wireshark is not installed', remedy: 'Install it: apt-get install wireshark' };
  if (!process.env.DISPLAY && !process.env.WAYLAND_DISPLAY)
    return {
      problem: 'there is no display to open Wireshark on',
      remedy: 'Log in with one (ssh -X brings yours along)',
    };
  return undefined;
}
