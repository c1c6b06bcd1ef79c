// SPDX-License-Identifier: GPL-2.0-only
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { archiveRuns } from '../../../src/archive/archive.ts';
import { checkArchive } from '../../../src/archive/check.ts';
import { passesFolder } from '../report/evaluation/runs.ts';
import { type Member, makeRun, readMembers, writeMembers } from './archived.ts';

const silent = () => {};
const withCaptures = { captures: true, report: silent };
const root = 'miglab-results/';
let folder = '';
let run = '';
let file = '';
let members: Member[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'miglab-archive-'));
  run = await makeRun();
  file = join(folder, 'all.tar.gz');
  await archiveRuns([run, passesFolder()], file, withCaptures);
  members = await readMembers(file);
});

const names = () => members.map(({ header }) => header.name.slice(root.length));
const textOf = (name: string) =>
  members.find(({ header }) => header.name === root + name)?.content.toString() ?? expect.fail(`no ${name}`);

/** The archive with some members changed, under another name. */
async function changed(name: string, change: (member: Member) => Member | undefined): Promise<string> {
  const copies = members.map(({ header, content }) => ({ header: { ...header }, content }));
  return writeMembers(
    join(folder, name),
    copies.flatMap((member) => change(member) ?? []),
  );
}

test('it holds the results, what is needed to read them, and nothing else of the run', () => {
  const held = names();
  expect(held).toEqual(held.toSorted((a, b) => (a < b ? -1 : 1)));
  expect(held).toEqual(
    expect.arrayContaining([
      ...['README.txt', 'SHA256SUMS', 'about.json', 'claims.csv', 'index.html', 'LICENSE'],
      ...['docs/results-format.md', 'images/locks/trixie.lock.json', 'experiments/tcpmig/claims.yml'],
      ...['runs/figures-1/run.json', 'runs/figures-1/report.html', 'runs/figures-1/claims.yml'],
      ...['runs/figures-1/cells/duplex/public.pcap', 'runs/figures-1/cells/duplex/peer.console.log'],
      'runs/pass-1/passes.json',
    ]),
  );
  expect(held.filter((name) => /partial|replays|owner|\.new$/.test(name))).toEqual([]);
});

test('the same results give the same bytes, whatever their times and wherever they are', async () => {
  const moved = join(folder, 'moved', 'figures-1');
  await cp(run, moved, { recursive: true });
  await utimes(join(moved, 'run.json'), 1, 2);
  const [one, other] = [join(folder, 'one.tar.gz'), join(folder, 'other.tar.gz')];
  const first = await archiveRuns([run], one, withCaptures);
  const second = await archiveRuns([moved], other, withCaptures);
  expect((await readFile(other)).equals(await readFile(one))).toBe(true);
  expect(second.sha256).toBe(first.sha256);
  for (const { header } of members) expect(header.mtime?.getTime()).toBe(0);
});

test('tar unpacks it, sha256sum finds every file right, and the page links to each by a path that is there', async () => {
  const into = join(folder, 'unpacked');
  await mkdir(into);
  execFileSync('tar', ['-xzf', file, '-C', into]);
  const output = execFileSync('sha256sum', ['-c', 'SHA256SUMS'], { cwd: join(into, root), encoding: 'utf8' });
  expect(output.split('\n').filter(Boolean)).toHaveLength(members.length - 1);
  const page = textOf('index.html');
  const links = [...page.matchAll(/href="([^"]*)"/g)].map(([, link = '']) => decodeURIComponent(link));
  expect(links.filter((link) => /^(\/|[a-z]+:)/.test(link))).toEqual([]);
  for (const link of links) expect(existsSync(join(into, root, link)), link).toBe(true);
  expect([...new Set(links)].sort()).toEqual(names().filter((name) => name !== 'index.html'));
  expect(page).not.toMatch(/<script|src=/);
  expect(textOf('README.txt')).toContain('npx miglab report DIR/runs/figures-1');
});

