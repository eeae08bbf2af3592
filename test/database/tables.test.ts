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
