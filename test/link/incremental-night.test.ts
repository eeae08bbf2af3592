import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { cloneDatabase } from '../database/clone.js';
import {
  forget,
  idNumber,
  link,
  linksOf,
  putRecords,
  VILLAGE,
  type LinkRow,
  type TestRecord,
} from './county-records.js';

let database: Awaited<ReturnType<typeof cloneDatabase>>;
beforeAll(async () => {
  database = await cloneDatabase();
});
afterAll(() => database.close());

const KINDS = ['person', 'household', 'dwelling', 'building', 'organisation', 'place', 'event', 'grid_entity'] as const;
const NUMBERS = ['19900312|17', '19900312|35', '19650601|28', '20120101|11', '19651111|19'].map((text) => {
  const [birth, sequence] = text.split('|') as [string, string];
  return idNumber(birth, Number(sequence));
});

const rarely = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(value, { nil: undefined, freq: 2 });
const stated = fc.record({
  name: rarely(fc.constantFrom('张伟', '张玮', '張偉', '张小伟', '李秀英', '李明华', '李明强', '李某')),
  idNumber: rarely(fc.constantFrom(...NUMBERS)),
  formerName: rarely(fc.constantFrom('张小伟', '李明强')),
  birthDate: rarely(fc.constantFrom('1990-03-12', '1965-06-01', '2012-01-01')),
  sex: rarely(fc.constantFrom('1', '2')),
  householdNumber: rarely(fc.constantFrom('H1', 'H2')),
  headName: rarely(fc.constantFrom('张伟', '李秀英')),
  headIdNumber: rarely(fc.constantFrom(...NUMBERS)),
  relation: rarely(fc.constantFrom('02', '20')),
  id: fc.constantFrom('g1', 'g2', 'g3'),
  buildingId: rarely(fc.constantFrom('g1', 'g2', 'C1')),
  buildingCode: rarely(fc.constantFrom('C1', 'C2', 'P1')),
  dwellingCode: rarely(fc.constantFrom('D1', 'D2', 'D3')),
  room: rarely(fc.constantFrom('101', '1-101', '102')),
  organisationCode: rarely(fc.constantFrom('O1', 'O2')),
  phone: rarely(fc.constantFrom('14200000001', '14200000002')),
  ownerName: rarely(fc.constantFrom('张伟', '李秀英', '李明华')),
  ownerIdNumber: rarely(fc.constantFrom(...NUMBERS)),
  guardianName: rarely(fc.constantFrom('张伟', '李秀英', '李明强')),
  contactHouseholds: rarely(fc.array(fc.constantFrom('张伟', '李明华', '李秀英'), { maxLength: 2 })),
  people: rarely(
    fc.array(
      fc.record({
        name: fc.constantFrom('张伟', '张玮', '李明强'),
        phone: fc.constantFrom('', '14200000001', '14200000002'),
      }),
      { maxLength: 2 },
    ),
  ),
  addressElements: rarely(
    fc.record({
      estate: rarely(fc.constantFrom('甲', '乙')),
      building: rarely(fc.constantFrom('1', '2')),
      group: fc.constantFrom('1'),
      number: rarely(fc.constantFrom('5')),
      room: rarely(fc.constantFrom('101')),
      unit: rarely(fc.constantFrom('1', '2')),
    }),
  ),
});
const record = fc.record({
  id: fc.integer({ min: 1, max: 24 }),
  dataset: fc.constantFrom(
    'police/residents',
    'police/dwellings',
    'police/floating',
    'governance/residents',
    'governance/residents',
    'governance/buildings',
    'governance/events',
    'civil-affairs/benefits',
    'party-building/members',
  ),
  stated,
  village: fc.constantFrom(VILLAGE, VILLAGE, '530502001003'),
  status: fc.constantFrom('current' as const, 'current' as const, 'retired' as const),
});

/** Nights of one county: a record keeps its dataset, as it does in life. */
const nights = fc
  .array(fc.array(record, { minLength: 1, maxLength: 14 }), { minLength: 2, maxLength: 5 })
  .map((list) => {
    const datasets = new Map<number, string>();
    return list.map((night) =>
      night.map((one): TestRecord => {
        if (!datasets.has(one.id)) datasets.set(one.id, one.dataset);
        return { ...one, dataset: datasets.get(one.id)! };
      }),
    );
  });

it.each([
  ['random nights', {}],
  ['the nights in which two buildings stand at one place', { seed: 1450186651, path: '56' }],
  ['the nights in which a building was merged that others only cite', { seed: -1827205096, path: '18' }],
  ['the nights in which one of two heads of a household has no name', { seed: 642880062, path: '45' }],
  ['the nights in which somebody comes to a building that is split', { seed: -1886739623, path: '136' }],
  [
    'the nights in which a row joins a person whom others were told from without it',
    { seed: -1704101283, path: '250' },
  ],
])('gives a night’s changes the partition of a full run from scratch: %s', { timeout: 300_000 }, async (_, replay) => {
  await fc.assert(
    fc.asyncProperty(nights, async (list) => {
      await forget(database);
      for (const night of list) {
        await putRecords(database, night);
        await link(database);
      }
      const incremental = await linksOf(database);
      const pointed = await mentionsNow();
      const doubted = await queueNow();
      await expectNoTwoNumbers();
      await expectSoundEntities();
      await database.query('truncate link, mention, entity');
      await link(database);
      const full = await linksOf(database);
      for (const kind of KINDS) expect(partition(incremental, kind), kind).toEqual(partition(full, kind));
      expect(pointed, 'mentions').toEqual(await mentionsNow());
      expect(doubted, 'queue').toEqual(await queueNow());
      for (const [id, row] of incremental) {
        const { person_reason, household_reason, dwelling_reason, building_reason } = full.get(id)!;
        expect(row, `record ${id}`).toMatchObject({
          person_reason,
          household_reason,
          dwelling_reason,
          building_reason,
        });
      }
    }),
    {
      ...replay,
      numRuns: 'path' in replay ? 1 : Number(process.env['NIGHTS'] ?? 60),
      interruptAfterTimeLimit: 240_000,
      endOnFailure: true,
    },
  );
});

