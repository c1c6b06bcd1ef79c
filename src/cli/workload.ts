// SPDX-License-Identifier: GPL-2.0-only
import { type Command, Option } from 'commander';
import { ExitCode } from '../fault.ts';
import { startWorkload, stopWorkload } from '../run/by-hand.ts';
import { positiveInteger, positiveNumber } from './number.ts';
import { print, printJson } from './output.ts';

export const workload = (program: Command) =>
  program
    .command('workload')
    .description('start traffic between a process on the first node and the peer; every byte is verified')
    .option('-n, --name <NAME>', 'name of the lab', 'lab')
    .addOption(
      new Option('--role <ROLE>', 'what the process does')
        .choices(['source', 'sink', 'duplex'])
        .default('duplex'),
    )
    .option('--rate <MB_S>', 'MB/s that each sender is asked for', positiveNumber, 0.5)
    .option('--image-mb <MB>', 'memory of the process', positiveInteger, 5)
    .option('--stop', 'end it in good order, and tell what both sides verified')
    .option('--json', 'print its event as JSON')
    .addHelpText(
      'after',
      `
The nodes are made ready for migrations first: module loaded, receiver started.

Examples:
  miglab workload
  miglab workload --role sink --rate 5 --image-mb 50
  miglab workload --stop
`,
    )
    .action((options) => (options.stop ? stop(options) : start(options)));

async function start(options: {
  name: string;
  role: 'source' | 'sink' | 'duplex';
  rate: number;
  imageMb: number;
  json?: boolean;
}): Promise<void> {
  const traffic = { role: options.role, rateMbS: options.rate, imageMb: options.imageMb };
  const started = await startWorkload(options.name, traffic);
  if (options.json) return printJson(started);
  const { pid, node, local, remote } = started;
  print(
    `workload: process ${pid} on ${node}, ${local} to ${remote}, ${options.role}, ${options.rate} MB/s, ${options.imageMb} MB of memory`,
  );
}

async function stop({ name, json }: { name: string; json?: boolean }): Promise<void> {
  const ended = await stopWorkload(name);
  process.exitCode = ended.exit === 0 ? ExitCode.good : ExitCode.checkFailed;
  if (json) return printJson(ended);
  const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
  const { pid, node, tx_bytes, rx_bytes, rx_wrong, mem_wrong } = ended;
  print(
    `workload: process ${pid} ended on ${node}; sent ${megabytes(tx_bytes)}, received ${megabytes(rx_bytes)}, ${rx_wrong} bytes wrong, ${mem_wrong} in memory`,
  );
}
