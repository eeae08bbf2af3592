import fc from 'fast-check';
import { execute, parse, validate } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openReadings, type Readings } from '../../src/authorize/index.js';
import type { Database } from '../../src/database/connect.js';
import type { Viewer } from '../../src/model/viewer.js';
import { ToldAccess } from '../../src/serve/access-note.js';
import type { Context } from '../../src/serve/context.js';
import { writeGlobalId, type EntityKind } from '../../src/serve/global-id.js';
import { buildHubSchema } from '../../src/serve/index.js';
import { openLoaders } from '../../src/serve/open-loaders.js';
import { refreshTotals } from '../../src/totals/refresh-totals.js';
import { viewerOf } from '../authorize/viewer.js';
import { cloneDatabase } from '../database/clone.js';
import { DATASETS } from '../link/county-records.js';
import { writeAnyOperation, type Pools } from './random-operation.js';
import {
  addRecord,
  ALL_REGISTERS,
  COUNTY,
  EAST,
  EAST_1,
  EAST_2,
  fillSmallCounty,
  GRID,
  ID,
  WEST,
  WEST_1,
} from './small-county.js';

/** A county of 250 records drawn once: people in several registers and villages, who share households, dwellings and buildings. */
const DRAWN = fc.sample(
  fc.record({
    dataset: fc.constantFrom(
      'police/residents',
      'police/floating',
      'governance/residents',
      'party-building/members',
      'civil-affairs/benefits',
    ),
    village: fc.constantFrom(EAST_1, EAST_2, WEST_1, WEST_1),
    inGrid: fc.boolean(),
    tie: fc.constantFrom('registered', 'resident', null),
    person: fc.integer({ min: 1100, max: 1149 }),
    household: fc.option(fc.integer({ min: 2100, max: 2112 })),
    dwelling: fc.option(fc.integer({ min: 3100, max: 3108 })),
    building: fc.option(fc.integer({ min: 4100, max: 4103 })),
    name: fc.constantFrom('张三', '李四', '欧阳娜', '王五', undefined),
    sex: fc.constantFrom('1', '2', undefined),
    birthDate: fc.constantFrom('1990-01-01', '2015-05-05', '1950-02-03', undefined),
    phone: fc.constantFrom('13800000001', '13900000009', undefined),
    idNumber: fc.constantFrom('990000199001010017', '990000199202020024', undefined),
    relation: fc.constantFrom('02', '10', '20', undefined),
    householdNumber: fc.constantFrom('530502000001', '530502000007', undefined),
    address: fc.constantFrom('一社区1组1号', '西村3号', undefined),
    updatedAt: fc.constantFrom('2026-08-01T10:00:00+08:00', '2026-09-01T10:00:00+08:00', undefined),
    programme: fc.constantFrom('城乡低保', '高龄津贴', undefined),
  }),
  { numRuns: 250, seed: 11 },
);
const DELIVERY_OF: Readonly<Record<string, number>> = {
  police: 1,
  governance: 2,
  'civil-affairs': 3,
  'party-building': 4,
};

async function fillCounty(database: Database): Promise<void> {
  await fillSmallCounty(database);
  for (const [at, drawn] of DRAWN.entries()) {
    const { dataset, village, inGrid, tie, person, household, dwelling, building, ...stated } = drawn;
    const register = dataset.split('/')[0]!;
    await addRecord(database, 500 + at, {
      register,
      dataset,
      delivery: DELIVERY_OF[register],
      row: at,
      village,
      grid: inGrid ? `${village}001` : null,
      tie,
      person,
      household,
      dwelling,
      building,
      person_reason: (['ALONE', 'AGREEMENT', 'NUMBER_SET_ASIDE', 'ID_NUMBER_AND_NAME'] as const)[at % 4],
      stated: JSON.parse(JSON.stringify(stated)) as Record<string, string>,
    });
  }
  await database.query(
    `update record set status = 'retired' where id % 9 = 0 and id >= 500;
     update link set status = 'retired' where record % 9 = 0 and record >= 500;
     insert into entity (county, id, kind, status)
       select distinct '${COUNTY}', id, kind, 'active' from link l cross join lateral (values (person, 'person'), (household, 'household'),
         (dwelling, 'dwelling'), (building, 'building')) as e (id, kind) where record >= 500 and id is not null;
     insert into mention (county, record, pointer, register, township, village, grid, status, name, person)
       select county, record, '户主姓名', register, township, village, grid, status, '张三', person + 1 from link where record >= 500 and record % 4 = 0;
     insert into finding (county, register, township, village, grid, delivery, dataset, record, other_record, person, code, severity)
       select l.county, l.register, l.township, l.village, l.grid, 1, l.dataset, l.record, case when l.record % 2 = 0 then l.record + 3 end,
         l.person, 'ID_NUMBER_SHARED', 'warning' from link l where l.record >= 500 and l.record % 5 = 0 and l.record < 740`,
  );
}

