import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { getPriority, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { openAccessing } from '../../src/commands/open-accessing.js';
import { readConfig } from '../../src/config.js';
import { openHub } from '../../src/hub.js';
import { anAccess } from '../accesses/an-access.js';

const PROJECT = resolve(import.meta.dirname, '../..');

// Of other systems' processes nobody tells how far they have stepped back.
it.runIf(process.platform === 'linux')(
  'a night lets readers go first: itself and what the database does for it, and nothing else of the database',
  { timeout: 120_000 },
  async () => {
    const home = mkdtempSync(join(tmpdir(), 'hub-steps-back-'));
    // PostgreSQL runs as another account where we are root.
    chmodSync(home, 0o711);
    const night = spawn(
      process.execPath,
      [join(PROJECT, 'src/launch.mjs'), 'receive', join(PROJECT, 'fixtures/sample/day-1')],
      {
        env: { ...process.env, HUB_HOME: home, DATABASE_URL: '', HUB_COUNTY: '530502', HUB_NICE: '7' },
        stdio: 'ignore',
      },
    );
    const ended = once(night, 'exit');
    const seen = { night: new Set<number>(), its: new Set<number>(), others: new Set<number>() };
    try {
      while (night.exitCode === null) {
        const all = processes();
        const server = postmasterOf(home);
        for (const { parent, niceness, command } of all) {
          if (parent === night.pid) seen.night.add(niceness);
          // One that is ending has no name any more.
          if (parent === server && command !== '')
            seen[command.includes('hub_owner hub ') ? 'its' : 'others'].add(niceness);
        }
        await sleep(5);
      }
      const [code] = (await ended) as [number];
      expect(code).toBe(0);
      const stepped = Math.max(7, getPriority());
      expect([...seen.night]).toContain(stepped);
      expect([...seen.its]).toContain(stepped);
      expect([...seen.others]).toEqual([getPriority()]);
      // One and the same where the tests themselves stand as far back.
      const both = new Set([getPriority(), stepped]);
      expect(await seenByDay(home, both.size)).toEqual(both);
    } finally {
      night.kill('SIGKILL');
      const server = postmasterOf(home);
      if (server !== null) process.kill(server, 'SIGQUIT');
      rmSync(home, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
    }
  },
);

/** How far those have stepped back who serve the API: who writes the log of accesses, and who counts what it holds. */
async function seenByDay(home: string, awaited: number): Promise<Set<number>> {
  const seen = new Set<number>();
  const hub = await openHub(readConfig({ HUB_HOME: home, HUB_NICE: '7' }));
  const accessing = openAccessing(hub, () => {});
  try {
    await accessing.write(anAccess());
    const until = Date.now() + 30_000;
    while (seen.size < awaited && Date.now() < until) {
      const server = postmasterOf(home);
      for (const { parent, niceness, command } of processes())
        if (parent === server && command.includes('hub_api hub ')) seen.add(niceness);
      await sleep(20);
    }
  } finally {
    await accessing.close();
    await hub.close();
  }
  return seen;
}

interface Running {
  readonly parent: number;
  readonly niceness: number;
  readonly command: string;
}

function processes(): Running[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name): Running[] => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
        const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ');
        const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        return [{ parent: Number(fields[1]), niceness: Number(fields[16]), command }];
      } catch {
        // It has ended meanwhile.
        return [];
      }
    });
}

/** Null before it has started, while it writes its file, and after it has ended. */
function postmasterOf(home: string): number | null {
  try {
    return Number(readFileSync(join(home, 'postgres/postmaster.pid'), 'utf8').split('\n')[0]) || null;
  } catch {
    return null;
  }
}
