import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestHub, type TestHub } from './open-test-hub.js';

const SAMPLE = resolve(import.meta.dirname, '../../fixtures/sample');
const BAD_INPUT = resolve(import.meta.dirname, '../../../shared/bad-input');
const RESIDENTS = join(SAMPLE, 'day-2/police/常住人口_全量_20261001.csv');

let hub: TestHub;
let before: string;
beforeAll(async () => {
  hub = await openTestHub();
  await hub.receive(join(SAMPLE, 'day-1'));
  before = await hub.picture();
});
afterAll(() => hub.close());

describe('a delivery that cannot be right', () => {
  it.each([
    [
      'cut in half in the middle of a row',
      (bytes: Buffer) => bytes.subarray(0, Math.floor(bytes.length / 2)),
      ['held', 'refused'],
    ],
    [
      'cut in half after a row',
      (bytes: Buffer) => bytes.subarray(0, bytes.indexOf('\r\n', bytes.length >> 1) + 2),
      ['held'],
    ],
    ['emptied', () => Buffer.alloc(0), ['refused']],
    ['with nothing but its header', (bytes: Buffer) => bytes.subarray(0, bytes.indexOf('\r\n') + 2), ['refused']],
    [
      'with its key column renamed',
      (bytes: Buffer) => Buffer.concat([Buffer.from('XYZ'), bytes.subarray(bytes.indexOf(','))]),
      ['refused'],
    ],
    ['of noise', () => Buffer.from(Array.from({ length: 5_000 }, (_, i) => (i * 7919) % 251)), ['refused']],
  ])('%s is held or refused, with its reason, and last night’s data stays', async (_, spoil, states) => {
    const folder = await spoiled('police/常住人口_全量_20261001.csv', spoil(readFileSync(RESIDENTS)));
    const report = await hub.receive(folder);
    expect(report.deliveries).toHaveLength(1);
    expect(states).toContain(report.deliveries[0]!.state);
    expect(report.deliveries[0]!.reason?.code).toMatch(/^DELIVERY_/);
    expect(await hub.picture()).toBe(before);
    rmSync(folder, { recursive: true, force: true });
  });

  it('a workbook cut in half is refused', async () => {
    const bytes = readFileSync(join(SAMPLE, 'day-1/civil-affairs/民政保障对象_202609.xlsx'));
    const folder = await spoiled('civil-affairs/民政保障对象_202610.xlsx', bytes.subarray(0, bytes.length >> 1));
    expect((await hub.receive(folder)).deliveries[0]).toMatchObject({
      state: 'refused',
      reason: { code: 'DELIVERY_UNREADABLE' },
    });
    expect(await hub.picture()).toBe(before);
    rmSync(folder, { recursive: true, force: true });
  });

  it('an older full delivery than the newest is refused as stale', async () => {
    const text = readFileSync(join(SAMPLE, 'day-1/police/常住人口_全量_20260930.csv'));
    const folder = await spoiled('police/常住人口_全量_20260901.csv', Buffer.concat([text, Buffer.from('\r\n')]));
    expect((await hub.receive(folder)).deliveries[0]).toMatchObject({
      state: 'refused',
      reason: { code: 'DELIVERY_STALE' },
    });
    expect(await hub.picture()).toBe(before);
    rmSync(folder, { recursive: true, force: true });
  });

  it('a held one is taken once a named officer confirms it', async () => {
    const half = readFileSync(RESIDENTS);
    const folder = await spoiled(
      'police/常住人口_全量_20261001.csv',
      half.subarray(0, half.indexOf('\r\n', half.length >> 1) + 2),
    );
    const other = await openTestHub();
    try {
      await other.receive(join(SAMPLE, 'day-1'));
      const held = (await other.receive(folder)).deliveries[0]!;
      expect(held.state).toBe('held');
      const accept = { sha256: held.sha256!.slice(0, 12), by: '值班员', reason: '分局确认' };
      const taken = (await other.receive(folder, { accept })).deliveries[0]!;
      expect(taken.state).toBe('taken');
      expect(taken.retired).toBeGreaterThan(500);
    } finally {
      await other.close();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe.skipIf(!existsSync(BAD_INPUT))('other people’s bad files (skipped where ../shared/bad-input is not)', () => {
  it.each(existsSync(BAD_INPUT) ? readdirSync(BAD_INPUT) : [])(
    '%s: each ends in a refusal or a delivery, and changes nothing that was there',
    async (source) => {
      const report = await hub.receive(join(BAD_INPUT, source));
      expect(report.deliveries.length).toBeGreaterThan(0);
      for (const delivery of report.deliveries) {
        expect(['refused', 'held', 'duplicate']).toContain(delivery.state);
        if (delivery.state !== 'duplicate') expect(delivery.reason).not.toBeNull();
      }
      expect(await hub.picture()).toBe(before);
    },
    120_000,
  );

  it('is the same under the names of real deliveries', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'hub-bad-'));
    mkdirSync(join(folder, 'police'));
    mkdirSync(join(folder, 'civil-affairs'));
    const files = (name: RegExp) =>
      readdirSync(BAD_INPUT, { recursive: true, withFileTypes: true }).filter(
        (entry) => entry.isFile() && name.test(entry.name),
      );
    for (const [i, entry] of files(/\.(csv|txt)$/).entries()) {
      copyFileSync(
        join(entry.parentPath, entry.name),
        join(folder, `police/常住人口_全量_2027${String(1000 + i)}.csv`),
      );
    }
    for (const [i, entry] of files(/\.xlsx?$/).entries()) {
      copyFileSync(
        join(entry.parentPath, entry.name),
        join(folder, `civil-affairs/民政保障对象_2${String(10000 + i)}.xlsx`),
      );
    }
    const report = await hub.receive(folder);
    expect(report.deliveries.length).toBeGreaterThan(100);
    expect(report.deliveries.filter((delivery) => delivery.state === 'taken')).toEqual([]);
    expect(await hub.picture()).toBe(before);
    rmSync(folder, { recursive: true, force: true });
  }, 300_000);
});

async function spoiled(name: string, bytes: Buffer): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'hub-spoiled-'));
  mkdirSync(join(folder, name.split('/')[0]!));
  writeFileSync(join(folder, name), bytes);
  return folder;
}
