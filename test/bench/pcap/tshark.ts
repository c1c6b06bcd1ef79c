// SPDX-License-Identifier: GPL-2.0-only
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { ExitCode, Fault } from '../../../src/fault.ts';

/** What the analysis reads of each segment, and tshark without what it would work out beyond. */
const FIELDS = [
  ...['frame.time_epoch', 'eth.src', 'ip.src', 'ip.dst', 'tcp.srcport', 'tcp.dstport', 'tcp.seq_raw'],
  ...['tcp.ack_raw', 'tcp.flags', 'tcp.window_size_value', 'tcp.len'],
  ...['tcp.options.timestamp.tsval', 'tcp.options.timestamp.tsecr'],
];
const LEAN = ['ip.defragment', 'tcp.desegment_tcp_streams', 'tcp.analyze_sequence_numbers'];

export const fieldArguments = (capture: string): string[] => [
  ...['-n', '-r', capture, ...LEAN.flatMap((preference) => ['-o', `${preference}:FALSE`])],
  ...['-T', 'fields', ...FIELDS.flatMap((field) => ['-e', field])],
];

/** The least that makes tshark dissect every frame: it counts them by protocol and prints the sums. */
export const countArguments = (capture: string): string[] => [
  ...['-n', '-q', '-r', capture, ...LEAN.flatMap((preference) => ['-o', `${preference}:FALSE`])],
  ...['-z', 'io,phs'],
];

/** Runs tshark to its end, its output thrown away. @returns seconds. @throws Fault (69) when it is missing or fails. */
export async function runTshark(argv: readonly string[], signal: AbortSignal): Promise<number> {
  const start = performance.now();
  const child = spawn('tshark', argv, { stdio: 'ignore', signal });
  const [code] = await once(child, 'close').catch((cause: Error) => {
    signal.throwIfAborted();
    const remedy = 'apt-get install tshark';
    throw new Fault(ExitCode.hostLacks, `tshark does not start: ${cause.message}`, remedy, { cause });
  });
  if (code !== 0) throw new Fault(ExitCode.hostLacks, `tshark ended with ${code}`);
  return (performance.now() - start) / 1000;
}
