// SPDX-License-Identifier: GPL-2.0-only

import { statfs } from 'node:fs/promises';
import { cpus, freemem } from 'node:os';
import type { Command } from 'commander';
import { ExitCode } from '../fault.ts';
import { findProgram, hostSystem, installCommand, isRoot, missingPrograms } from '../host/packages.ts';
import { hostPackages, room } from '../image/host.ts';
import { whatIsMissing } from '../image/plan.ts';
import { cacheFolder } from '../vm/folders.ts';
import { paint } from './colour.ts';
import { print, printJson } from './output.ts';

interface Finding {
  what: string;
  state: 'good' | 'note' | 'missing';
  detail: string;
}

const colours = { good: 'green', note: 'yellow', missing: 'red' } as const;

export const doctor = (program: Command) =>
  program
    .command('doctor')
    .description('what this host has and lacks, and the command that mends it')
    .option('--json', 'print the findings as JSON')
    .addHelpText('after', '\nExample:\n  miglab doctor\n')
    .action(async (options) => {
      const findings = await examine();
      const lacking = findings.filter(({ state }) => state === 'missing');
      if (options.json) printJson(findings);
      else
        for (const { what, state, detail } of findings)
          print(`${paint(colours[state], state.padEnd(8))} ${what.padEnd(14)} ${detail}`);
      process.exitCode = lacking.length > 0 ? ExitCode.hostLacks : ExitCode.good;
    });

async function examine(): Promise<Finding[]> {
  return [system(), node(), ...programs(), await disk(), memory(), kvm(), ...(await images())];
}

function system(): Finding {
  const found = hostSystem();
  const remedy = 'made for Debian 12 and 13; elsewhere run it in a Debian container or machine';
  return {
    what: 'system',
    state: found.supported ? 'good' : 'note',
    detail: found.supported ? found.pretty : `${found.pretty}: ${remedy}`,
  };
}

const node = (): Finding => ({ what: 'node', state: 'good', detail: process.versions.node });

function programs(): Finding[] {
  const missing = missingPrograms(hostPackages);
  const found = hostPackages.length - missing.length;
  if (missing.length === 0) return [{ what: 'programs', state: 'good', detail: `all ${found} found` }];
  const prefix = isRoot() ? '' : findProgram('sudo') ? 'sudo ' : 'as root: ';
  return [
    ...missing.map(({ program, why }): Finding => ({ what: program, state: 'missing', detail: why })),
    { what: 'remedy', state: 'note', detail: `${prefix}${installCommand(missing)}` },
  ];
}

async function disk(): Promise<Finding> {
  const folder = cacheFolder();
  const { bavail, bsize } = await statfs(folder);
  const free = (bavail * bsize) / 1e9;
  return {
    what: 'disk',
    state: free < room.diskGb ? 'missing' : 'good',
    detail: `${free.toFixed(0)} GB free for the cache in ${folder} (${room.diskGb} GB needed)`,
  };
}

function memory(): Finding {
  const free = freemem() / 1e9;
  return {
    what: 'memory',
    state: free < room.memoryGb ? 'missing' : 'good',
    detail: `${free.toFixed(1)} GB free (${room.memoryGb} GB needed), ${cpus().length} processors`,
  };
}

const kvm = (): Finding =>
  findProgram('/dev/kvm')
    ? {
        what: 'kvm',
        state: 'note',
        detail: '/dev/kvm is there; whether a guest boots under it is tried at the first `up` or `run`',
      }
    : {
        what: 'kvm',
        state: 'note',
        detail: 'no /dev/kvm: guests run under emulation (TCG), which is slower and noisier',
      };

async function images(): Promise<Finding[]> {
  const { downloads, builds } = await whatIsMissing();
  if (downloads.length + builds.length === 0) return [{ what: 'images', state: 'good', detail: 'all built' }];
  return [
    { what: 'images', state: 'note', detail: `to be built by the first up or run: ${builds.join(', ')}` },
  ];
}
