import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { confirmGrant, proposeGrant, registerClient, revokeGrant, type GrantTerms } from '../../src/authorize/index.js';
import { openRole } from '../../src/commands/analyst.js';
import { FIELD_CLASSES } from '../../src/model/field.js';
import { publishTotals } from '../../src/totals/publish-totals.js';
import { openApi, PURPOSE } from '../serve/open-api.js';
import { fillRandomCounty, GRIDS } from '../serve/random-county.js';
import { ALL_REGISTERS, COUNTY, EAST, EAST_1, EAST_2, EVERYTHING, WEST, WEST_1 } from '../serve/small-county.js';

let api: Awaited<ReturnType<typeof openApi>>;
const name = `a${randomBytes(5).toString('hex')}`;
let client: Client;
let url: URL;
let role: string;
let grant: number | null = null;
beforeAll(async () => {
  api = await openApi(null, 20_000, { fill: fillRandomCounty });
  await api.tokenOf({});
  const { pool } = api.database;
  await registerClient(pool, COUNTY, { name, organ: '统计局', kind: 'analyst', by: 'one' });
  const made = await api.database.transaction((session) => openRole(session, name));
  role = made.role;
  url = new URL(api.database.url);
  [url.username, url.password] = [made.role, made.password!];
  await signIn();
  const registers = Array.from({ length: 15 }, (_, set) =>
    ALL_REGISTERS.filter((_each, bit) => ((set + 1) & (1 << bit)) !== 0),
  );
  await publishTotals(api.database, COUNTY, { registers, on: '2026-11-22', threshold: 5, roundedTo: 5 });
  await api.database.query('analyze');
});
afterAll(async () => {
  await client.end();
  await api.database.query(`drop owned by ${role} cascade`);
  await api.database.query(`drop schema if exists ${role} cascade`);
  await api.database.query(`drop role ${role}`);
  await api.close();
});

async function signIn(): Promise<void> {
  client = new Client({ connectionString: url.href });
  client.on('error', () => {});
  await client.connect();
}

async function give(terms: Partial<GrantTerms>): Promise<void> {
  const { pool } = api.database;
  if (grant !== null) {
    await revokeGrant(pool, COUNTY, grant, 'one', 'another');
    // What was open has ended.
    await signIn();
  }
  const validUntil = new Date(Date.now() + 3_000_000);
  grant = await proposeGrant(
    pool,
    COUNTY,
    { ...EVERYTHING, ...terms, client: name, purpose: PURPOSE, validUntil },
    'one',
  );
  await confirmGrant(pool, COUNTY, grant, 'another');
}

interface Row {
  readonly area: string | null;
  readonly sex: string | null;
  readonly age: string | null;
  readonly tie: string | null;
  readonly programme: string | null;
  readonly people: number | null;
  readonly published_on: string | null;
  readonly rounded_to: number | null;
}
const ask = async (groups: readonly string[]): Promise<Row[]> =>
  (await client.query<Row>('select * from seen.people_total where grouped_by = $1', [groups.join(',')])).rows;

const AREAS = ['township', 'village', 'grid'];
const DIMENSIONS = ['sex', 'age', 'age_five_years', 'tie'];
const groupings = fc
  .tuple(
    fc.option(fc.constantFrom(...AREAS), { nil: null }),
    fc.oneof(
      fc
        .subarray(DIMENSIONS, { maxLength: 2 })
        .filter((names) => !(names.includes('age') && names.includes('age_five_years'))),
      fc.constant(['programme']),
    ),
  )
  .map(([area, names]) => (area === null ? names : [area].concat(names)));
const divisions = fc.oneof(
  fc.constantFrom([COUNTY], [EAST], [WEST], [EAST_1], [EAST_2], [WEST_1], [GRIDS[0]]),
  fc.subarray([EAST_1, EAST_2, WEST_1, WEST, GRIDS[0]], { minLength: 1 }),
);
const columnOf = (group: string): 'area' | 'age' | 'sex' | 'tie' | 'programme' =>
  AREAS.includes(group) ? 'area' : group === 'age_five_years' ? 'age' : (group as 'sex');

