import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { escapeLiteral } from 'pg';
import { IMPORTERS } from '../importers/index.js';
import type { Config } from './config.js';
import { keepCounty } from './county.js';
import { openDatabase, type Database } from './database/connect.js';
import { isBegun, startEmbeddedServer } from './database/embedded-server.js';
import { ensureIndexes } from './database/indexes.js';
import { keepReference } from './database/keep-reference.js';
import { migrate } from './database/migrate.js';
import { stepBack } from './database/step-back.js';
import type { Words } from './model/register.js';
import { SealBroken, UNSEALED, type Sealing } from './model/sealing.js';
import { openSeal } from './seal/open-seal.js';
import { openSealKeys } from './seal/seal-keys.js';
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

/** A folder that was mistyped is no empty hub: who only asks makes none there. */
export class NoHub extends Error {
  readonly words: Words;

  constructor(home: string) {
    super(`There is no hub in ${home}.`);
    this.words = {
      zh: `${home} 中没有数据枢纽；请核对 HUB_HOME，或用 hub start、hub receive、hub migrate 建立`,
      en: `There is no hub in ${home}: look at HUB_HOME; hub start, hub receive and hub migrate begin one.`,
    };
  }
}

/**
 * @param begins makes the hub where there is none
 * @param stepsBack whether readers go first, as `HUB_NICE` says: for what is done by night
 * @throws NoHub
 */
export async function openHub(config: Config, { begins = false, stepsBack = false } = {}): Promise<Hub> {
  if (!begins && config.databaseUrl === null && !isBegun(config.home)) throw new NoHub(config.home);
  mkdirSync(config.home, { recursive: true });
  const server = config.databaseUrl ? null : await startEmbeddedServer({ home: config.home });
  let database = openDatabase(config.databaseUrl ?? server!.url);
  // Not before the server runs, which readers use as well.
  if (server && stepsBack) stepBack(database.pool, config.nice);
  try {
    await migrate(database);
    await ensureIndexes(database);
    await keepReference(database);
    const county = await readCounty(database);
    if (county !== null) {
      keepCounty(county, config.county);
      await ensureTotals(
        database,
        county,
        IMPORTERS.flatMap(({ datasets }) => datasets),
      );
    }
    database = { ...database, sealing: await openSealing(database, config) };
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

/**
 * The seal that the database was begun with. One that was filled before there were seals has none until somebody gives it one
 * (`hub seal all`): its rows are known by hashes that a seal would make others.
 * @throws SealBroken where the keys are not those that it was sealed by
 */
async function openSealing(database: Database, config: Config): Promise<Sealing> {
  const known = await readFingerprint(database);
  if (known === null) {
    const [row] = await database.query<{ filled: boolean }>('select exists (select from record) as filled');
    if (row!.filled) return UNSEALED;
  }
  const load = (mayMake = false) => openSealKeys({ home: config.home, ...config.seal }, mayMake);
  const keys = load(known === null);
  if (known === null)
    await database.query(`insert into setting (name, value) values ('seal', $1) on conflict do nothing`, [
      keys.fingerprint,
    ]);
  if ((await readFingerprint(database)) !== keys.fingerprint)
    throw new SealBroken(
      `The numbers of this database were sealed by other keys than those in ${config.home}: bring its seal-keys.json and its master key back.`,
    );
  return openSeal(load);
}

async function readFingerprint(database: Database): Promise<string | null> {
  const [row] = await database.query<{ value: string }>(`select value from setting where name = 'seal'`);
  return row?.value ?? null;
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
