import { join, resolve } from 'node:path';
import { PROJECT_FOLDER } from './database/project-folder.js';
import type { Words } from './model/register.js';

/** What the environment decides. Every setting has a default; the README lists them. */
export interface Config {
  /** Data, log, keys and passwords. */
  readonly home: string;
  readonly port: number;
  readonly host: string;
  /** A PostgreSQL of one's own instead of the embedded one; the owner of the database. */
  readonly databaseUrl: string | null;
  /** How the API reaches that server; by default the same server as `hub_api`, with a password of the hub's own. */
  readonly apiDatabaseUrl: string | null;
  /** Six digits; null: taken from the first deliveries. */
  readonly county: string | null;
  readonly feedUrl: string | null;
  readonly feedToken: string | null;
  /** Explorer, introspection and printed demo tokens. */
  readonly demo: boolean;
  readonly language: keyof Words;
}

/** @throws Error with a sentence for the operator when a setting cannot be read. */
export function readConfig(environment: NodeJS.ProcessEnv): Config {
  const port = environment['PORT'] || '4000';
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) throw new Error(`PORT must be 0…65535; it is ${port}.`);
  const county = environment['HUB_COUNTY'] || null;
  if (county !== null && !/^\d{6}$/.test(county)) throw new Error('HUB_COUNTY must be a six-digit county code.');
  const databaseUrl = environment['DATABASE_URL'] || null;
  return {
    home: resolve(environment['HUB_HOME'] || join(PROJECT_FOLDER, '.hub')),
    port: Number(port),
    host: environment['HOST'] || '127.0.0.1',
    databaseUrl,
    apiDatabaseUrl: environment['HUB_API_DATABASE_URL'] || null,
    county,
    feedUrl: environment['HUB_FEED_URL'] || null,
    feedToken: environment['HUB_FEED_TOKEN'] || null,
    demo: (environment['HUB_DEMO'] || (databaseUrl ? 'off' : 'on')) === 'on',
    language: readLanguage(environment),
  };
}

/** POSIX: LC_ALL outranks LC_MESSAGES, which outranks LANG. */
function readLanguage(environment: NodeJS.ProcessEnv): keyof Words {
  const locale = environment['LC_ALL'] || environment['LC_MESSAGES'] || environment['LANG'] || '';
  return /^zh/i.test(locale) ? 'zh' : 'en';
}