it('are in SQL what they are in GraphQL, for whatever is granted, records or totals alone', async () => {
  const compared = { records: 0, totals: 0, withheld: 0 };
  await fc.assert(
    fc.asyncProperty(
      divisions,
      fc.oneof(fc.constant(ALL_REGISTERS), fc.subarray(ALL_REGISTERS, { minLength: 1 })),
      fc.oneof(fc.constant([...FIELD_CLASSES]), fc.subarray([...FIELD_CLASSES])),
      fc.constantFrom<GrantTerms['ties']>(
        ['resident', 'registered'],
        ['resident', 'registered'],
        ['resident'],
        ['registered'],
      ),
      fc.boolean(),
      groupings,
      async (where, registers, fields, ties, records, groups) => {
        const terms = { divisions: where, registers, fields, ties, records };
        await give(terms);
        const token = await api.tokenOf(terms);
        const { data, errors } = (await api.send(
          {
            query: `{ peopleAggregate(groupBy: [${groups.join(' ').toUpperCase()}]) { total publishedOn roundedTo groups { keys { code } people } } }`,
          },
          { authorization: `Bearer ${token}` },
        )) as unknown as {
          data: {
            peopleAggregate: {
              total: number | null;
              publishedOn: string | null;
              roundedTo: number | null;
              groups: { keys: { code: string | null }[]; people: number | null }[];
            };
          } | null;
          errors?: unknown;
        };
        const rows = await ask(groups);
        // What is refused to a client is not there for an analyst.
        if (errors) {
          expect(rows).toEqual([]);
          return;
        }
        const answer = data!.peopleAggregate;
        const said = rows.map((row) => [...groups.map((group) => row[columnOf(group)]), row.people]);
        const told =
          groups.length === 0
            ? answer.total === 0 || (answer.total === null && rows.length === 0)
              ? []
              : [[answer.total]]
            : answer.groups.map(({ keys, people }) => [...keys.map(({ code }) => code), people]);
        const inOrder = (all: readonly (readonly unknown[])[]) => all.map((each) => JSON.stringify(each)).toSorted();
        expect(inOrder(said.filter((row) => groups.length > 0 || row[0] !== 0))).toEqual(inOrder(told));
        for (const row of rows) {
          expect(row).toMatchObject({ published_on: answer.publishedOn, rounded_to: answer.roundedTo });
          // Whatever it is not grouped by says nothing.
          for (const column of ['area', 'sex', 'age', 'tie', 'programme'] as const)
            if (!groups.some((group) => columnOf(group) === column)) expect(row[column]).toBeNull();
        }
        if (records) compared.records += rows.length;
        else compared.totals += rows.length;
        compared.withheld += rows.filter(({ people }) => people === null).length;
      },
    ),
    { numRuns: 150 },
  );
  expect(Math.min(compared.records, compared.totals)).toBeGreaterThan(10);
  expect(compared.withheld).toBeGreaterThan(0);
}, 180_000);

it('are counted as they are asked for, and each asking is on record once', async () => {
  await give({});
  const readings = async () =>
    (
      await api.database.query<{ n: number }>('select count(*) as n from analyst_reading where analyst = $1', [role])
    )[0]!.n;
  const before = await readings();
  // Only the grouping that was asked for is counted.
  const plan = (
    await client.query<{ 'QUERY PLAN': string }>(
      `explain (costs off) select * from seen.people_total where grouped_by = 'village,sex'`,
    )
  ).rows.map((row) => row['QUERY PLAN']);
  // Once for where each is, once for what is chosen of them.
  expect(plan.filter((line) => /(Scan|using).* on person_trait/.test(line)).length).toBe(2);
  await ask(['village', 'sex']);
  expect(await readings()).toBe(before + 1);
  await client.query('select * from seen.people_total');
  expect(await readings()).toBe(before + 2);
});