type Row = Readonly<Record<string, unknown>>;
const TABLES = [
  'delivery',
  'delivery_count',
  'record',
  'record_version',
  'link',
  'mention',
  'finding',
  'entity',
] as const;
type Tables = Readonly<Record<(typeof TABLES)[number], readonly Row[]>>;

/** The oracle: what the viewer may see of the plain rows, and nothing else. */
function visibleOf(all: Tables, { divisions, registers, ties }: Viewer): Tables {
  const isThere = (row: Row) =>
    registers.includes(row['register'] as string) &&
    divisions.some((code) => code === COUNTY || [row['township'], row['village'], row['grid']].includes(code));
  const isTied = (row: Row) => row['tie'] === null || ties.includes(row['tie'] as never);
  const seen = all.link.filter((row) => isThere(row) && isTied(row));
  // As it would have been linked, were there no other rows: of whom one is left, nobody else is known.
  const link = seen.map((row) =>
    row['person_reason'] === 'NUMBER_SET_ASIDE' || seen.some((each) => each !== row && each['person'] === row['person'])
      ? row
      : Object.assign({}, row, { person_reason: row['person'] === null ? null : 'ALONE' }),
  );
  const records = new Set(link.map((row) => row['record']));
  const entities = new Set(
    link.flatMap((row) =>
      ['person', 'household', 'dwelling', 'building', 'organisation', 'place', 'event', 'grid_entity'].map(
        (kind) => row[kind],
      ),
    ),
  );
  const delivery = all.delivery.filter((row) => registers.includes(row['register'] as string));
  const deliveries = new Set(delivery.map((row) => row['id']));
  return {
    delivery,
    delivery_count: divisions.includes(COUNTY)
      ? all.delivery_count.filter((row) => deliveries.has(row['delivery']))
      : [],
    record: all.record.filter((row) => isThere(row) && isTied(row)),
    record_version: all.record_version.filter((row) => isThere(row) && isTied(row)),
    link,
    mention: all.mention.filter((row) => records.has(row['record'])),
    finding: all.finding.filter(
      (row) =>
        isThere(row) &&
        (row['record'] === null || records.has(row['record'])) &&
        (row['other_record'] === null || records.has(row['other_record'])),
    ),
    entity: all.entity.filter((row) => entities.has(row['merged_into'] ?? row['id'])),
  };
}

async function readTables(database: Database): Promise<Tables> {
  const tables: Partial<Record<(typeof TABLES)[number], readonly Row[]>> = {};
  for (const table of TABLES)
    tables[table] = (await database.query<{ row: Row }>(`select to_jsonb(t) as row from ${table} t`)).map(
      ({ row }) => row,
    );
  return tables as Tables;
}

async function writeTables(database: Database, tables: Tables): Promise<void> {
  await database.query(`truncate ${TABLES.join(', ')}, person_trait, person_total cascade`);
  for (const table of TABLES) {
    const written = await database.query<{ name: string }>(
      `select column_name as name from information_schema.columns where table_schema = 'public' and table_name = $1 and is_generated = 'NEVER'`,
      [table],
    );
    const columns = written.map(({ name }) => name).join(', ');
    await database.query(
      `insert into ${table} (${columns}) select ${columns} from jsonb_populate_recordset(null::public.${table}, $1::jsonb)`,
      [JSON.stringify(tables[table])],
    );
  }
  await refreshTotals(database, COUNTY, DATASETS);
}

