import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { linkTouched } from '../../src/link/link-touched.js';
import { chooseValue, type Candidate } from '../../src/model/priority.js';
import { refreshTotals } from '../../src/totals/refresh-totals.js';
import { cloneDatabase } from '../database/clone.js';
import { COUNTY, DATASETS, forget, idNumber, putRecords, type TestRecord } from '../link/county-records.js';

let database: Awaited<ReturnType<typeof cloneDatabase>>;
beforeAll(async () => {
  database = await cloneDatabase();
});
afterAll(() => database.close());

const VILLAGES = ['530502001001', '530502001002', '530502002001', null];
const REGISTERS = ['civil-affairs', 'governance', 'party-building', 'police'];
const PEOPLE = [11, 28, 37, 46, 53].map((sequence) => ({
  name: ['张伟', '王芳', '李娜', '赵强', '陈静'][sequence % 5]!,
  idNumber: idNumber('19900312', sequence),
}));

/** A record of any dataset in any village, of one of five people, or changed, moved to another of them, or retired. */
const records = fc.array(
  fc
    .record({
      id: fc.integer({ min: 1, max: 14 }),
      who: fc.integer({ min: 0, max: PEOPLE.length - 1 }),
      dataset: fc.constantFrom(
        'police/residents',
        'police/floating',
        'governance/residents',
        'party-building/members',
        'civil-affairs/benefits',
      ),
      village: fc.constantFrom(...VILLAGES),
      tie: fc.constantFrom('registered' as const, 'resident' as const, null),
      status: fc.constantFrom('current' as const, 'current' as const, 'retired' as const),
      sex: fc.constantFrom('1', '2', undefined),
      birthDate: fc.constantFrom('1990-03-12', '1991', undefined),
      updatedAt: fc.constantFrom('2026-08-01T10:00:00+08:00', '2026-09-01T10:00:00+08:00', undefined),
    })
    .map(({ who, sex, birthDate, updatedAt, ...record }): TestRecord =>
      Object.assign(record, {
        stated: JSON.parse(JSON.stringify({ ...PEOPLE[who], sex, birthDate, updatedAt })) as Record<string, string>,
      }),
    ),
  { minLength: 1, maxLength: 8 },
);

async function night(changed: readonly TestRecord[]) {
  await putRecords(database, changed);
  await linkTouched(database, COUNTY, DATASETS);
  const report = await refreshTotals(database, COUNTY, DATASETS);
  await database.query('delete from touched_entity');
  return report;
}

interface Seen {
  readonly record: number;
  readonly person: number;
  readonly register: string;
  readonly dataset: string;
  readonly township: string | null;
  readonly village: string | null;
  readonly tie: string | null;
  readonly status: string;
  readonly stated: Readonly<Record<string, string>>;
}

/** Every total there is, counted from plain arrays; `-` before a level counts records that name no such area. */
function countPlainly(links: readonly Seen[]): Record<string, number> {
  const people: Record<string, Set<number>> = {};
  const current = links.filter(({ status }) => status === 'current');
  for (let set = 1; set < 2 ** REGISTERS.length; set += 1) {
    const registers = REGISTERS.filter((_, bit) => (set & (1 << bit)) !== 0);
    for (const link of current.filter(({ register }) => registers.includes(register))) {
      const areas = [`county ${COUNTY}`];
      areas.push(link.township ? `township ${link.township}` : `no township ${COUNTY}`);
      areas.push(link.village ? `village ${link.village}` : `no village ${COUNTY}`);
      if (!link.village && link.township) areas.push(`no village ${link.township}`);
      for (const area of areas) {
        for (const tie of ['', link.tie ?? 'none']) {
          (people[`${registers.join(',')} ${tie} ${area}`] ??= new Set()).add(link.person);
        }
      }
    }
  }
  return Object.fromEntries(Object.entries(people).map(([key, who]) => [key, who.size]));
}

it('equals counting all links, for every set of registers, after any nights', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(records, { minLength: 1, maxLength: 4 }), async (nights) => {
      await forget(database);
      await database.query('truncate person_trait, person_total');
      await database.query(
        `insert into delivery (county, id, register, dataset, file, sha256, bytes, format, encoding, coverage, stated_on, state) values
           ($1, 1, 'police', 'police/residents', 'x', '', 0, 'csv', 'utf-8', 'full', '2026-08-15', 'taken')`,
        [COUNTY],
      );
      for (const changed of nights) await night(changed);
      const links = await database.query<Seen & Record<string, unknown>>(
        'select l.*, r.stated from link l join record r on r.county = l.county and r.id = l.record where l.person is not null',
      );
      const kept = await database.query<{ key: string; people: number }>(
        `select concat_ws(' ', registers, tie, level, area) as key, people from person_total`,
      );
      expect(Object.fromEntries(kept.map(({ key, people }) => [key, people]))).toEqual(countPlainly(links));
      for (const field of ['sex', 'birthDate'] as const) {
        const column = field === 'sex' ? 'sex_choice' : 'birth_choice';
        const chosen = await database.query<{ person: number; value: string | null }>(
          `select person, substr(min(${column}), 31) as value from person_trait group by person`,
        );
        for (const { person, value } of chosen) {
          const candidates = links
            .filter((link) => link.person === person && link.stated[field] !== undefined)
            .map(({ record, dataset, status, stated }): Candidate<string> => ({
              value: stated[field]!,
              dataset,
              record,
              retired: status === 'retired',
              statedAt: stated['updatedAt'] ?? '2026-08-15T00:00:00+08:00',
            }));
          expect(value).toBe(chooseValue(field, candidates)?.chosen.value ?? null);
        }
      }
    }),
    { numRuns: 40 },
  );
}, 120_000);

it('counts nobody anew where nothing was touched, and is for traits what the policies are for links', async () => {
  expect(await night([])).toMatchObject({ persons: 0 });
  const of = (table: string) =>
    database.query(
      `select policyname, cmd, roles, replace(qual, $1 || '.', '') as qual from pg_policies where tablename = $1 order by 1, 2`,
      [table],
    );
  expect(await of('person_trait')).toEqual(await of('link'));
});
