import { createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { finished } from 'node:stream/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scorePairs } from '../../fixtures/score.js';
import { writeLinks, type WrittenKind } from '../../src/link/write-links.js';
import type { NightReport } from '../../src/pipeline.js';
import { openTestHub, type TestHub } from './open-test-hub.js';

const SAMPLE = resolve(import.meta.dirname, '../../fixtures/sample');

let hub: TestHub;
let first: NightReport;
const work = mkdtempSync(join(tmpdir(), 'hub-flow-'));

beforeAll(async () => {
  hub = await openTestHub();
  first = await hub.receive(join(SAMPLE, 'day-1'));
});
afterAll(async () => {
  await hub.close();
  rmSync(work, { recursive: true, force: true });
});

describe('the first night', () => {
  it('takes every delivery of the sample in', () => {
    expect(
      first.deliveries.map((delivery) => [delivery.file, delivery.state]).filter(([, state]) => state !== 'taken'),
    ).toEqual([]);
    expect(first.deliveries.length).toBe(13);
    expect(first.deliveries.reduce((sum, delivery) => sum + delivery.rows, 0)).toBeGreaterThan(5_000);
  });

  it('makes one graph of four registers', async () => {
    const spread = await hub.database.query<{ registers: number }>(
      'select count(distinct register) as registers from link where person is not null group by person order by 1 desc limit 1',
    );
    expect(spread[0]!.registers).toBeGreaterThanOrEqual(3);
  });

  it.each([
    ['person', 0.9999, 0.6],
    ['household', 0.999, 0.997],
    ['building', 0.999, 0.995],
  ] as const)(
    'links each %s as the truth has it, as far as the deterministic rules reach',
    async (kind, precision, recall) => {
      const score = await scorePairs(join(SAMPLE, 'truth/day-1.csv'), await linksOf(kind), kind);
      expect(score.pairs).toBeGreaterThan(1_000);
      expect(score.precision).toBeGreaterThanOrEqual(precision);
      expect(score.recall).toBeGreaterThanOrEqual(recall);
    },
  );

  it.each(['person', 'household', 'dwelling'])(
    'gives each %s an id that tells nothing of who knows it',
    async (kind) => {
      // Mann and Whitney's z of the ranks of those that a register knows; 6 by chance once in five hundred million.
      const ranks = await hub.database.query<{ register: string; z: number }>(
        `with known as (select ${kind} as id, register from link where ${kind} is not null group by 1, 2),
         ranked as (select id, rank() over (order by id) as rank from known group by id),
         whole as (select count(*)::float as n from ranked)
       select register, (avg(rank) - (n + 1) / 2) / sqrt((n + 1) * (n - count(*) + 1) / 12 / count(*)) as z
       from known join ranked using (id) cross join whole group by register, n having count(*) > 30`,
      );
      expect(ranks.length).toBeGreaterThanOrEqual(2);
      expect(ranks.filter(({ z }) => !(Math.abs(z) < 6))).toEqual([]);
    },
  );

  it('lets no person hold two valid identity numbers', async () => {
    const two = await hub.database.query(
      `select person from link join record on record.county = link.county and record.id = link.record
       where person is not null and id_number is not null and person_reason <> 'NUMBER_SET_ASIDE' group by person having count(distinct id_number) > 1`,
    );
    expect(two).toEqual([]);
  });

  it('keeps what is not collected out of every table', async () => {
    for (const table of ['record', 'finding', 'delivery']) {
      const found = await hub.database.query(
        `select from ${table} t where t::text ~ '汉族|彝族|白族|佛教|基督教' limit 1`,
      );
      // The names of townships hold names of peoples; a person's own never comes in.
      const inAddresses = await hub.database.query(
        `select from ${table} t where regexp_replace(t::text, '(瓦马|瓦房|杨柳|芒宽)(彝族|白族|苗族|傣族)+乡', '', 'g') ~ '汉族|彝族|白族|佛教|基督教' limit 1`,
      );
      expect(inAddresses, `${table} (${found.length})`).toEqual([]);
    }
  });
});

describe('the same folder again', () => {
  it('changes nothing, and says so', async () => {
    const before = await hub.picture();
    const again = await hub.receive(join(SAMPLE, 'day-1'));
    expect(again.nothingNew).toBe(true);
    expect(again.deliveries.every((delivery) => delivery.state === 'duplicate')).toBe(true);
    expect(await hub.picture()).toBe(before);
  });
});

describe('the next day', () => {
  it('is foretold by a preview, which changes nothing', async () => {
    const before = await hub.picture();
    const foretold = await hub.receive(join(SAMPLE, 'day-2'), { preview: true });
    expect(await hub.picture()).toBe(before);
    const counts = (report: NightReport) =>
      report.deliveries.map(({ file, added, changed, retired }) => ({ file, added, changed, retired }));
    const came = await hub.receive(join(SAMPLE, 'day-2'));
    expect(counts(foretold)).toEqual(counts(came));
    expect(came.deliveries.some((delivery) => delivery.changed > 0)).toBe(true);
    const residents = came.deliveries.find((delivery) => delivery.dataset === 'police/residents')!;
    expect(residents.unchanged / residents.rows).toBeGreaterThan(0.97);
    expect(came.link!.full).toBe(false);
    expect(came.link!.recordsRead).toBeLessThan(1_000);
  });

  it('still agrees with the truth', async () => {
    const score = await scorePairs(join(SAMPLE, 'truth/day-2.csv'), await linksOf('person'), 'person');
    expect(score.precision).toBeGreaterThanOrEqual(0.9999);
    expect(score.unlinkedRefs).toBe(0);
  });

  it('gives the partition that a run from nothing gives', async () => {
    const other = await openTestHub();
    try {
      await other.receive(join(SAMPLE, 'day-1'));
      await other.receive(join(SAMPLE, 'day-2'));
      await other.database.query('truncate link, mention, entity, touched_record, touched_entity');
      await other.receive(join(SAMPLE, 'day-2'));
      expect(await partition(other)).toEqual(await partition(hub));
    } finally {
      await other.close();
    }
  });
});

async function linksOf(kind: WrittenKind): Promise<string> {
  const file = join(work, `${kind}.csv`);
  const out = createWriteStream(file);
  await writeLinks(hub.database, '530502', [kind], (text) => void out.write(text));
  out.end();
  await finished(out);
  return file;
}

/** Records by the company they keep: independent of the entities' numbers. */
async function partition(of: TestHub): Promise<unknown[]> {
  return await of.database.query(
    `select (select string_agg(ref, ' ' order by ref) from (
        select r.dataset || coalesce(r.sheet, '') || coalesce(r.item, '') || coalesce(r.row_no::text, '') as ref
        from record r join link l on l.county = r.county and l.record = r.id where l.person = p.person) refs) as refs
     from (select distinct person from link where person is not null) p order by 1`,
  );
}