const schema = buildHubSchema();
const id = (kind: EntityKind, key: number) => writeGlobalId(kind, COUNTY, key);
const around = (kind: EntityKind, from: number, count: number, ...others: number[]) =>
  [...others, ...Array.from({ length: count }, (_, at) => from + at)].map((key) => id(kind, key));
const cursor = (kind: string, key: number) => Buffer.from(`${kind}>${key}`).toString('base64url');
const POOLS: Pools = {
  ids: {
    Person: around('Person', 1100, 40, ID.zhang, ID.li, ID.western, ID.merged, 999_999),
    Household: around('Household', 2100, 12, ID.household, ID.westHousehold),
    Dwelling: around('Dwelling', 3100, 8, ID.dwelling),
    Building: around('Building', 4100, 4, ID.building),
    Organisation: [id('Organisation', ID.organisation), id('Organisation', ID.above)],
    Place: [id('Place', ID.place)],
    Event: [id('Event', ID.event)],
    Grid: [id('Grid', ID.grid)],
  },
  cursors: {
    Person: cursor('Person', 1110),
    Household: cursor('Household', 2104),
    Dwelling: cursor('Dwelling', 3102),
    Building: cursor('Building', 4101),
  },
  values: {
    code: [COUNTY, EAST, WEST, EAST_1, EAST_2, WEST_1, GRID, 'ID_NUMBER_SHARED', 'PHONE_FORM'],
    parent: [COUNTY, EAST, WEST],
    division: [COUNTY, EAST, WEST, EAST_1, EAST_2, WEST_1, GRID],
    register: ALL_REGISTERS,
    dataset: ['police/residents', 'governance/residents'],
    name: ['张三', '李四', '欧阳娜'],
    namePrefix: ['张', '李', '欧阳'],
    phone: ['13800000001', '13900000009', '13700000000'],
    idNumber: ['990000199001010017', '990000199202020024'],
    birthDate: ['1990-01-01', '2015-05-05'],
    ageOn: ['2026-11-22'],
    first: [1, 3, 20],
    asOf: ['2026-09-01T00:00:00Z', '2026-10-15T00:00:00Z'],
    from: ['2026-01-01T00:00:00Z'],
    to: ['2026-12-01T00:00:00Z'],
    field: ['name', 'phone', 'idNumber'],
    reason: ['核对身份信息'],
    run: [1],
    address: ['一社区1组1号', '一社区', '1组1号', '西村'],
    addressPrefix: ['一社区', '西村'],
  },
};
/**
 * What is not asked for: what speaks of the viewer and not of the county; what needs a permission and rooms that are not open here; how
 * linking went as a whole. And by the rule of two grids the registration is told, of rows that it may not see, that there are some.
 */
const LEFT_OUT: ReadonlySet<string> = new Set([
  ...[
    'viewer',
    'hub',
    'accessAlarms',
    'accessGrants',
    'accessesOf',
    'myAccesses',
    'dataUsage',
    'decisions',
    'reviewQueue',
  ].map((name) => `Query.${name}`),
  ...['linkageQuality', 'linkageRuns', 'matchPreview', 'entityChanges', 'verifyPersons'].map((name) => `Query.${name}`),
  'Person.livesElsewhere',
  'Person.reveal',
]);

