import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '../../src/config.js';
import { openHub, type Hub } from '../../src/hub.js';
import { receiveNight, type NightOptions, type NightReport } from '../../src/pipeline.js';
import { cloneDatabase } from '../database/clone.js';

export interface TestHub extends Hub {
  /** Takes a folder in, as `hub receive` does. */
  receive(folder: string | null, options?: Partial<NightOptions>): Promise<NightReport>;
  /** What the hub holds, as a hash of every table that a delivery can change; the same hash, the same content. */
  picture(): Promise<string>;
}

/** A hub on a database of its own. */
export async function openTestHub(county = '530502'): Promise<TestHub> {
  const database = await cloneDatabase();
  const home = mkdtempSync(join(tmpdir(), 'hub-home-'));
  const config = readConfig({
    HUB_HOME: home,
    DATABASE_URL: database.url,
    HUB_API_DATABASE_URL: database.apiUrl,
    HUB_COUNTY: county,
    HUB_DEMO: 'on',
  });
  const hub = await openHub(config);
  return {
    ...hub,
    receive: (folder, options = {}) =>
      receiveNight(hub, { folder, feed: null, accept: null, preview: false, onProgress: () => {}, ...options }),
    picture: async () => {
      const parts = await Promise.all(
        ['record', 'record_version', 'link', 'mention', 'entity', 'sighting'].map(async (table) => {
          const [row] = await hub.database.query<{ hash: string }>(
            `select md5(coalesce(string_agg(md5(t::text), '' order by t::text), '')) as hash from ${table} t`,
          );
          return row!.hash;
        }),
      );
      return parts.join(' ');
    },
    close: async () => {
      await hub.close();
      await database.close();
      rmSync(home, { recursive: true, force: true });
    },
  };
}
