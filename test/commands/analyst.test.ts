import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { confirmGrant, proposeGrant, registerClient, revokeGrant, type GrantTerms } from '../../src/authorize/index.js';
import { findLostQuestions } from '../../src/accesses/index.js';
import { openRole, roleOf } from '../../src/commands/analyst.js';
import { FIELD_CLASSES } from '../../src/model/field.js';
import { DATASETS } from '../../src/pipeline.js';
import { openSeal } from '../../src/seal/open-seal.js';
import { openSealKeys } from '../../src/seal/seal-keys.js';
import { sealRecords } from '../../src/stage/seal-records.js';
import { openApi, PURPOSE } from '../serve/open-api.js';
import {
  ALL_REGISTERS,
  COUNTY,
  EAST,
  EAST_1,
  EAST_2,
  EVERYTHING,
  fillSmallCounty,
  GRID,
  WEST,
  WEST_1,
} from '../serve/small-county.js';

type Api = Awaited<ReturnType<typeof openApi>>;
let api: Api;
let sealed: Api;
const home = mkdtempSync(join(tmpdir(), 'hub-analyst-'));
const made: (readonly [role: string, of: Api])[] = [];
const connected: Client[] = [];
beforeAll(async () => {
  api = await openApi();
  await api.tokenOf({});
  const keys = openSealKeys({ home, suite: 'aes', masterKey: null, masterCommand: null }, true);
  const sealing = openSeal(() => keys);
  sealed = await openApi(null, 5000, {
    fill: async (database) => {
      await fillSmallCounty(database);
      await sealRecords(database, sealing, COUNTY, DATASETS, keys.fingerprint);
    },
    sealing,
  });
  await sealed.tokenOf({});
});
afterAll(async () => {
  for (const client of connected) await client.end();
  for (const [role, { database }] of made) {
    await database.query(`drop owned by ${role} cascade`);
    await database.query(`drop schema if exists ${role} cascade`);
    await database.query(`drop role ${role}`);
  }
  await api.close();
  await sealed.close();
  rmSync(home, { recursive: true });
});

const TERMS = { ...EVERYTHING, purpose: PURPOSE, validUntil: new Date(Date.now() + 3_000_000) };

/** One role, whose grants follow each other: roles are the whole server's. */
async function openAnalyst(of = api) {
  const name = `a${randomBytes(5).toString('hex')}`;
  await registerClient(of.database.pool, COUNTY, { name, organ: '统计局', kind: 'analyst', by: 'one' });
  const { role, password } = await of.database.transaction((session) => openRole(session, name));
  made.push([role, of]);
  let grant: number | null = null;
  const url = new URL(of.database.url);
  url.username = role;
  url.password = password!;
  const client = new Client({ connectionString: url.href });
  await client.connect();
  connected.push(client);
  return {
    name,
    role,
    client,
    query: async <T extends object>(text: string): Promise<T[]> => (await client.query<T>(text)).rows,
    grant: async (terms: Partial<GrantTerms>): Promise<number> => {
      const { pool } = of.database;
      if (grant !== null) await revokeGrant(pool, COUNTY, grant, 'one', 'another');
      grant = await proposeGrant(pool, COUNTY, { ...TERMS, ...terms, client: name }, 'one');
      await confirmGrant(pool, COUNTY, grant, 'another');
      return grant;
    },
    revoke: async () => {
      if (grant !== null) await revokeGrant(of.database.pool, COUNTY, grant, 'one', 'ended');
      grant = null;
    },
  };
}

const COLUMNS = {
  name: 'name',
  formerName: 'former_name',
  sex: 'sex',
  birthDate: 'birth_date',
  idNumber: 'id_number',
  phone: 'phone',
  address: 'address',
  maritalStatus: 'marital_status',
  education: 'education',
  householdStatus: 'household_status',
  memberStatus: 'member_status',
} as const;
const SEALED: ReadonlySet<string> = new Set(['idNumber', 'phone']);
const ASK = `{ people(first: 200) { nodes { id ${Object.keys(COLUMNS)
  .map((field) => `${field} { value }`)
  .join(' ')} } } }`;