type Clone = Awaited<ReturnType<typeof cloneDatabase>>;
let whole: Clone;
let only: Clone;
let tables: Tables;
let readings: { readonly whole: Readings; readonly only: Readings };
beforeAll(async () => {
  [whole, only] = [await cloneDatabase(), await cloneDatabase()];
  await fillCounty(whole);
  await refreshTotals(whole, COUNTY, DATASETS);
  await only.query(`insert into division select * from jsonb_populate_recordset(null::public.division, $1::jsonb)`, [
    JSON.stringify(
      (await whole.query<{ row: Row }>('select to_jsonb(d) as row from division d')).map(({ row }) => row),
    ),
  ]);
  tables = await readTables(whole);
  readings = {
    whole: openReadings({ apiUrl: whole.apiUrl, poolSize: 1 }),
    only: openReadings({ apiUrl: only.apiUrl, poolSize: 1 }),
  };
});
afterAll(async () => {
  await readings.whole.close();
  await readings.only.close();
  await whole.close();
  await only.close();
});

async function ask(from: Readings, viewer: Viewer, text: string): Promise<string> {
  const answer = await from.read(viewer, async (reading) => {
    const note = new ToldAccess();
    const contextValue = {
      viewer,
      reading,
      requestId: '',
      note,
      loaders: openLoaders(reading, note, false),
      readAddress: async (tail: string) => [{ area: null, tail }],
    } as unknown as Context;
    return await execute({ schema, document: parse(text), contextValue, rootValue: {} });
  });
  // One name for two statements, or any fault of our own, would be the same over both counties.
  for (const { originalError, extensions } of answer.errors ?? [])
    if (originalError && extensions['code'] === undefined) throw originalError;
  // Fields that are asked together fail in the order in which they are answered; of those that leave one and the same null, any may be told.
  const errors = answer.errors?.map(({ message, extensions, path = [] }) =>
    JSON.stringify({ message, extensions, at: path.slice(0, nullAt(answer.data, path)) }),
  );
  return JSON.stringify({ ...answer, errors: errors && [...new Set(errors)].toSorted() }, null, 1);
}

/** How many steps of the path lead to what the failure made null. */
function nullAt(data: unknown, path: readonly (string | number)[]): number {
  let at: unknown = data;
  const found = path.findIndex((step) => (at = (at as Readonly<Record<string, unknown>> | null)?.[step]) === null);
  return data === null ? 0 : found + 1;
}

/** What a delivery counts speaks of the whole county, and is told to who may see it. */
const OF_THE_WHOLE_COUNTY = /\b(bytes|count|reasonSentence\w*)\b/;
const EVERYBODY = viewerOf([COUNTY], ALL_REGISTERS);

describe('what a viewer may not see', () => {
  it('changes no answer: over the rows that it may see alone, every one is the same', async () => {
    let asked = 0;
    let found = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(
          [COUNTY],
          [EAST],
          [WEST],
          [EAST_1],
          [EAST_2],
          [WEST_1],
          [GRID],
          [WEST, EAST_1],
          [`${WEST_1}001`, EAST_2],
        ),
        fc.subarray(ALL_REGISTERS, { minLength: 1 }),
        fc.constantFrom(
          ['resident', 'registered'] as const,
          ['resident', 'registered'] as const,
          ['resident'] as const,
          ['registered'] as const,
        ),
        fc.gen(),
        async (divisions, registers, ties, choose) => {
          const viewer = viewerOf(divisions, registers, { ties });
          await writeTables(only, visibleOf(tables, viewer));
          for (let turn = 0; turn < 30; turn += 1) {
            const text = writeAnyOperation(choose, schema, POOLS, LEFT_OUT);
            expect(
              validate(schema, parse(text)).map(({ message }) => message),
              text,
            ).toEqual([]);
            const [over, alone] = [await ask(readings.whole, viewer, text), await ask(readings.only, viewer, text)];
            expect(over, text).toBe(alone);
            // Nor is anything kept back of what it may see: to who may see the whole county, these rows are the same.
            if (!OF_THE_WHOLE_COUNTY.test(text)) expect(alone, text).toBe(await ask(readings.only, EVERYBODY, text));
            asked += 1;
            if (JSON.stringify((JSON.parse(over) as { data: unknown }).data).length > 60) found += 1;
          }
        },
      ),
      { numRuns: 20, endOnFailure: true },
    );
    // Most of what is asked is there to be told: an empty answer would be the same everywhere.
    expect(found / asked).toBeGreaterThan(0.5);
  }, 120_000);
});
