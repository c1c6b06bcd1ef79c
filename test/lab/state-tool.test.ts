// SPDX-License-Identifier: GPL-2.0-only
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { MachinePlan } from '../../src/plan/lab.ts';
import { endPeer, endServer, goOn, startPeer, startServer } from '../../src/plan/passing.ts';
import { guestFiles, loadModule } from '../../src/plan/script.ts';
import { carryOut, lab } from './boot.ts';
import { seenAtPeer } from './wire.ts';

const { events } = guestFiles;
const readings = 40;
const near = `${lab.cluster.address}:5000`;
const far = '10.77.0.100:41000';

/** Reads a connection under load in every way, and says what it found. */
const reader = `
import json, re, subprocess, sys
server, near, far = sys.argv[1:4]
def run(*words):
    done = subprocess.run(["tcpmig-state", *words], capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr
def say(event, **values):
    print(json.dumps({"event": event, **values}), flush=True)
def values(text):
    return {each["name"]: each["value"] for each in json.loads(text)["attributes"]}
code, text, _ = run("--list", "--pid", server, "--json")
mine = [each for each in json.loads(text) if each["remote"] == far]
say("listed", code=code, connections=mine)
fd = str(mine[0]["fd"])
acked, names = [], set()
for turn in range(${readings}):
    where = (near, far) if turn % 2 else ("--pid", server, "--fd", fd)
    code, text, error = run(*where, "--json", "--save", f"/run/miglab/state.{turn}")
    if code:
        say("failed", code=code, error=error)
        break
    state = json.loads(text)
    names |= {each["name"] for each in state["attributes"]}
    found = values(text)
    acked.append(found["BYTES_ACKED"])
ss = subprocess.run(["ss", "-tinH", "dst", far], capture_output=True, text=True).stdout
say("read", turns=len(acked), grows=sorted(acked) == acked and acked[0] < acked[-1], names=sorted(names), local=state["local"],
    remote=state["remote"], scales=f'{found["SND_WSCALE"]},{found["RCV_WSCALE"]}', ca=found["CA_NAME"],
    ss_scales=re.search(r"wscale:([0-9,]+)", ss)[1], ss_ca=re.search(r"\\b(cubic|reno|bbr)\\b", ss)[1])
code, text, _ = run(near, far)
say("shown", code=code, state=re.search(r"^TCP_STATE +(\\S+)$", text, re.M)[1], srtt=re.search(r"^SRTT_US +(.*)$", text, re.M)[1])
same, nothing, _ = run("--diff", "/run/miglab/state.1", "/run/miglab/state.1")
other, differences, _ = run("--diff", "/run/miglab/state.0", "/run/miglab/state.1")
say("compared", same=same, nothing=nothing, other=other, names=[line.split()[0] for line in differences.splitlines()])
code, text, _ = run("--file", "/run/miglab/state.1", "--json")
again = values(text)
open("/run/miglab/damaged", "wb").write(open("/run/miglab/state.1", "rb").read()[:-3])
say("from-file", code=code, same=code == 0 and len(again) > 150, damaged=run("--file", "/run/miglab/damaged")[2],
    empty=run("--file", "/dev/null")[2])
say("errors", none=run("10.77.0.1:1", "10.77.0.2:2"), no_socket=run("--pid", server, "--fd", "0"),
    no_process=run("--pid", "999999", "--fd", "0"), usage=run("here", "there")[0])
`;

function steps(machine: MachinePlan): string[] {
  if (machine.role === 'peer')
    return [
      'barrier_at 1 listening',
      ...startPeer(lab, 2, 1),
      'barrier_at 2 read',
      ...endPeer,
      'barrier_at 3 done',
    ];
  if (machine.name === 'node-b')
    return [...loadModule(lab, machine), 'barrier_at 1 listening', 'barrier_at 2 read', 'barrier_at 3 done'];
  return [
    ...loadModule(lab, machine),
    ...startServer(lab, machine),
    'barrier_at 1 listening',
    ...goOn(2),
    `python3 - $server ${near} ${far} <<'PYTHON' >> ${events} || fail "the reader"\n${reader}PYTHON`,
    'say threads "traced=$(grep -h TracerPid /proc/$server/task/*/status | sort -u)" "stopped=$(grep -lh "^State:.[tT]" /proc/$server/task/*/status || :)"',
    ...goOn(2),
    'barrier_at 2 read',
    'barrier_at 3 done',
    ...endServer,
    'say module "counters=$(cat /proc/net/tcpmig)"',
  ];
}

test('the state of a connection under load is read again and again, whole and by name, and its bytes stay right', async () => {
  const boot = await carryOut('states read', steps);
  expect(boot.problem).toBe('');
  const at = (event: string) => boot.events('node-a', event)[0];
  expect(boot.events('node-a', 'failed')).toEqual([]);
  expect(at('listed')).toMatchObject({
    code: 0,
    connections: [{ local: near, remote: far, state: 'ESTABLISHED', uid: 0, fd: expect.any(Number) }],
  });
  const read = at('read');
  expect(read).toMatchObject({ turns: readings, grows: true, local: near, remote: far });
  expect([read?.scales, read?.ca]).toEqual([read?.ss_scales, read?.ss_ca]);
  // All that every connection has, by the interface's names.
  const header = readFileSync('lab/module/uapi/tcpmig.h', 'utf8');
  const known = [...header.matchAll(/^\tTCPMIG_A_(\w+),/gm)].map(([, name]) => name as string);
  const seen = read?.names as string[];
  expect(seen.filter((name) => !known.includes(name))).toEqual([]);
  expect(seen).toEqual(
    expect.arrayContaining(['RCV_NXT', 'SND_UNA', 'CWND', 'SRTT_US', 'CUBIC_CNT', 'RCVBUF']),
  );
  expect(seen.length).toBeGreaterThan(150);
  expect(at('shown')).toMatchObject({
    code: 0,
    state: 'ESTABLISHED',
    srtt: expect.stringMatching(/^\d+\.\d{3} ms$/),
  });
  expect(at('compared')).toMatchObject({ same: 0, nothing: '', other: 1 });
  expect(at('compared')?.names).toEqual(expect.arrayContaining(['RCV_NXT', 'SND_NXT', 'TSVAL']));
  expect(at('from-file')).toMatchObject({
    same: true,
    damaged: 'tcpmig-state: /run/miglab/damaged: cut short\n',
    empty: 'tcpmig-state: /dev/null: cut short\n',
  });
  expect(at('errors')).toMatchObject({
    none: [2, '', expect.stringContaining('no such connection')],
    no_socket: [2, '', expect.stringContaining('no socket but')],
    no_process: [2, '', expect.stringContaining('No such file')],
    usage: 64,
  });
  expect(at('threads')).toMatchObject({ traced: 'TracerPid:\t0', stopped: '' });
  // One more than in the loop: the one that was shown.
  const counters = String(at('module')?.counters);
  expect(counters).toMatch(new RegExp(`^frozen ${readings + 1}$`, 'm'));
  expect(counters).toMatch(new RegExp(`^aborted ${readings + 1}$`, 'm'));
  for (const end of boot.events('peer', 'peer')) expect(end).toMatchObject({ wrong: 0, state: 'eof' });
  for (const end of boot.events('node-a', 'end')) expect(end).toMatchObject({ wrong: 0, state: 'done' });
  expect(boot.events('node-a', 'end')).toHaveLength(2);
  expect(await seenAtPeer(boot)).toMatchObject({ resets: 0 });
}, 240_000);
