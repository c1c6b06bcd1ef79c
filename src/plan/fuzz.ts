// SPDX-License-Identifier: GPL-2.0-only
import type { LayerFile } from './layer.ts';
import { guestFiles, modulePath } from './script.ts';

/** What one boot of the fuzzers is to do. */
export interface FuzzBoot {
  /** Of the campaign, from 1: another one is another series of random numbers. */
  number: number;
  inputs: number;
  seconds: number;
  processors: number;
  /** Situations that states are exported of first, when there are none yet. */
  situations?: readonly string[];
  /** Only this input, again and again. */
  input?: string;
}

/** States that a kernel exported, and the inputs that brought something new. */
export interface Corpus {
  seeds: ReadonlyMap<string, Uint8Array>;
  inputs: readonly string[];
}

const folder = '/etc/miglab/fuzz';
const exported = '/run/miglab/seeds';

/** The corpus as files of a machine. Pure. */
export const corpusFiles = ({ seeds, inputs }: Corpus): LayerFile[] => [
  ...[...seeds].map(([name, content]) => ({
    path: `${folder.slice(1)}/seeds/${name}`,
    mode: 0o644,
    content,
  })),
  { path: `${folder.slice(1)}/inputs`, mode: 0o644, content: inputs.map((each) => `${each}\n`).join('') },
];

/** Brings the exported states out: each in pieces, packed, as events. */
const tellSeeds = `python3 -c '
import base64, json, os, zlib
for name in sorted(os.listdir("${exported}")):
    text = base64.b64encode(zlib.compress(open("${exported}/" + name, "rb").read())).decode()
    for at in range(0, len(text), 3000):
        print(json.dumps({"event": "seed", "name": name, "part": text[at:at + 3000]}))
'`;

const exportSeeds = (situations: readonly string[]): string[] => [
  `mkdir -p ${exported}`,
  `tcpmig-states --direction a-b --save ${exported} ${situations.map((name) => `--case ${name}`).join(' ')} > /run/miglab/states.log 2>&1 || [ $? = 1 ] || fail "tcpmig-states: $(tail -n 3 /run/miglab/states.log)"`,
  `${tellSeeds} >> ${guestFiles.events}`,
];

/** One fuzzer on each processor, with a network namespace, and a series of its own. */
function fuzzers(boot: FuzzBoot, seeds: string): string[] {
  const common = `--seeds ${seeds} --inputs ${Math.ceil(boot.inputs / boot.processors)} --seconds ${boot.seconds}`;
  const one = (series: number) =>
    boot.input
      ? `--seeds ${seeds} --inputs ${boot.inputs} --input '${boot.input}'`
      : `${common} --series ${boot.number * 100 + series} $corpus`;
  const count = boot.input ? 1 : boot.processors;
  return [
    `corpus=; [ ! -s ${folder}/inputs ] || corpus="--corpus ${folder}/inputs"`,
    'fuzzers=',
    ...Array.from(
      { length: count },
      (_, series) => `tcpmig-fuzz ${one(series)} >> ${guestFiles.events} & fuzzers="$fuzzers $!"`,
    ),
    'for each in $fuzzers; do wait $each || fail "tcpmig-fuzz ended with $?"; done',
  ];
}

/**
 * What the machine carries out. On a kernel with checks what they find is on the console; of any kernel its own complaints
 * and a module that cannot be unloaded are the scenario's failure. Pure.
 */
export function fuzzScenario(machine: string, boot: FuzzBoot): string {
  const { events } = guestFiles;
  return [
    '#!/bin/sh',
    `# ${machine}: ${boot.inputs} inputs`,
    'set -eu',
    `echo ${machine} > /run/miglab/machine`,
    'fail() { say scenario-end status=failed "reason=$*"; echo "$*"; exit 1; }',
    `: >> ${events}`,
    `say --forward ${events} & forwarder=$!`,
    'mount -t debugfs debugfs /sys/kernel/debug || :',
    'modprobe -a tun tls tcp_bbr tcp_diag || fail "a driver cannot be loaded"',
    `insmod ${modulePath} || fail "the module cannot be loaded: $(dmesg | tail -n 3)"`,
    ...(boot.situations ? exportSeeds(boot.situations) : []),
    ...fuzzers(boot, boot.situations ? exported : `${folder}/seeds`),
    'say module "counters=$(cat /proc/net/tcpmig)"',
    'rmmod tcpmig || fail "the module is still in use"',
    "! dmesg | grep -E 'WARNING:|BUG:|Oops|refcount_t:|UBSAN:|general protection' || fail 'the kernel complained'",
    '# The forwarder ends when it has passed on what is there.',
    'kill $forwarder; wait $forwarder || :',
    'say scenario-end status=ok',
    '',
  ].join('\n');
}
