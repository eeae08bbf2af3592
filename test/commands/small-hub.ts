import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, vi } from 'vitest';
import { runCommand } from '../../src/cli.js';
import { cloneDatabase } from '../database/clone.js';
import { COUNTY, fillSmallCounty } from '../serve/small-county.js';

/** The small county as commands find it, for the tests of one file, and what a test was shown and told by them. */
export function openSmallHub() {
  const hub = {
    home: mkdtempSync(join(tmpdir(), 'hub-commands-')),
    database: undefined! as Awaited<ReturnType<typeof cloneDatabase>>,
    shown: '',
    told: '',
    environment: (): NodeJS.ProcessEnv => ({
      HUB_HOME: hub.home,
      DATABASE_URL: hub.database.url,
      HUB_API_DATABASE_URL: hub.database.apiUrl,
      LANG: 'en_US.UTF-8',
    }),
    run: (...words: string[]): Promise<number> => runCommand(words, hub.environment()),
  };
  beforeAll(async () => {
    hub.database = await cloneDatabase();
    await fillSmallCounty(hub.database);
    await hub.database.query(`insert into setting (name, value) values ('county', $1)`, [COUNTY]);
  });
  beforeEach(() => {
    hub.shown = hub.told = '';
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((hub.shown += String(text)), true));
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => ((hub.told += String(text)), true));
  });
  afterAll(async () => {
    await hub.database.close();
    rmSync(hub.home, { recursive: true, force: true });
  });
  return hub;
}