describe('an analyst', () => {
  it.each([
    ['', false],
    [', but for numbers that are sealed: of these the first three digits', true],
  ])(
    'is told the same in SQL as a client in GraphQL, whatever is granted%s',
    async (_, isSealed) => {
      const of = isSealed ? sealed : api;
      const one = await openAnalyst(of);
      let compared = 0;
      let whole = 0;
      const subset = <T>(all: readonly T[]) => fc.subarray([...all], { minLength: 1 });
      await fc.assert(
        fc.asyncProperty(
          fc.oneof(
            fc.constantFrom([COUNTY], [EAST], [WEST], [EAST_1], [GRID]),
            subset([EAST_1, EAST_2, WEST_1, WEST, GRID]),
          ),
          subset(ALL_REGISTERS),
          fc.subarray([...FIELD_CLASSES]),
          fc.constantFrom<GrantTerms['ties']>(['resident', 'registered'], ['resident'], ['registered']),
          fc.boolean(),
          async (divisions, registers, fields, ties, forMinors) => {
            await of.database.query('update purpose set for_minors = $1 where code = $2', [forMinors, PURPOSE]);
            const terms = { divisions, registers, fields, ties };
            await one.grant(terms);
            const token = await of.tokenOf(terms);
            const { data, errors } = (await of.send(
              { query: ASK },
              { authorization: `Bearer ${token}` },
            )) as unknown as {
              data: { people: { nodes: ({ id: string } & Record<string, { value: string } | null>)[] } };
              errors?: unknown;
            };
            expect(errors).toBeUndefined();
            const rows = await one.query<Record<string, string | null>>('select * from seen.person');
            type Said = readonly [id: string, values: readonly (string | null)[]];
            const bySql = rows.map((row): Said => [row['id']!, Object.values(COLUMNS).map((column) => row[column]!)]);
            const byApi = data.people.nodes.map((node): Said => [
              node.id,
              Object.keys(COLUMNS).map((field) => {
                const value = node[field]?.value ?? null;
                if (value === null || !isSealed || !SEALED.has(field)) return value;
                if (!value.includes('*')) whole += 1;
                return value.slice(0, 3) + '*'.repeat(value.length - 3);
              }),
            ]);
            // Of whom nothing may be said at all there is no row in SQL.
            const said = (all: readonly Said[]) =>
              all
                .filter(([, values]) => values.some((value) => value !== null))
                .toSorted(([a], [b]) => (a < b ? -1 : 1));
            compared += said(byApi).length;
            expect(said(bySql)).toEqual(said(byApi));
          },
        ),
        { numRuns: 60 },
      );
      expect(compared).toBeGreaterThan(60);
      // What the keys open is seen whole by whom it is granted to.
      if (isSealed) expect(whole).toBeGreaterThan(10);
    },
    120_000,
  );

  it('sees nothing that it gives itself, and nothing after the grant has gone', async () => {
    const one = await openAnalyst();
    await one.grant({ divisions: [EAST_2], registers: ['police'] });
    const people = () => one.query<{ person: string }>('select person from seen.person order by 1');
    expect((await people()).map((row) => Number(row.person))).toEqual([1004]);
    for (const setting of [
      `set hub.villages = '${EAST_1}'`,
      `set hub.counties = '${COUNTY}'`,
      `set hub.registers = 'police,governance'`,
      `set hub.county = '${COUNTY}'`,
    ])
      await one.query(setting);
    expect((await people()).map((row) => Number(row.person))).toEqual([1004]);
    for (const text of [
      'select * from public.record',
      'select * from public.link',
      'select * from public.access_grant',
      'select * from public.analyst_reading',
      'select * from public.entity',
      'set role hub_county',
      'set role hub_analyst_gate',
      'set session authorization hub_analyst_gate',
      `select public.expect_access_version(1)`,
      `insert into seen.link (county) values ('530502')`,
    ])
      await expect(one.query(text), text).rejects.toMatchObject({ code: expect.stringMatching(/^(42501|55000)$/) });
    await one.query(`set hub.purpose = 'another'`);
    expect(await people()).toEqual([]);
    await one.query(`set hub.purpose = '${PURPOSE}'`);
    await one.revoke();
    expect(await people()).toEqual([]);
  });

  it('makes views of its own, in which everybody sees his own', async () => {
    const [one, other] = [await openAnalyst(), await openAnalyst()];
    await one.grant({ divisions: [EAST] });
    await other.grant({ divisions: [WEST] });
    await one.query(`create view by_sex as select sex, count(*) as people from person group by 1`);
    await one.query(`grant usage on schema ${one.role} to ${other.role}; grant select on by_sex to ${other.role}`);
    const total = async (who: typeof one) =>
      (await who.query<{ n: number }>(`select coalesce(sum(people), 0) as n from ${one.role}.by_sex`))[0]!.n;
    expect(Number(await total(one))).toBeGreaterThan(2);
    expect(Number(await total(other))).toBe(1);
  });

  it('leaves a row for each question, which nobody unwrites, and sees nothing where it cannot be written', async () => {
    const one = await openAnalyst();
    await one.grant({});
    await one.query(`select name from person where name = '张三'`);
    const rows = await api.database.query<{ question: string; grants: number[]; text: string }>(
      `select question, grants, r::text as text from analyst_reading r where analyst = $1`,
      [one.role],
    );
    expect(rows.length).toBeGreaterThan(0);
    expect(rows[0]!.grants.length).toBe(1);
    expect(rows[0]!.text).not.toContain('张三');
    await expect(api.database.query('delete from analyst_reading')).rejects.toMatchObject({ code: '23001' });
    await expect(api.database.query('truncate analyst_reading')).rejects.toMatchObject({ code: '23001' });
    await one.query('begin read only');
    await expect(one.query('select name from person')).rejects.toMatchObject({ code: '25006' });
    await one.query('rollback');
  });

  it('cannot ask without a trace: a question that is taken back with its transaction is missed by its number', async () => {
    const one = await openAnalyst();
    await one.grant({});
    const lost = async () => (await findLostQuestions(api.database)).filter((each) => each.analyst === one.role);
    await one.query('select name from person');
    expect(await lost()).toEqual([]);
    await one.query('begin');
    expect((await one.query('select name from person')).length).toBeGreaterThan(2);
    expect(await lost()).toEqual([]);
    await one.query('rollback');
    const [taken] = await lost();
    expect(taken).toMatchObject({ analyst: one.role, after: expect.any(Date), before: null });
    await one.query('select name from person');
    expect(await lost()).toEqual([{ ...taken!, before: expect.any(Date) }]);
    for (const text of [`select nextval('asked.${one.role}')`, `select setval('asked.${one.role}', 1)`])
      await expect(one.query(text), text).rejects.toMatchObject({ code: '42501' });
  });

  it('does not learn what a mask hides by a function of its own in a condition', async () => {
    const one = await openAnalyst();
    await one.grant({ fields: ['basic'] });
    await one.query(
      `create function tell(value text) returns boolean language plpgsql cost 0.0000001 as $$ begin raise notice '%', value; return true; end $$`,
    );
    const told: string[] = [];
    one.client.on('notice', (notice) => told.push(String(notice.message)));
    await one.query('select count(*) from seen.person_value where tell(value)');
    expect(told.length).toBeGreaterThan(5);
    expect(told.join(' ')).not.toMatch(/990000199001010017|13900000009|一社区1组1号/);
  });
});

it('is a role of the name of its client', () => {
  expect(roleOf('li-si')).toBe('analyst_li_si');
});
