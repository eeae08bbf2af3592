import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startEmbeddedServer } from '../../src/database/embedded-server.js';

const home = mkdtempSync(join(tmpdir(), 'hub-embedded-'));
// PostgreSQL runs as another account where we are root.
beforeAll(() => chmodSync(home, 0o711));
afterAll(() => rmSync(home, { recursive: true, force: true }));

async function ask<T extends object>(url: string, text: string): Promise<T[]> {
  const client = new Client({ connectionString: url });
  try {
    await client.connect();
    return (await client.query<T>(text)).rows;
  } finally {
    await client.end();
  }
}

it('is stopped by the last who uses it: not by a command beside a hub that is asked nothing, also where its connection broke', async () => {
  const resting = await startEmbeddedServer({ home });
  const others = `from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()`;
  try {
    await (await startEmbeddedServer({ home })).stop();
    expect(await ask(resting.url, `select pg_terminate_backend(pid) ${others}`)).toHaveLength(1);
    while ((await ask(resting.url, `select ${others}`)).length === 0) await sleep(20);
    await (await startEmbeddedServer({ home })).stop();
    expect(await ask(resting.url, 'select 1 as one')).toEqual([{ one: 1 }]);
  } finally {
    await resting.stop();
  }
  await expect(ask(resting.url, 'select 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});
