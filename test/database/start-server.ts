import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { openDatabase } from '../../src/database/connect.js';
import { startEmbeddedServer } from '../../src/database/embedded-server.js';
import { keepReference } from '../../src/database/keep-reference.js';
import { migrate } from '../../src/database/migrate.js';

/** One server for the whole run, in a folder of its own; each test file clones a database from the migrated template. */
export default async function startServer(project: TestProject): Promise<() => Promise<void>> {
  // Whatever a test leaves behind goes with the run; the server's own account has to pass through the folder.
  const run = mkdtempSync(join(tmpdir(), 'hub-test-'));
  chmodSync(run, 0o711);
  process.env['TMPDIR'] = run;
  const home = join(run, 'server');
  // Several files at once, each with hubs of its own.
  const settings = { fsync: 'off', shared_buffers: '128MB', max_connections: '300' };
  const server = await startEmbeddedServer({ home, settings });
  const database = openDatabase(server.url);
  await migrate(database);
  await keepReference(database);
  await database.query(`alter role hub_api password 'api'`);
  await database.close();
  project.provide('serverUrl', server.url);
  return async () => {
    await server.stop();
    rmSync(run, { recursive: true, force: true });
  };
}

declare module 'vitest' {
  export interface ProvidedContext {
    serverUrl: string;
  }
}
