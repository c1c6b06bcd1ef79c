// SPDX-License-Identifier: GPL-2.0-only
import { type Command, Option } from 'commander';
import { ExitCode, Fault } from '../fault.ts';
import { migrate as move } from '../run/by-hand.ts';
import { decide, type Resolution, resolveDoubts } from '../run/resolve.ts';
import { positiveInteger } from './number.ts';
import { print, printJson } from './output.ts';

interface Options {
  name: string;
  to?: string;
  resolve?: true;
  keep?: string;
  giveUp?: string;
  json?: true;
}

const examples = `
Examples:
  miglab migrate
  miglab migrate 8014 --to node-b
  miglab migrate --resolve                # after "in doubt": the nodes ask each other what became of it
  miglab migrate --resolve --keep node-a  # the other node will never answer: it goes on here (docs/hand-over.md)
`;

export const migrate = (program: Command) =>
  program
    .command('migrate')
    .description('move a process with its connections to another node')
    .argument('[pid]', 'a process that cr_run started (default: the only one)', positiveInteger)
    .option('-n, --name <NAME>', 'name of the lab', 'lab')
    .option('--to <NODE>', 'the destination (default: the other node)')
    .option('--resolve', 'instead: end the doubt about a hand-over whose answer was lost')
    .addOption(new Option('--keep <NODE>', 'with --resolve: the process goes on there').conflicts('giveUp'))
    .option('--give-up <NODE>', 'with --resolve: the process ends there')
    .option('--json', 'print the migration event as JSON')
    .addHelpText('after', examples)
    .action(async (pid: number | undefined, options: Options) =>
      options.resolve ? end(pid, options) : start(pid, options),
    );

async function start(pid: number | undefined, options: Options): Promise<void> {
  if (options.keep ?? options.giveUp)
    throw new Fault(ExitCode.usage, '--keep and --give-up decide about a doubt', 'Add --resolve.');
  const moved = await move(options.name, pid, options.to);
  if (options.json) return printJson(moved);
  const { name, node, to, bytes = 0, freeze_ns = 0, resumed_ns = 0, connections = [] } = moved;
  const frozen = ((resumed_ns - freeze_ns) / 1e6).toFixed(0);
  const count = connections.length;
  print(
    `${name} (${moved.pid}): ${node} -> ${to}, frozen for ${frozen} ms, ${(bytes / 1e6).toFixed(1)} MB, ${count} ${count === 1 ? 'connection' : 'connections'}`,
  );
}

async function end(pid: number | undefined, { name, keep, giveUp, json }: Options): Promise<void> {
  const node = keep ?? giveUp;
  const verdict = keep === undefined ? 'give-up' : 'keep';
  const ended = node ? await decide(name, { node, verdict, pid }) : await resolveDoubts(name);
  process.exitCode = codeOf(ended);
  if (json) return printJson(ended);
  if (ended.length === 0) print('nothing is in doubt');
  for (const each of ended)
    print(
      `${each.pid} on ${each.node} (${each.role}): ${each.status}${each.reason ? `: ${each.reason}` : ''}`,
    );
}

const codeOf = (ended: readonly Resolution[]) =>
  ended.some(({ status }) => status === 'lost')
    ? ExitCode.checkFailed
    : ended.some(({ status }) => status === 'in-doubt' || status === 'under-way')
      ? ExitCode.nothingMeasured
      : ExitCode.good;
