// SPDX-License-Identifier: GPL-2.0-only
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { analyseCell, type CellAnalysis } from '../../../src/analysis/cell.ts';
import type { EditableFrame } from '../pcap/pcap-bytes.ts';
import { tsharkFields } from '../pcap/tshark.ts';
import {
  hasPayload,
  inOrder,
  isClient,
  MAC,
  type MigratedCell,
  MS,
  migratedCell,
  on,
  S,
  setSource,
  spec,
  writeCell,
} from './migrated-cell.ts';

let cell: MigratedCell;
beforeEach(async () => {
  cell = await migratedCell();
});

const analyse = (cut = 0): Promise<CellAnalysis> => analyseCell({ dir: writeCell(cell, spec, cut), spec });
const clientsAfter = (timeNs: number, payload: boolean) =>
  cell.frames.filter((frame) => frame.timeNs > timeNs && isClient(frame) && hasPayload(frame) === payload);

/** A client's frame well after the first move and before the second. */
const afterMove = (payload: boolean) => clientsAfter(4.6 * S, payload)[0] as EditableFrame;

describe('a cell where all is well', () => {
  test('has two valid migrations, forth and back', async () => {
    const { rows, problems } = await analyse();
    expect(problems).toEqual([]);
    expect(rows.map(({ rep, from, to, status, reason }) => [rep, from, to, status, reason])).toEqual([
      [1, 'node-a', 'node-b', 'valid', ''],
      [2, 'node-b', 'node-a', 'valid', ''],
    ]);
  });

  test('has the delays that tshark shows', async () => {
    const dir = writeCell(cell);
    const { rows } = await analyseCell({ dir, spec });
    const { any, payload, ack } = delaysByTshark(join(dir, 'public.pcap'));
    expect(rows.map((row) => row.delay_ms)).toEqual(any);
    expect(rows.map((row) => row.delay_payload_ms)).toEqual(payload);
    expect(rows.map((row) => row.delay_ack_ms)).toEqual(ack);
  });

  test('has the longest gap between payload segments that contains the move', async () => {
    const { rows } = await analyse();
    for (const row of rows) expect(row.app_gap_ms).toBe(row.delay_payload_ms);
  });

  test('takes freeze, total, sockets and packets from the event', async () => {
    const { rows } = await analyse();
    expect(rows[0]).toMatchObject({ freeze_ms: 70, total_ms: 81, image_ms: 40, sockets_ms: 20 });
    expect(rows[1]).toMatchObject({ total_bytes: 5_100_000, captured: 3, reinjected: 2, duplicates: 1 });
  });

  test('places both machines by their least delayed mark', async () => {
    const { clocks, rows } = await analyse();
    expect(clocks.get('node-a')).toMatchObject({ marks: 2, offsetNs: -100 * S, uncertaintyNs: 3 * MS });
    expect(clocks.get('node-b')).toMatchObject({ marks: 2, offsetNs: -5000 * S });
    expect(rows[0]?.freeze_at_ms).toBe(4000);
  });

  test('counts the bytes of the second before each move', async () => {
    const dir = writeCell(cell);
    const { rows } = await analyseCell({ dir, spec });
    expect(rows[0]?.tx_before_mb_s).toBe(bytesByTshark(join(dir, 'public.pcap'), '10.77.0.1', 3, 4) / 1e6);
    expect(rows[0]?.peer_tx_before_mb_s).toBe(
      bytesByTshark(join(dir, 'public.pcap'), '10.77.0.100', 3, 4) / 1e6,
    );
  });

  test('gives windows with the scale that tshark finds, from half a second before to three after', async () => {
    const dir = writeCell(cell);
    const { rows, windows } = await analyseCell({ dir, spec });
    const scaled = tsharkFields(join(dir, 'public.pcap'), ['ip.src', 'frame.time_epoch', 'tcp.window_size'])
      .filter((line) => line['ip.src'] === '10.77.0.1' && line['tcp.window_size'] !== '')
      .map((line) => Number(line['tcp.window_size']));
    const first = windows.filter(({ rep }) => rep === 1);
    expect(first.length).toBeGreaterThan(10);
    for (const sample of windows) expect(scaled).toContain(sample.window_bytes);
    expect(Math.min(...first.map(({ t_ms }) => t_ms))).toBeGreaterThanOrEqual(-500);
    expect(Math.max(...first.map(({ t_ms }) => t_ms))).toBeLessThanOrEqual(3000);
    for (const { t_ms, source } of first) expect(source).toBe(t_ms < 0 ? 'origin' : 'destination');
    expect(scaled).toContain(rows[0]?.window_min);
  });
});