test('the table has a row for each claim that a run decides', () => {
  const lines = textOf('claims.csv').trim().split('\n');
  expect(lines).toHaveLength(1 + 8 + 4);
  expect(lines.find((line) => line.startsWith('pass-1,tcpcp,peer-unmodified,'))).toContain(
    ',reproduced,it holds,',
  );
});

test('a check finds all sums and all numbers the same', async () => {
  const { files, wrong, runs } = await checkArchive(file, silent);
  expect([files, wrong]).toEqual([members.length, []]);
  expect(runs).toEqual([
    { run: 'figures-1', cells: 1, because: '', differences: [] },
    { run: 'pass-1', cells: 0, because: 'it has no captures', differences: [] },
  ]);
});

test('numbers that the captures do not give are named, by row and column, although the sums are right', async () => {
  const other = join(folder, 'forged', 'figures-1');
  await cp(run, other, { recursive: true });
  const table = join(other, 'measurements.csv');
  const text = await readFile(table, 'utf8');
  await writeFile(table, text.replace(/,70,/, ',7,'));
  const forged = join(folder, 'forged.tar.gz');
  await archiveRuns([other], forged, withCaptures);
  const { wrong, runs } = await checkArchive(forged, silent);
  expect(wrong).toEqual([]);
  expect(runs[0]?.differences).toHaveLength(1);
  expect(runs[0]?.differences[0]).toMatch(/^measurements\.csv:2: duplex: \w+ 7, derived 70$/);
});

test('a file that was changed, left out or added is named', async () => {
  const wrongIn = async (archive: string) => (await checkArchive(archive, silent)).wrong;
  const license = (name: string) => name === `${root}LICENSE`;
  expect(
    await wrongIn(
      await changed('byte.tar.gz', (member) =>
        license(member.header.name) ? { ...member, content: Buffer.from('mine') } : member,
      ),
    ),
  ).toEqual(['LICENSE: another content']);
  expect(
    await wrongIn(
      await changed('less.tar.gz', (member) => (license(member.header.name) ? undefined : member)),
    ),
  ).toEqual(['LICENSE: missing']);
  const more = await writeMembers(join(folder, 'more.tar.gz'), [
    ...members,
    { header: { name: `${root}added` }, content: Buffer.from('x') },
  ]);
  expect(await wrongIn(more)).toEqual(['added: not in SHA256SUMS']);
  const bare = await changed('bare.tar.gz', (m) => (m.header.name.endsWith('SHA256SUMS') ? undefined : m));
  expect(await wrongIn(bare)).toEqual(['SHA256SUMS: missing']);
});

test('without captures the sums are checked, and it is said that the numbers are not', async () => {
  const small = join(folder, 'small.tar.gz');
  const { about } = await archiveRuns([run], small, { captures: false, report: silent });
  expect(about.captures).toBe(false);
  expect((await readMembers(small)).filter(({ header }) => header.name.endsWith('.pcap'))).toEqual([]);
  const { wrong, runs } = await checkArchive(small, silent);
  expect(wrong).toEqual([]);
  expect(runs).toMatchObject([{ cells: 0, because: 'it has no captures' }]);
});

test('a cell that names a file of another place is not read', async () => {
  const archive = await changed('names.tar.gz', (member) =>
    member.header.name.endsWith('cell.json')
      ? { ...member, content: Buffer.from(member.content.toString().replace('public.pcap', '../../x.pcap')) }
      : member,
  );
  const { runs } = await checkArchive(archive, silent);
  expect(runs[0]?.differences).toEqual(['"../../x.pcap" is no plain name']);
});

test('a run that is named twice is refused, and a place that cannot be written; no half is left', async () => {
  await expect(archiveRuns([run, run], join(folder, 'x.tar.gz'), withCaptures)).rejects.toMatchObject({
    exitCode: 64,
  });
  const nowhere = join(folder, 'none', 'x.tar.gz');
  await expect(archiveRuns([run], nowhere, withCaptures)).rejects.toMatchObject({ exitCode: 69 });
  await rm(join(folder, 'unpacked'), { recursive: true, force: true });
  expect((await readdir(dirname(file))).filter((name) => name.endsWith('.part'))).toEqual([]);
});
