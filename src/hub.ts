import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { escapeLiteral } from 'pg';
import { IMPORTERS } from '../importers/index.js';
import type { Config } from './config.js';
import { openDatabase, type Database } from './database/connect.js';
import { startEmbeddedServer } from './database/embedded-server.js';
import { ensureIndexes } from './database/indexes.js';
import { keepReference } from './database/keep-reference.js';
import { migrate } from './database/migrate.js';
import { ensureTotals } from './totals/refresh-totals.js';

/** The hub, opened: its database is up, its schema is this program's, its roles can sign in. */
export interface Hub {
  readonly config: Config;
  readonly database: Database;
  /** As the API's role. */
  readonly apiUrl: string;
  readonly embedded: boolean;
  close(): Promise<void>;
}

export async function openHub(config: Config): Promise<Hub> {
  mkdirSync(config.home, { recursive: true });
  const server = config.databaseUrl ? null : await startEmbeddedServer({ home: config.home });
  const database = openDatabase(config.databaseUrl ?? server!.url);
  try {
    await migrate(database);
    await ensureIndexes(database);
    await keepReference(database);
    const county = await readCounty(database);
    if (county !== null)
      await ensureTotals(
        database,
        county,
        IMPORTERS.flatMap(({ datasets }) => datasets),
      );
    const apiUrl = config.apiDatabaseUrl ?? (await letApiIn(database, config.home));
    return {
      config,
      database,
      apiUrl,
      embedded: server !== null,
      close: async () => {
        await database.close();
        await server?.stop();
      },
    };
  } catch (error) {
    await database.close();
    await server?.stop();
    throw error;
  }
}

/** The county that the hub settled on; null before its first delivery. */
export async function readCounty(database: Database): Promise<string | null> {
  const [row] = await database.query<{ value: string }>(`select value from setting where name = 'county'`);
  return row?.value ?? null;
}

/** Gives the API's role a password of the hub's own; it lies beside the data, readable by the hub's account alone. */
async function letApiIn(database: Database, home: string): Promise<string> {
  const file = join(home, 'api-password');
  if (!existsSync(file)) writeFileSync(file, randomBytes(24).toString('hex'), { mode: 0o600 });
  const password = readFileSync(file, 'utf8').trim();
  await database.query(`alter role hub_api password ${escapeLiteral(password)}`);
  const url = new URL(database.url);
  url.username = 'hub_api';
  url.password = password;
  return url.href;
}
