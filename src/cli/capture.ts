// SPDX-License-Identifier: GPL-2.0-only
import type { Command } from 'commander';
import { type Captured, pourCapture } from '../run/capture.ts';
import { findMachine } from '../run/connect.ts';
import { startCapture } from '../vm/capture.ts';
import { openDestination } from './capture-destination.ts';
import { interruption } from './interruption.ts';
import { positiveInteger, positiveNumber } from './number.ts';
import { printJson } from './output.ts';

/** tcpdump's: no frame is longer. */
const wholeFrames = 262144;

export const capture = (program: Command) =>
  program
    .command('capture')
    .description('see every frame at a card of a machine: live in Wireshark, in a file, or as a stream')
    .argument('<machine>')
    .argument('[wire]', "one of the machine's wires (default: its first)")
    .option('-n, --name <NAME>', 'name of the lab', 'lab')
    .option('-w, --write <FILE>', 'write a pcap file; - is standard output')
    .option('--seconds <N>', 'end after so long', positiveNumber)
    .option('--packets <N>', 'end after so many frames', positiveInteger)
    .option('--snaplen <BYTES>', 'keep so much of each frame', positiveInteger, wholeFrames)
    .option('--json', 'print what was captured as JSON')
    .addHelpText(
      'after',
      `
Nothing runs in the guest for it. Without -w Wireshark is started; Ctrl-C ends the capture cleanly.

Examples:
  miglab capture peer
  miglab capture node-a private -w move.pcap --seconds 30
  miglab capture peer public -w - | tshark -r - -Y tcp.flags.syn==1
`,
    )
    .action(async (name: string, wire: string | undefined, options) => {
      const signal = interruption();
      const machine = findMachine(options.name, name);
      await using started = await startCapture(options.name, machine, wire, options.snaplen);
      const destination = await openDestination(options.write, `${name}${wire ? ` ${wire}` : ''}`);
      process.stderr.write(
        `capturing ${started.wire} at ${name} ${destination.what}; ${destination.howToEnd}\n`,
      );
      const captured = await pourCapture(started, machine, destination.sink, options, signal);
      process.stderr.write(`${describe(captured, name)}\n`);
      if (options.json) printJson({ machine: name, wire: started.wire, file: options.write, ...captured });
    });

function describe({ packets, bytes, end, complete }: Captured, machine: string): string {
  const counted = `${packets} ${packets === 1 ? 'packet' : 'packets'}, ${(bytes / 1e6).toFixed(1)} MB`;
  if (end === 'machine') return `${counted}; ${machine} has ended`;
  if (end === 'reader') return `${counted}; the reader has closed`;
  return complete ? counted : `${counted}; the reader did not take everything`;
}
