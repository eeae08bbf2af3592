import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  confirmGrant,
  proposeGrant,
  registerClient,
  revokeGrant,
  roleOf,
  type GrantTerms,
} from '../../src/authorize/index.js';
import { findLostQuestions } from '../../src/accesses/index.js';
import { openRole } from '../../src/commands/analyst.js';
import { FIELD_CLASSES } from '../../src/model/field.js';
import { DATASETS } from '../../src/pipeline.js';
import { openSeal } from '../../src/seal/open-seal.js';
import { openSealKeys } from '../../src/seal/seal-keys.js';
import { sealRecords } from '../../src/stage/seal-records.js';
import { openApi, PURPOSE } from '../serve/open-api.js';
import { fillLargeCounty, VILLAGE, VILLAGERS, visited, type Plan } from '../serve/large-county.js';
import { fillRandomCounty } from '../serve/random-county.js';
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
let crowded: Api;
let large: Api;
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
  crowded = await openApi(null, 5000, {
    fill: async (database) => {
      await fillRandomCounty(database);
      await database.query(
        `update link set household = 2100 + record % 25, dwelling = case when record % 7 > 0 then 3100 + record % 20 end, building = 4100 + record % 6,
           person = case when record % 5 > 0 then person end where record >= 500 and register <> 'party-building'`,
      );
      await database.query(
        `update record set delivery = (select min(id) from delivery d where d.register = record.register), stated = stated || jsonb_strip_nulls(jsonb_build_object('address', '路' || id || '号', 'headName', '户主' || id, 'floors', id % 9,
           'dwellingKind', case when id % 3 > 0 then '类' || id end, 'buildingName', '楼' || id, 'longitude', '99.' || id,
           'householdNumber', case when id % 4 = 0 then 'H' || id end, 'birthDate', case when id % 3 = 0 then '2020-11-23' end)) where id >= 500`,
      );
    },
  });
  await crowded.tokenOf({});
  large = await openApi(null, 5000, { fill: fillLargeCounty });
  await large.tokenOf({});
}, 60_000);
afterAll(async () => {
  for (const client of connected) await client.end();
  for (const [role, { database }] of made) {
    await database.query(`drop owned by ${role} cascade`);
    await database.query(`drop schema if exists ${role} cascade`);
    await database.query(`drop role ${role}`);
  }
  await api.close();
  await sealed.close();
  await crowded.close();
  await large.close();
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
  const signIn = async () => {
    const client = new Client({ connectionString: url.href });
    client.on('error', () => {});
    await client.connect();
    connected.push(client);
    return client;
  };
  let client = await signIn();
  const revoke = async (reason: string) => {
    if (grant === null) return;
    await revokeGrant(of.database.pool, COUNTY, grant, 'one', reason);
    grant = null;
    // What was open has ended.
    client = await signIn();
  };
  return {
    name,
    role,
    get client() {
      return client;
    },
    query: async <T extends object>(text: string): Promise<T[]> => (await client.query<T>(text)).rows,
    grant: async (terms: Partial<GrantTerms>): Promise<number> => {
      const { pool } = of.database;
      await revoke('another');
      grant = await proposeGrant(pool, COUNTY, { ...TERMS, ...terms, client: name }, 'one');
      await confirmGrant(pool, COUNTY, grant, 'another');
      return grant;
    },
    revoke: () => revoke('ended'),
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
const ASK = `{ people(first: 200) { nodes { id divisionChain { code } ${Object.keys(COLUMNS)
  .map((field) => `${field} { value }`)
  .join(' ')} } } }`;

/** Kinds of home: the fields of GraphQL that the views have, by their columns. */
const HOMES = {
  household: {
    list: 'households',
    values: { number: 'number', address: 'address', headName: 'head_name' },
    rest: 'status kind members(first: 1) { totalCount } dwelling { id } building { id }',
    columns: `status, kind, members, d.id as dwelling, b.id as building`,
  },
  dwelling: {
    list: 'dwellings',
    values: {
      code: 'code',
      address: 'address',
      estateOrRoad: 'estate_or_road',
      buildingNumber: 'building_number',
      unit: 'unit',
      room: 'room',
      kind: 'kind',
    },
    rest: 'status longitude latitude households { id } building { id } division { code }',
    columns: `status, longitude, latitude, households, b.id as building, village`,
  },
  building: {
    list: 'buildings',
    values: { code: 'code', name: 'name', kind: 'kind', address: 'address', units: 'units', floors: 'floors' },
    rest: 'status longitude latitude dwellings { id } division { code }',
    columns: `status, longitude, latitude, dwellings, village`,
  },
} as const;
const ASK_HOMES = `{ ${Object.values(HOMES)
  .map(({ list, values, rest }) => {
    const shown = Object.keys(values)
      .map((field) => `${field} { value }`)
      .join(' ');
    return `${list}(first: 200) { nodes { id ${shown} ${rest} } }`;
  })
  .join(' ')} }`;

/** A home of either, as one flat row. */
function flat(node: Record<string, unknown>): Record<string, unknown> {
  const told = Object.entries(node).map(([field, value]) => {
    if (field === 'division') return ['village', (value as { code: string } | null)?.code ?? null];
    if (Array.isArray(value)) return [field, value.length];
    if (typeof value !== 'object' || value === null) return [field, value];
    const { value: stated, id, totalCount } = value as { value?: string; id?: string; totalCount?: number };
    return [field, stated ?? id ?? totalCount ?? null];
  });
  return Object.fromEntries(told as [string, unknown][]);
}

/** PostgreSQL counts in bigint, which the client reads as text. */
const counted = (row: Record<string, unknown>): Record<string, number> =>
  Object.fromEntries(
    ['members', 'households', 'dwellings'].flatMap((name) => (name in row ? [[name, Number(row[name])]] : [])),
  );

/** Those that a current record speaks of: a list has the others only where it is asked for them. */
const sqlOf = (kind: keyof typeof HOMES): string => {
  const { values, columns } = HOMES[kind];
  const own = columns.replaceAll(/(^|, )(?=[a-z]+(,|$))/g, '$1x.');
  const shown = Object.entries(values).map(([field, column]) => `x.${column} as "${field}"`);
  const [d, b] = [columns.includes('d.id'), columns.includes('b.id')];
  return `select x.id, ${shown.join(', ')}, ${own} from seen.${kind} x
    ${d ? 'left join seen.dwelling d on d.dwelling = x.dwelling' : ''} ${b ? 'left join seen.building b on b.building = x.building' : ''}
    where x.status = 'ACTIVE'`;
};

const subset = <T>(all: readonly T[]) => fc.subarray([...all], { minLength: 1 });
/** Divisions, registers, classes of fields, ties, and whether the purpose shows minors. */
const SOME_TERMS = [
  fc.oneof(fc.constantFrom([COUNTY], [EAST], [WEST], [EAST_1], [GRID]), subset([EAST_1, EAST_2, WEST_1, WEST, GRID])),
  subset(ALL_REGISTERS),
  fc.subarray([...FIELD_CLASSES]),
  fc.constantFrom<GrantTerms['ties']>(['resident', 'registered'], ['resident'], ['registered']),
  fc.boolean(),
] as const;

describe('an analyst', () => {
  it.each([
    ['', () => api],
    [', but for numbers that are sealed: of these the first three digits', () => sealed],
    [', and whichever of many records speaks', () => crowded],
  ])(
    'is told the same in SQL as a client in GraphQL, whatever is granted%s',
    async (_, which) => {
      const of = which();
      const isSealed = of === sealed;
      const one = await openAnalyst(of);
      let compared = 0;
      let whole = 0;
      await fc.assert(
        fc.asyncProperty(...SOME_TERMS, async (divisions, registers, fields, ties, forMinors) => {
          const terms = { divisions, registers, fields, ties };
          await one.grant(terms);
          const token = await of.tokenOf(terms);
          // Not before: it registers the purpose again.
          await of.database.query('update purpose set for_minors = $1 where code = $2', [forMinors, PURPOSE]);
          const { data, errors } = (await of.send({ query: ASK }, { authorization: `Bearer ${token}` })) as unknown as {
            data: {
              people: {
                nodes: ({ id: string; divisionChain: { code: string }[] } & Record<string, { value: string } | null>)[];
              };
            };
            errors?: unknown;
          };
          expect(errors).toBeUndefined();
          const rows = await one.query<Record<string, string | null>>(
            `select * from seen.person p where exists (select from seen.link l where l.person = p.person and l.status = 'current')`,
          );
          type Said = readonly [id: string, values: readonly (string | null)[]];
          const bySql = rows.map((row): Said => [
            row['id']!,
            [row['village'] ?? row['township']!, ...Object.values(COLUMNS).map((column) => row[column]!)],
          ]);
          const byApi = data.people.nodes.map((node): Said => [
            node.id,
            [
              node.divisionChain[0]?.code ?? null,
              ...Object.keys(COLUMNS).map((field) => {
                const value = node[field]?.value ?? null;
                if (value === null || !isSealed || !SEALED.has(field)) return value;
                if (!value.includes('*')) whole += 1;
                return value.slice(0, 3) + '*'.repeat(value.length - 3);
              }),
            ],
          ]);
          const sorted = (all: readonly Said[]) => all.toSorted(([a], [b]) => (a < b ? -1 : 1));
          compared += byApi.length;
          expect(sorted(bySql)).toEqual(sorted(byApi));
        }),
        { numRuns: of === crowded ? 30 : 60 },
      );
      expect(compared).toBeGreaterThan(40);
      // What the keys open is seen whole by whom it is granted to.
      if (isSealed) expect(whole).toBeGreaterThan(10);
    },
    120_000,
  );

  it('is told the same of homes in SQL as a client in GraphQL, whatever is granted', async () => {
    const one = await openAnalyst(crowded);
    let compared = 0;
    let values = 0;
    await fc.assert(
      fc.asyncProperty(...SOME_TERMS, async (divisions, registers, fields, ties, forMinors) => {
        const terms = { divisions, registers, fields, ties };
        await one.grant(terms);
        const token = await crowded.tokenOf(terms);
        // Not before: it registers the purpose again.
        await crowded.database.query('update purpose set for_minors = $1 where code = $2', [forMinors, PURPOSE]);
        const { data, errors } = (await crowded.send(
          { query: ASK_HOMES },
          { authorization: `Bearer ${token}` },
        )) as unknown as { data: Record<string, { nodes: Record<string, unknown>[] }>; errors?: unknown };
        expect(errors).toBeUndefined();
        for (const kind of ['household', 'dwelling', 'building'] as const) {
          const rows = await one.query<Record<string, unknown>>(sqlOf(kind));
          const byApi = data[HOMES[kind].list]!.nodes.map(flat)
            .filter(({ status }) => status === 'ACTIVE')
            .toSorted((a, b) => (String(a['id']) < String(b['id']) ? -1 : 1));
          const bySql = rows
            .map((row) => Object.assign(row, counted(row)))
            .toSorted((a, b) => (String(a['id']) < String(b['id']) ? -1 : 1));
          expect(bySql).toEqual(byApi);
          compared += byApi.length;
          values += byApi.filter(({ address }) => address !== null).length;
        }
      }),
      { numRuns: 30 },
    );
    expect(compared).toBeGreaterThan(60);
    expect(values).toBeGreaterThan(20);
  }, 120_000);

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

  it('reads on in no transaction that began before the grant went', async () => {
    const one = await openAnalyst();
    await one.grant({ divisions: [EAST_2] });
    const open = one.client;
    await open.query('begin isolation level repeatable read');
    expect((await open.query('select from seen.person')).rowCount).toBe(1);
    await one.revoke();
    await expect(open.query('select from seen.person')).rejects.toThrow(/terminat|not queryable/);
    expect(await one.query('select from seen.person')).toEqual([]);
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

  it('stands in the way of nothing that runs with other rights, with names of its own', async () => {
    const one = await openAnalyst();
    await one.grant({ fields: ['basic'] });
    const told: string[] = [];
    one.client.on('notice', (notice) => told.push(String(notice.message)));
    await one.query(
      `create function "left"(value text, many integer) returns text language plpgsql as $$ begin raise notice '%', value; return value; end $$`,
    );
    await one.query(`set search_path = ${one.role}, pg_catalog, seen`);
    const shown = await one.query<{ value: string }>(`select value from seen.person_value where field = 'idNumber'`);
    expect(shown.length).toBeGreaterThan(1);
    expect(shown.filter(({ value }) => !value.includes('*'))).toEqual([]);
    expect(told).toEqual([]);
    for (const text of [
      'create temp table purpose (county text, code text, for_minors boolean)',
      'create table kept as select * from seen.person',
      'create table of_own (n integer)',
      'select name into kept from seen.person',
      'create materialized view kept as select * from seen.person',
      'select pg_advisory_lock(1)',
      `select pg_try_advisory_xact_lock(hashtext('hub access log'), 530502)`,
    ])
      await expect(one.query(text), text).rejects.toMatchObject({ code: '42501' });
    // What a table of its own would call, were there one.
    const callable = await one.query(
      `select p.proname from pg_proc p where p.pronamespace = 'public'::regnamespace and p.prorettype in ('trigger'::regtype, 'event_trigger'::regtype)
         and has_function_privilege(p.oid, 'execute')`,
    );
    expect(callable).toEqual([]);
  });

  describe.each([
    ['the county', COUNTY],
    ['the village', VILLAGE],
  ])('of %s', (_, division) => {
    let one: Awaited<ReturnType<typeof openAnalyst>>;
    beforeAll(async () => {
      one = await openAnalyst(large);
      await one.grant({ divisions: [division] });
    });
    // Of 20,000 people a thousand live in the village, 334 households of three; somebody is a few rows of tables, and some of those of settings.
    it.each([
      ['the first twenty', 'select * from seen.person limit 20', 20, 3 * VILLAGERS],
      ['one', `select * from seen.person where person = 27`, 1, 200],
      ['twenty of a village', `select name from seen.person where village = '${VILLAGE}' limit 20`, 20, 3 * VILLAGERS],
      ['a village', `select sex, birth_date from seen.person where village = '${VILLAGE}'`, VILLAGERS, 40 * VILLAGERS],
      ['how many', `select person from seen.person where village = '${VILLAGE}'`, VILLAGERS, 4 * VILLAGERS],
      ['households of a village', `select * from seen.household where village = '${VILLAGE}'`, 334, 10 * VILLAGERS],
      ['dwellings of a village', `select * from seen.dwelling where village = '${VILLAGE}'`, 334, 10 * VILLAGERS],
      ['buildings of a village', `select * from seen.building where village = '${VILLAGE}'`, 34, 10 * VILLAGERS],
    ])('reads no more than is asked for: %s', async (_what, text, found, most) => {
      expect(await one.query(text)).toHaveLength(found);
      const [row] = await one.query<{ 'QUERY PLAN': [{ Plan: Plan }] }>(`explain (analyze, format json) ${text}`);
      expect(visited(row!['QUERY PLAN'][0].Plan)).toBeLessThan(most);
    });
  });

  it('leaves room for others: of connections it has a few', async () => {
    const one = await openAnalyst();
    const { host, port, database, password } = one.client;
    const more = Array.from(
      { length: 5 },
      () => new Client({ host, port, database: database!, user: one.role, password: password! }),
    );
    const opened = await Promise.allSettled(more.map((client) => client.connect()));
    connected.push(...more.filter((_, at) => opened[at]!.status === 'fulfilled'));
    expect(opened.filter(({ status }) => status === 'fulfilled')).toHaveLength(4);
    expect(opened.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: '53300' } });
  });
});

it('is a role of the name of its client', () => {
  expect(roleOf('li-si')).toBe('analyst_li_si');
});