describe('what makes a migration invalid', () => {
  const statuses = async (cut = 0) => {
    const { rows } = await analyse(cut);
    return rows.map(({ status, reason }) => (reason ? `${status}: ${reason}` : status));
  };

  test('an RST after it', async () => {
    afterMove(false).bytes[47] = 0x14;
    expect(await statuses()).toEqual(['invalid: 1 RST', 'valid']);
  });

  test('an acknowledgement that goes backwards', async () => {
    const { bytes } = afterMove(false);
    bytes.writeUInt32BE((bytes.readUInt32BE(42) - 5000) >>> 0, 42);
    expect(await statuses()).toEqual(['invalid: acknowledgement backwards in 1 segments', 'valid']);
  });

  test('timestamps that go backwards', async () => {
    for (const { bytes } of clientsAfter(9 * S, true))
      if (bytes.readUInt16BE(54) === 0x0101)
        bytes.writeUInt32BE((bytes.readUInt32BE(58) - 100_000) >>> 0, 58);
    expect((await statuses())[1]).toMatch(/^invalid: timestamp backwards in \d+ segments$/);
  });

  test('sending again what it knows to be acknowledged', async () => {
    const [old, , , , , , , , late] = clientsAfter(4.6 * S, true) as [EditableFrame, ...EditableFrame[]];
    const again = Buffer.from(late?.bytes ?? []);
    again.writeUInt32BE(old.bytes.readUInt32BE(38), 38);
    cell.frames.push({ ...old, bytes: again, timeNs: (late?.timeNs ?? 0) + 1000 });
    inOrder(cell.frames);
    expect(await statuses()).toEqual(['invalid: sequence backwards in 1 segments', 'valid']);
  });

  test('an ordinary retransmission is counted and no fault', async () => {
    const frame = afterMove(true);
    cell.frames.push({ ...frame, timeNs: frame.timeNs + 1000 });
    inOrder(cell.frames);
    const { rows } = await analyse();
    expect(rows.map((row) => [row.status, row.retransmits])).toEqual([
      ['valid', 1],
      ['valid', 0],
    ]);
  });

  test('frames that the capture lost', async () => {
    cell.frames.splice(cell.frames.indexOf(afterMove(true)), 1);
    expect((await statuses())[0]).toMatch(/^invalid: the capture lacks 1000 bytes that were acknowledged$/);
  });

  test('the origin speaking after the destination', async () => {
    setSource(afterMove(true), MAC['node-a']);
    expect((await statuses())[0]).toMatch(/^invalid: two machines sent in turn: 3 changes of source MAC$/);
  });

  test('a handshake that was not captured: no window is guessed', async () => {
    cell.frames = cell.frames.filter(({ bytes }) => !(bytes[23] === 6 && ((bytes[47] ?? 0) & 2) !== 0));
    const { rows, windows } = await analyse();
    expect(windows).toEqual([]);
    expect(rows[0]).toMatchObject({ status: 'invalid', window_min: null, window_before: null });
    expect(rows[0]?.reason).toContain('handshake was not captured');
  });

  test('no mark from the origin', async () => {
    cell.frames = cell.frames.filter(({ bytes }) => !bytes.includes('miglab-mark node-a'));
    const { rows } = await analyse();
    expect(rows.map(({ rep, from }) => [rep, from])).toEqual([
      [1, 'node-a'],
      [2, 'node-b'],
    ]);
    for (const row of rows)
      expect(row).toMatchObject({
        status: 'invalid',
        delay_ms: null,
        reason: expect.stringContaining('no mark from node-a'),
      });
  });

  test.each(['rx_wrong', 'mem_wrong'])('%s at the workload', async (field) => {
    Object.assign(cell.events['node-b'][3] ?? {}, { [field]: 12 });
    for (const event of cell.events['node-a'].slice(1)) Object.assign(event, { [field]: 12 });
    expect(await statuses()).toEqual(['invalid: 12 wrong bytes', 'valid']);
  });

  test('wrong bytes at the peer, which cannot be placed, for every migration', async () => {
    Object.assign(cell.events.peer[0] ?? {}, { rx_wrong: 2 });
    expect(await statuses()).toEqual(['invalid: 2 wrong bytes', 'invalid: 2 wrong bytes']);
  });

  test('bytes missing at the end', async () => {
    Object.assign(cell.events.peer[0] ?? {}, { rx_missing: 9 });
    expect((await statuses())[0]).toBe('invalid: 9 bytes missing at the end');
  });

  test.each(['reset', 'cut', 'timed-out'])('a connection that ended: %s', async (state) => {
    cell.events.peer.push({ event: 'peer', t_ns: 2, state });
    expect(await statuses()).toEqual([
      `invalid: connection ended: ${state}`,
      `invalid: connection ended: ${state}`,
    ]);
  });

  test('a process that says nothing on the destination', async () => {
    cell.events['node-b'] = cell.events['node-b'].filter(({ event }) => event !== 'workload');
    expect((await statuses())[0]).toBe('invalid: process lost: nothing from it on the destination');
  });

  test('another process on the destination', async () => {
    for (const event of cell.events['node-b']) if (event.event === 'workload') event.pid = 322;
    expect((await statuses())[0]).toBe('invalid: process lost: nothing from it on the destination');
  });

  test('no end of the workload, for the last migration', async () => {
    cell.events['node-a'].pop();
    expect(await statuses()).toEqual(['valid', 'invalid: process lost: no workload-end']);
  });

  test('memory not verified as a whole', async () => {
    for (const event of cell.events['node-b'])
      if (event.event === 'workload') event.mem_passes = event.t_ns === on('node-b', 4.32 * S) ? 1 : 2;
    expect((await statuses())[0]).toBe('invalid: no full pass over the memory after the move');
  });

  test('an aborted migration', async () => {
    Object.assign(cell.events['node-b'].at(-1) ?? {}, { status: 'aborted', reason: 'no answer' });
    expect((await statuses())[1]).toBe('invalid: migration aborted: no answer');
  });

  test('a capture that is cut before the window after the move; a later cut is told only', async () => {
    const short = cell.frames.filter(({ timeNs }) => timeNs > 9 * S).length;
    const [first, second] = await statuses(short * 100);
    expect(first).toBe('valid');
    expect(second).toMatch(/^invalid: .*the capture is cut at byte \d+ before the window after the move/);
    const { rows, problems } = await analyse(10);
    expect(rows.map(({ status }) => status)).toEqual(['valid', 'valid']);
    expect(problems).toEqual([expect.stringMatching(/^capture: the record at byte \d+ is cut off$/)]);
  });
});