it('asks few again when little has changed', async () => {
  await forget(database);
  const surnames = [...'王李张刘陈杨黄赵周吴'];
  const given = ['建国', '秀英', '志强', '桂兰', '文博', '晓燕'];
  const people = surnames.flatMap((surname, i) => given.map((name, j) => ({ name: surname + name, i, j })));
  const says = ({ name, i, j }: (typeof people)[number]): Record<string, unknown> => ({
    name,
    birthDate: `19${60 + i}-0${1 + j}-1${j}`,
    addressElements: { group: '1', number: String(i) },
  });
  await putRecords(
    database,
    people.flatMap((person, at): TestRecord[] => [
      {
        id: 1 + 2 * at,
        dataset: 'police/residents',
        stated: {
          ...says(person),
          idNumber: idNumber(String(says(person)['birthDate']).replaceAll('-', ''), at + 1),
        },
      },
      { id: 2 + 2 * at, dataset: 'governance/residents', stated: says(person) },
    ]),
  );
  const first = await link(database);
  const before = partition(await linksOf(database), 'person');
  expect(before).toHaveLength(people.length);
  await putRecords(database, [
    { id: 2, dataset: 'governance/residents', stated: { ...says(people[0]!), phone: '14200000001' } },
  ]);
  const second = await link(database);
  expect(partition(await linksOf(database), 'person')).toEqual(before);
  expect(second.quality!.pairsScored).toBeGreaterThan(0);
  expect(second.quality!.pairsScored).toBeLessThan(first.quality!.pairsScored / 10);
});

it('does not mind the order of records', { timeout: 120_000 }, async () => {
  const ordinary = fc.uniqueArray(record, { minLength: 4, maxLength: 20, selector: (one) => one.id });
  await fc.assert(
    fc.asyncProperty(ordinary, async (list) => {
      await forget(database);
      await putRecords(database, list);
      await link(database);
      const forwards = await linksOf(database);
      await forget(database);
      await putRecords(database, list.toReversed());
      await link(database);
      const backwards = await linksOf(database);
      for (const kind of KINDS) expect(partition(forwards, kind), kind).toEqual(partition(backwards, kind));
    }),
    { numRuns: 25 },
  );
});

/** A person is told by the first of their records: the ids of two runs are not the same. */
async function mentionsNow(): Promise<readonly object[]> {
  return await database.query(
    `select m.record, m.pointer, m.name, m.id_key, m.phone_key, m.register, m.township, m.village, m.grid, m.status, m.person_reason,
       (select min(l.record) from link l where l.county = m.county and l.person = m.person) as person
     from mention m order by m.record, m.pointer`,
  );
}

async function queueNow(): Promise<readonly object[]> {
  return await database.query(
    `select one_record, other_record, probability, weight, people, evidence from review_pair where closed_at is null
     order by one_record, other_record`,
  );
}

async function expectNoTwoNumbers(): Promise<void> {
  const found = await database.query(
    `select l.person from link l join record r on r.county = l.county and r.id = l.record where r.id_number is not null and l.person is not null
       and l.person_reason <> 'NUMBER_SET_ASIDE'
     group by 1 having count(distinct r.id_number) > 1`,
  );
  expect(found, 'no entity holds two valid numbers').toEqual([]);
}

/** A link leads to an entity of its kind that is not merged away; a redirect to one that is not either. */
async function expectSoundEntities(): Promise<void> {
  for (const kind of KINDS) {
    const wrong = await database.query(
      `select l.record from link l left join entity e on e.county = l.county and e.id = l.${kind}
       where l.${kind} is not null and (e.id is null or e.status = 'merged' or e.kind <> $1
         or (e.status = 'active') <> exists (select from link c where c.county = l.county and c.${kind} = l.${kind} and c.status = 'current'))`,
      [kind.replace('_entity', '')],
    );
    expect(wrong, kind).toEqual([]);
  }
  expect(
    await database.query(
      `select e.id from entity e left join entity t on t.county = e.county and t.id = e.merged_into
       where (e.status = 'merged') <> (e.merged_into is not null) or (e.merged_into is not null and (t.id is null or t.status = 'merged'))`,
    ),
  ).toEqual([]);
}

/** Lists of record ids, each sorted, in the order of their first. */
function partition(links: ReadonlyMap<number, LinkRow>, kind: (typeof KINDS)[number]): readonly (readonly number[])[] {
  const groups = Map.groupBy(
    [...links.values()].filter((row) => row[kind] !== null),
    (row) => row[kind],
  );
  return [...groups.values()]
    .map((rows) => rows.map((row) => row.record!).toSorted((one, other) => one - other))
    .toSorted((one, other) => one[0]! - other[0]!);
}
