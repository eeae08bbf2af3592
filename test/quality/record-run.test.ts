import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openReadings } from '../../src/authorize/index.js';
import { viewerOf } from '../authorize/viewer.js';
import type { NightReport } from '../../src/pipeline.js';
import { openTestHub, type TestHub } from '../flow/open-test-hub.js';

const SAMPLE = resolve(import.meta.dirname, '../../fixtures/sample');
const REGISTERS = ['civil-affairs', 'governance', 'party-building', 'police'];

let hub: TestHub;
let first: NightReport;
let second: NightReport;
beforeAll(async () => {
  hub = await openTestHub();
  first = await hub.receive(join(SAMPLE, 'day-1'));
  second = await hub.receive(join(SAMPLE, 'day-2'));
});
afterAll(() => hub.close());

it('keeps a row a run, with what the links say of themselves', async () => {
  const { quality, counts, whole, registers } = first.run!;
  expect({ whole, registers }).toEqual({ whole: true, registers: REGISTERS });
  expect(counts.recordsRead).toBe(first.link!.recordsRead);
  const [links] = await hub.database.query<{ persons: number; entities: number }>(
    `select count(*) filter (where status = 'current') as persons, count(distinct person) as entities from link where person is not null`,
  );
  const now = second.run!.quality;
  expect(sum(now.alone.map((each) => each.of))).toBe(links!.persons);
  expect(sum(now.reasons.filter(({ kind }) => kind === 'person').map(({ records }) => records))).toBe(links!.persons);
  expect(sum(now.sizes.filter(({ kind }) => kind === 'person').map(({ entities }) => entities))).toBe(links!.entities);
  const largest = quality.biggest.find(({ kind }) => kind === 'building');
  expect(sum(Object.values(largest!.registers))).toBe(largest!.records);
  expect(quality.violations.filter(({ persons }) => persons > 0)).toEqual([]);
});

it('sets each night beside the one before', () => {
  expect(first.run!.quality.drift).toEqual([]);
  const drift = second.run!.quality.drift;
  expect(drift.map(({ figure }) => figure)).toContain('linked');
  expect(drift.filter(({ beyond }) => beyond)).toEqual([]);
  expect(second.run!.whole).toBe(false);
});

it('writes no row for a night in which nothing came', async () => {
  const night = await hub.receive(join(SAMPLE, 'day-2'));
  expect(night.run).toBeNull();
});

it('counts and names a person who was given a second number, until it is taken back', async () => {
  const [victim] = await hub.database.query<{ person: number; one: number; other: number; stranger: string }>(
    `select l.person, min(l.record) as one, max(l.record) as other,
       (select max(id_number) from record where id_number is not null and right(left(id_number, 17), 1) = right(left(min(r.id_number), 17), 1)) as stranger
     from link l join record r on r.county = l.county and r.id = l.record
     where l.person is not null and r.id_number is not null and l.status = 'current' group by 1 having count(*) = 2 order by 1 limit 1`,
  );
  const { person, other, stranger } = victim!;
  const [own] = await hub.database.query<{ id_number: string }>('select id_number from record where id = $1', [other]);
  // Behind the linkage's back: it would never do so.
  const plant = async (number: string) => {
    await hub.database.query('update record set id_number = $2 where id = $1', [other, number]);
    await hub.database.query(`insert into touched_entity select county, 'person', $1 from link where record = $2`, [
      person,
      other,
    ]);
    await hub.database.query(
      `insert into touched_record select county, record from link where person = (select min(person) from link) limit 1`,
    );
    return (await hub.receive(join(SAMPLE, 'day-2'))).run!;
  };
  const broken = await plant(stranger);
  expect(broken.violations).toBe(1);
  expect(broken.quality.violations[0]).toEqual({ code: 'TWO_ID_NUMBERS', persons: 1, entities: [person] });
  const findings = await hub.database.query(
    `select person, record, found from finding where code = 'TWO_ID_NUMBERS' and closed_at is null`,
  );
  expect(findings).toEqual([{ person, record: other, found: null }]);
  const healed = await plant(own!.id_number);
  expect(healed.violations).toBe(0);
});

it('shows a run only to who sees the whole county and every register that it counts', async () => {
  const readings = openReadings({ apiUrl: hub.apiUrl });
  try {
    const seen = async (divisions: string[], registers: string[]) =>
      await readings.read(viewerOf(divisions, registers), async (reading) => {
        const [row] = await reading
          .query<{ n: number }>({ text: 'select count(*) as n from link_run' }, [])
          .catch(() => [{ n: 'refused' as const }]);
        return row!.n;
      });
    expect(await seen(['530502'], REGISTERS)).toBeGreaterThan(1);
    expect(await seen(['530502'], REGISTERS.slice(1))).toBe(0);
    expect(await seen(['440904'], REGISTERS)).toBe(0);
    expect(await seen(['530502001'], REGISTERS)).toBe('refused');
  } finally {
    await readings.close();
  }
});

const sum = (numbers: readonly number[]): number => numbers.reduce((total, n) => total + n, 0);
