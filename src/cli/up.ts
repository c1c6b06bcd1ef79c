// SPDX-License-Identifier: GPL-2.0-only
import type { Command } from 'commander';
import { ExitCode, Fault } from '../fault.ts';
import { hostPackages } from '../image/host.ts';
import { planLab, withImages } from '../plan/lab.ts';
import { dryRun, prepareLab, raiseLab } from '../run/interactive.ts';
import { topologyPath } from '../spec/catalogue.ts';
import { readTopology } from '../spec/topology.ts';
import { interruption } from './interruption.ts';
import { print, printJson } from './output.ts';
import { progress } from './progress.ts';
import { provision } from './provision.ts';

export const up = (program: Command) =>
  program
    .command('up')
    .description('boot the machines of a topology, with SSH')
    .argument('[topology]', 'a file, or a name of lab/topologies', 'broadcast-cluster')
    .option('-n, --name <NAME>', 'name of the lab', 'lab')
    .option(
      '--image <[MACHINE=]NAME>',
      "another image than the topology's, for all machines or for one; may be given several times",
      (choice: string, before: string[]) => [...before, choice],
      [],
    )
    .option('--boot-timeout <SECONDS>', 'deadline for the boot', Number, 120)
    .option('--cold', 'boot every machine instead of letting it go on from a saved one')
    .option('--yes', 'install and download what is missing without asking')
    .option('--dry-run', 'print the plan and the command lines of QEMU, start nothing')
    .option('--json', 'print the state of the lab as JSON')
    .addHelpText('after', '\nExample:\n  miglab up && miglab exec node-a uname -r && miglab down\n')
    .action(async (topology: string, options) => {
      const asked = planLab(await readTopology(topologyPath(topology)));
      const plan = withImages(asked, options.image);
      if (!plan)
        throw new Fault(
          ExitCode.usage,
          `--image: ${topology} has no such machine`,
          `It has ${asked.machines.map(({ name }) => name).join(', ')}.`,
        );
      if (options.dryRun) return printJson(dryRun(plan, options.name));
      const agreed = options.yes || process.env.CI === 'true';
      if (agreed || process.stdin.isTTY) await provision(hostPackages, agreed);
      const shown = progress(options.json);
      const signal = interruption();
      const how = { report: shown.report, signal, timeoutMs: options.bootTimeout * 1000, cold: options.cold };
      const state = await raiseLab(await prepareLab(plan, options.name, how), how);
      shown.end();
      if (options.json) return printJson(state);
      for (const { name, sshPort } of state.machines)
        print(`${name.padEnd(8)} up   miglab ssh ${name}   (port ${sshPort})`);
    });
