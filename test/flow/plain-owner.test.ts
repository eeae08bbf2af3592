import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Client } from 'pg';
import { expect, inject, it } from 'vitest';
import { endSessions } from '../../src/authorize/index.js';
import { openRole } from '../../src/commands/analyst.js';
import { readConfig } from '../../src/config.js';
import { openDatabase } from '../../src/database/connect.js';
import { openHub } from '../../src/hub.js';
import { receiveNight } from '../../src/pipeline.js';

const SAMPLE = resolve(import.meta.dirname, '../../fixtures/sample');

it('works on a server where the owner is no superuser and may not bypass row-level security', async () => {
  const serverUrl = new URL(inject('serverUrl'));
  const admin = openDatabase(serverUrl.href, 1);
  const home = mkdtempSync(join(tmpdir(), 'hub-plain-'));
  await admin.query(`create role plain_owner login createrole password 'plain'`);
  await admin.query('create database plain owner plain_owner');
  // Roles are the server's: here the template's owner has made them, on a server of one's own the first start does.
  for (const role of [
    'hub_county',
    'hub_township',
    'hub_village',
    'hub_grid',
    'hub_mixed',
    'hub_import',
    'hub_reviewer',
    'hub_gatekeeper',
    'hub_access_writer',
    'hub_analyst',
    'hub_analyst_gate',
  ]) {
    await admin.query(`grant ${role} to plain_owner with admin option, inherit false`);
  }
  const url = new URL(serverUrl);
  [url.username, url.password, url.pathname] = ['plain_owner', 'plain', '/plain'];
  const hub = await openHub(
    readConfig({
      HUB_HOME: home,
      DATABASE_URL: url.href,
      HUB_API_DATABASE_URL: 'postgres://unused',
      HUB_COUNTY: '530502',
    }),
  );
  try {
    const night = { feed: null, accept: null, preview: false, onProgress: () => {} };
    const first = await receiveNight(hub, { ...night, folder: join(SAMPLE, 'day-1') });
    expect(first.deliveries.every((delivery) => delivery.state === 'taken')).toBe(true);
    const second = await receiveNight(hub, { ...night, folder: join(SAMPLE, 'day-2') });
    expect(second.deliveries.some((delivery) => delivery.changed > 0)).toBe(true);
    const [linked] = await hub.database.query<{ n: number }>('select count(*) as n from link');
    expect(linked!.n).toBeGreaterThan(5_000);
    const { role, password } = await hub.database.transaction((session) => openRole(session, 'plain-analyst'));
    const [made] = await hub.database.query(
      'select rolcanlogin, rolbypassrls, rolsuper from pg_roles where rolname = $1',
      [role],
    );
    expect(made).toEqual({ rolcanlogin: true, rolbypassrls: false, rolsuper: false });
    [url.username, url.password] = [role, password!];
    const analyst = new Client({ connectionString: url.href });
    const ended = new Promise((end) => analyst.on('error', end));
    await analyst.connect();
    await endSessions(hub.database.pool, 'plain-analyst');
    expect(await ended).toMatchObject({ code: '57P01' });
    await hub.database.query(`drop schema if exists ${role} cascade; drop role ${role}`);
  } finally {
    await hub.close();
    await admin.query('drop database plain with (force)');
    await admin.query('drop owned by plain_owner');
    await admin.query('drop role plain_owner');
    await admin.close();
    rmSync(home, { recursive: true, force: true });
  }
});
