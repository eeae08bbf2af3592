import { chmodSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { generateCounty } from '../../fixtures/county/generate-county.js';
import { readConfig } from '../config.js';
import { openHub, readCounty, type Hub } from '../hub.js';
import { receiveNight } from '../pipeline.js';
import { listDeliveries } from '../receive/list-deliveries.js';

export interface CountyAsked {
  readonly people: number;
  readonly seed: number;
  /** Days that are made where there is no county yet; the first of them is received. */
  readonly days: number;
}

/** A made-up county in a folder and a hub that has received its first day; what lies there already is used as it is. */
export async function openBenchCounty(work: string, { people, seed, days }: CountyAsked): Promise<Hub> {
  mkdirSync(work, { recursive: true });
  // PostgreSQL runs as another account when we are root, and has to pass through.
  chmodSync(work, 0o711);
  const county = join(work, 'county');
  if (!existsSync(join(county, 'truth'))) await generateCounty({ people, seed, out: county, days, noise: 'typical' });
  const hub = await openHub(readConfig({ HUB_HOME: join(work, 'home') }), { begins: true });
  if ((await readCounty(hub.database)) === null)
    await receiveNight(hub, {
      folder: join(county, 'day-1'),
      feed: null,
      accept: null,
      preview: false,
      onProgress: () => {},
    });
  return hub;
}

/** The first day of which something was not taken yet; null where all were. */
export async function nextDay(hub: Hub, work: string): Promise<string | null> {
  const rows = await hub.database.query<{ file: string }>(`select file from delivery where state = 'taken'`);
  const taken = new Set(rows.map(({ file }) => file));
  for (let day = 1; existsSync(join(work, 'county', `day-${day}`)); day += 1) {
    const folder = join(work, 'county', `day-${day}`);
    const found = await listDeliveries(folder);
    if (found.some(({ file }) => !taken.has(file))) return folder;
  }
  return null;
}