describe('what is inconclusive', () => {
  test('no migration at all, once for each that was asked for', async () => {
    for (const machine of ['node-a', 'node-b'] as const)
      cell.events[machine] = cell.events[machine].filter(({ event }) => event !== 'migration');
    const { rows, windows } = await analyse();
    expect(windows).toEqual([]);
    expect(rows.map(({ from, status, reason }) => [from, status, reason])).toEqual([
      ['node-a', 'inconclusive', 'no migration event'],
      ['node-b', 'inconclusive', 'no migration event'],
    ]);
  });

  test('a refused migration, and the one that never came', async () => {
    const [refused] = cell.events['node-a'];
    Object.assign(refused ?? {}, { status: 'refused', reason: 'fd 7 is an epoll', connections: [] });
    cell.events['node-a'] = cell.events['node-a'].slice(0, 1);
    cell.events['node-b'] = [];
    const { rows } = await analyse();
    expect(rows.map(({ status }) => status)).toEqual(['inconclusive', 'inconclusive']);
    expect(rows[0]?.reason).toBe('migration refused: fd 7 is an epoll');
  });

  test('a destination that never sends', async () => {
    cell.frames = cell.frames.filter((frame) => !(isClient(frame) && frame.timeNs > 4 * S));
    cell.frames = cell.frames.filter(({ timeNs }) => timeNs < 4 * S || timeNs > 12 * S);
    const { rows } = await analyse();
    expect(rows[0]).toMatchObject({ delay_ms: null });
    expect(rows[0]?.status).not.toBe('valid');
  });
});

test('a broken last line of a machine that died is told and nothing else', async () => {
  const dir = writeCell(cell);
  appendFileSync(join(dir, 'node-b.events.jsonl'), '{"event":"workl');
  const { rows, problems } = await analyseCell({ dir, spec });
  expect(rows.map(({ status }) => status)).toEqual(['valid', 'valid']);
  expect(problems).toEqual([expect.stringMatching(/^node-b.events.jsonl: line 6: not a JSON object$/)]);
});

/** Delays of all changes of the client's MAC, straight from tshark's text. */
function delaysByTshark(path: string) {
  const lines = tsharkFields(path, ['frame.time_epoch', 'eth.src', 'ip.src', 'tcp.len', 'tcp.flags']).filter(
    (line) => line['ip.src'] === '10.77.0.1' && line['tcp.len'] !== '',
  );
  const delays = (wanted: (line: (typeof lines)[number]) => boolean) => {
    const chosen = lines.filter(wanted);
    return chosen.flatMap((line, index) => {
      const before = chosen[index - 1];
      if (before === undefined || before['eth.src'] === line['eth.src']) return [];
      const ns = BigInt(line['frame.time_epoch'].replace('.', ''));
      return [Number(ns - BigInt(before['frame.time_epoch'].replace('.', ''))) / 1e6];
    });
  };
  return {
    any: delays(() => true),
    payload: delays((line) => line['tcp.len'] !== '0'),
    ack: delays((line) => line['tcp.len'] === '0' && line['tcp.flags'] === '0x0010'),
  };
}

function bytesByTshark(path: string, source: string, fromS: number, toS: number): number {
  return tsharkFields(path, ['frame.time_relative', 'ip.src', 'tcp.len'])
    .filter((line) => line['ip.src'] === source && line['tcp.len'] !== '')
    .filter(
      (line) => Number(line['frame.time_relative']) >= fromS && Number(line['frame.time_relative']) < toS,
    )
    .reduce((sum, line) => sum + Number(line['tcp.len']), 0);
}
