import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { print } from 'graphql';
import {
  openGrants,
  openReadings,
  openTokenKeys,
  proposeGrant,
  confirmGrant,
  registerClient,
  registerPurpose,
  signToken,
  type GrantTerms,
  type OpenIdSettings,
  type Readings,
  type TokenKeys,
} from '../../src/authorize/index.js';
import { IMPORTERS } from '../../importers/index.js';
import { openGranting } from '../../src/commands/open-granting.js';
import type { Database } from '../../src/database/connect.js';
import { statingOf } from '../../src/model/stated-fields.js';
import type { Permission } from '../../src/model/viewer.js';
import {
  startServer,
  type Explorer,
  type Previewing,
  type Reviewing,
  type ServerSettings,
} from '../../src/serve/index.js';
import type { Sealing } from '../../src/model/sealing.js';
import { openAccessLog } from '../../src/accesses/index.js';
import { cloneDatabase } from '../database/clone.js';
import { ALL_REGISTERS, COUNTY, EVERYTHING, fillSmallCounty } from './small-county.js';

export interface Answer<T> {
  readonly status: number;
  readonly data: T;
  readonly errors?: readonly {
    readonly message: string;
    readonly path?: unknown;
    readonly extensions: { readonly code: string; readonly requestId: string };
  }[];
  readonly text: string;
}

interface More {
  readonly fill?: (database: Database) => Promise<void>;
  readonly sealing?: Sealing;
  readonly openReviewing?: (hub: { readonly database: Database; readonly apiUrl: string }) => Reviewing;
  /** Whose tokens are accepted besides. */
  readonly openId?: OpenIdSettings;
  /** What the server is told besides. */
  readonly settings?: (hub: { readonly database: Database; readonly readings: Readings }) => Partial<ServerSettings>;
  /** Connections for each level of viewer. */
  readonly poolSize?: number;
  readonly openPreviewing?: (hub: { readonly database: Database }) => Previewing;
}

/** What the tests' clients ask for, unless they say otherwise. */
export const PURPOSE = 'test';

/** The API over the small county, on a port of its own. */
export async function openApi(explorer: Explorer | null = null, statementTimeout = 5000, more: More = {}) {
  const database = await cloneDatabase();
  await (more.fill ?? fillSmallCounty)(database);
  const home = mkdtempSync(join(tmpdir(), 'hub-keys-'));
  const keys: TokenKeys = await openTokenKeys(home, more.openId);
  const statements: string[] = [];
  const log: object[] = [];
  const readings = openReadings({
    apiUrl: database.apiUrl,
    poolSize: more.poolSize ?? 2,
    statementTimeout,
    ...(more.sealing && { sealing: more.sealing }),
    onStatement: (text) => void (text !== 'begin' && statements.push(text)),
  });
  const accessing = openAccessLog({ apiUrl: database.apiUrl, county: async () => COUNTY });
  const grants = openGrants({ apiUrl: database.apiUrl });
  const server = await startServer({
    readings,
    accessing,
    granting: openGranting({ database }),
    stating: statingOf(IMPORTERS.flatMap((importer) => importer.datasets)),
    grants,
    keys,
    port: 0,
    host: '127.0.0.1',
    explorer,
    ...(more.openReviewing && { reviewing: more.openReviewing({ database, apiUrl: database.apiUrl }) }),
    ...(more.openPreviewing && { previewing: more.openPreviewing({ database }) }),
    log: (line) => log.push(line),
    // A test may ask for all of its answers at once.
    places: 10_000,
    ...more.settings?.({ database, readings }),
  });
  const purpose = {
    code: PURPOSE,
    zh: '测试',
    en: 'test',
    legalBasis: 'none',
    scenario: 'test',
    forMinors: true,
    validUntil: new Date(Date.now() + 3600_000),
  };
  const granted = new Map<string, Promise<string>>();
  /** A client that holds one grant of these terms, and a token of it. */
  const tokenOf = (terms: Partial<GrantTerms>): Promise<string> => {
    const key = JSON.stringify(terms);
    const known = granted.get(key);
    if (known) return known;
    const client = `test-${granted.size}`;
    const made = (async () => {
      const county = (terms.divisions?.[0] ?? COUNTY).slice(0, 6);
      const { pool } = database;
      // A test may have left it otherwise, which no registering puts right once there are grants.
      await database.query('update purpose set for_minors = true where code = $1', [PURPOSE]);
      await registerPurpose(pool, county, purpose, 'one');
      await registerClient(pool, county, { name: client, organ: 'test', kind: 'program', by: 'one' });
      const validUntil = new Date(Date.now() + 3_000_000);
      const full = { ...EVERYTHING, ...terms, client, purpose: PURPOSE, validUntil };
      await confirmGrant(pool, county, await proposeGrant(pool, county, full, 'one'), 'another');
      return await signToken(keys, { client, person: 'N-1' }, 600);
    })();
    granted.set(key, made);
    return made;
  };
  const tokenFor = (
    divisions: readonly string[],
    registers: readonly string[] = ALL_REGISTERS,
    may: readonly Permission[] = [],
  ) => tokenOf({ divisions, registers, may });
  const send = async (body: unknown, headers: Record<string, string> = {}): Promise<Answer<never>> => {
    const response = await fetch(server.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(headers['authorization'] && { purpose: PURPOSE }),
        ...headers,
      },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    const text = await response.text();
    return { status: response.status, text, ...(JSON.parse(text) as { data: never }) };
  };
  return {
    url: server.url,
    database,
    statements,
    log,
    keys,
    tokenFor,
    tokenOf,
    send,
    /** Asks as a viewer of these divisions. */
    ask: async <T = Record<string, never>, V = Record<string, unknown>>(
      divisions: string | readonly string[],
      query: string | TypedDocumentNode<T, V>,
      variables?: V,
      registers?: readonly string[],
      may?: readonly Permission[],
    ): Promise<Answer<T>> => {
      const token = await tokenFor(typeof divisions === 'string' ? [divisions] : divisions, registers, may);
      const text = typeof query === 'string' ? query : print(query);
      return (await send({ query: text, variables }, { authorization: `Bearer ${token}` })) as Answer<T>;
    },
    close: async () => {
      await server.stop();
      await readings.close();
      await accessing.close();
      await grants.close();
      await database.close();
      rmSync(home, { recursive: true });
    },
  };
}
