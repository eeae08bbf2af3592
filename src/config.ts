import { join, resolve } from 'node:path';
import { readOpenIdSettings, type OpenIdSettings } from './authorize/openid-settings.js';
import { readApiConfig, type ApiConfig } from './config/api.js';
import { addressOf, oneOf, whole } from './config/read-setting.js';
import { PROJECT_FOLDER } from './database/project-folder.js';
import type { Words } from './model/register.js';
import { WrongSetting } from './model/wrong-setting.js';

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
  /** Whose tokens are accepted beside the hub's own. */
  readonly openId: OpenIdSettings | null;
  /** Explorer, introspection and printed demo tokens. */
  readonly demo: boolean;
  readonly language: keyof Words;
  /** Which algorithms new keys seal by, and where the key comes from that wraps them. */
  readonly seal: {
    readonly suite: 'aes' | 'sm';
    readonly masterKey: string | null;
    readonly masterCommand: string | null;
  };
  /** What the chain of the access log is hashed with; each row names its own, so that it may change at any time. */
  readonly auditHash: 'sha256' | 'sm3';
  /** Where the daily anchors of the access log go: best a place that the hub can write to and not overwrite. */
  readonly anchors: string;
  /** More than this of one client on one day raises an alarm. */
  readonly alarms: { readonly persons: number; readonly rows: number };
  /** How far a night steps back behind readers on its machine: 0, not at all, to 19. */
  readonly nice: number;
  readonly api: ApiConfig;
}

/** @throws WrongSetting when one cannot be read. */
export function readConfig(environment: NodeJS.ProcessEnv): Config {
  const port = environment['PORT'] || '4000';
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535)
    throw new WrongSetting('PORT', { zh: '须为 0…65535', en: 'must be 0…65535' }, port);
  const county = environment['HUB_COUNTY'] || null;
  if (county !== null && !/^\d{6}$/.test(county))
    throw new WrongSetting('HUB_COUNTY', { zh: '须为六位县级代码', en: 'must be a six-digit county code' }, county);
  const databaseUrl = addressOf(environment, 'DATABASE_URL', POSTGRES);
  const home = resolve(environment['HUB_HOME'] || join(PROJECT_FOLDER, '.hub'));
  const demo = oneOf(environment, 'HUB_DEMO', ['on', 'off'], databaseUrl ? 'off' : 'on') === 'on';
  return {
    home,
    port: Number(port),
    host: environment['HOST'] || '127.0.0.1',
    databaseUrl,
    apiDatabaseUrl: addressOf(environment, 'HUB_API_DATABASE_URL', POSTGRES),
    county,
    feedUrl: environment['HUB_FEED_URL'] || null,
    feedToken: environment['HUB_FEED_TOKEN'] || null,
    openId: readOpenIdSettings(environment),
    demo,
    language: readLanguage(environment),
    seal: {
      suite: oneOf(environment, 'HUB_SEAL', ['aes', 'sm'], 'aes'),
      masterKey: environment['HUB_SEAL_KEY'] || null,
      masterCommand: environment['HUB_SEAL_COMMAND'] || null,
    },
    auditHash: oneOf(environment, 'HUB_AUDIT_HASH', ['sha256', 'sm3'], 'sha256'),
    api: readApiConfig(environment, { port: Number(port), demo }),
    anchors: resolve(environment['HUB_ANCHORS'] || join(home, 'anchors')),
    nice: readNice(environment),
    alarms: {
      persons: whole(environment, 'HUB_ALARM_PERSONS', 5000),
      rows: whole(environment, 'HUB_ALARM_ROWS', 20_000),
    },
  };
}

const POSTGRES = ['postgres:', 'postgresql:'];

function readNice(environment: NodeJS.ProcessEnv): number {
  const text = environment['HUB_NICE'] || '10';
  if (!/^1?\d$/.test(text)) throw new WrongSetting('HUB_NICE', { zh: '须为 0…19', en: 'must be 0…19' }, text);
  return Number(text);
}

/** POSIX: LC_ALL outranks LC_MESSAGES, which outranks LANG. */
export function readLanguage(environment: NodeJS.ProcessEnv): keyof Words {
  const locale = environment['LC_ALL'] || environment['LC_MESSAGES'] || environment['LANG'] || '';
  return /^zh/i.test(locale) ? 'zh' : 'en';
}
