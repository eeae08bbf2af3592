import { afterAll, beforeAll, expect, it } from 'vitest';
import { cloneDatabase } from './clone.js';
import { openDatabase } from '../../src/database/connect.js';
import { migrate } from '../../src/database/migrate.js';

let database: Awaited<ReturnType<typeof cloneDatabase>>;
beforeAll(async () => {
  database = await cloneDatabase();
});
afterAll(() => database.close());

it('runs each migration once', async () => {
  expect(await migrate(database)).toEqual([]);
});

it('keeps every table but the public divisions under forced row-level security with a policy', async () => {
  const open = await database.query<{ name: string }>(
    `select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = 'public' and c.relkind in ('r', 'p')
       and not (c.relrowsecurity and c.relforcerowsecurity and exists (select from pg_policy p where p.polrelid = c.oid))
     order by 1`,
  );
  expect(open.map((table) => table.name)).toEqual(['division', 'hub_migration']);
});

/** Roles that somebody signs in as, or that the API, a reviewer or an analyst becomes. */
const READERS = `rolname like 'hub\\_%' and rolname not in ('hub_import', 'hub_owner')`;

it('has no role that could pass by row-level security, and none of the API’s owns anything but the views of analysts', async () => {
  expect(
    await database.query(
      `select rolname from pg_roles where ${READERS} and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb)`,
    ),
  ).toEqual([]);
  expect(
    (
      await database.query<{ name: string }>(
        `select n.nspname || '.' || c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_roles o on o.oid = c.relowner
         where o.rolname like 'hub\\_%' and o.rolname <> 'hub_owner' order by 1`,
      )
    ).map((row) => row.name),
  ).toEqual(
    ['building', 'dwelling', 'home_value', 'household', 'link', 'people_total', 'person', 'person_value'].map(
      (name) => `seen.${name}`,
    ),
  );
  // Nor is one of them a member of what could.
  expect(
    await database.query(
      `select member.rolname from pg_auth_members m join pg_roles member on member.oid = m.member join pg_roles of on of.oid = m.roleid
       where member.rolname like 'hub\\_%' and member.rolname <> 'hub_owner' and (of.rolsuper or of.rolbypassrls or of.rolname = 'hub_import')`,
    ),
  ).toEqual([]);
});

it('shows rows through views with the reader’s own rights, or with those of a role that is bound as readers are', async () => {
  const others = await database.query<{ name: string }>(
    `select n.nspname || '.' || c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_roles o on o.oid = c.relowner
     where n.nspname not in ('pg_catalog', 'information_schema') and c.relkind in ('v', 'm')
       and not (c.relkind = 'v' and coalesce(c.reloptions, '{}') && '{security_invoker=true,security_invoker=on,security_invoker=1}')
       and not (c.relkind = 'v' and o.rolname = 'hub_analyst_gate')
     order by 1`,
  );
  expect(others).toEqual([]);
});

it('has the functions that run with the owner’s rights which are named here, each with a fixed search path', async () => {
  const definers = await database.query<{ name: string; fixed: boolean; open: boolean }>(
    `select p.proname as name, coalesce(array_to_string(p.proconfig, ','), '') like '%search_path=pg_catalog, public, pg_temp%' as fixed,
       has_function_privilege('public', p.oid, 'execute') as open
     from pg_proc p join pg_namespace n on n.oid = p.pronamespace where n.nspname = 'public' and p.prosecdef order by 1`,
  );
  expect(definers.filter((each) => !each.fixed)).toEqual([]);
  expect(definers.filter((each) => each.open)).toEqual([]);
  expect(definers.map((each) => each.name)).toEqual(DEFINERS);
});

it('lets the API’s role see nothing without a viewer', async () => {
  const api = openDatabase(database.apiUrl, 1);
  try {
    await expect(api.query('select from record')).rejects.toMatchObject({ code: '42501' });
    const roles = ['hub_county', 'hub_township', 'hub_village', 'hub_grid', 'hub_mixed'];
    await database.query(
      `insert into record (county, id, register, dataset, township, village, grid, status, delivery, valid_from, key, occurrence, hash, stated)
       values ('530502', 1, 'police', 'police/residents', '530502001', '530502001002', null, 'current', 1, now(), gen_random_uuid(), 1, 1, '{}')`,
    );
    for (const role of roles) {
      const client = await api.pool.connect();
      await client.query('begin');
      await client.query(`set local role ${role}`);
      expect((await client.query('select count(*) as n from record')).rows[0]).toEqual({ n: 0 });
      await client.query('commit');
      client.release();
    }
  } finally {
    await api.close();
  }
});

const DEFINERS: readonly string[] = [
  'access_alarms',
  'access_continues',
  'access_head',
  'accesses_since',
  'analyst_county',
  'analyst_divisions',
  'analyst_fields',
  'analyst_grants',
  'analyst_registers',
  'analyst_sees_minors',
  'analyst_ties',
  'analyst_total_county',
  'analyst_total_divisions',
  'analyst_total_fields',
  'analyst_total_grants',
  'analyst_total_registers',
  'apply_decision',
  'bump_access_version',
  'count_data_usage',
  'count_misses',
  'count_own_accesses',
  'count_persons_shown_to',
  'count_reveal',
  'data_usage',
  'expect_access_version',
  'is_client_known',
  'keep_access_pieces',
  'lives_elsewhere',
  'make_access_partition',
  'make_access_piece_partitions',
  'merged_ids',
  'moment_of_access',
  'note_analyst',
  'own_accesses',
  'pair_seen',
  'pair_weight',
  'persons_shown_to',
  'raise_access_alarms',
  'record_undo',
  'records_of_pair',
  'standing_decisions',
  'surviving_id',
  'tell_access',
  'tidy_access_index',
];
