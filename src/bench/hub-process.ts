import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PROJECT_FOLDER } from '../database/project-folder.js';
import type { Hub } from '../hub.js';
import { freePort, isUp } from './server-address.js';

/** A server of a bench: a process of its own, so that what it costs is its own. */
export interface ServerProcess {
  readonly url: URL;
  readonly pid: number;
  stop(): Promise<void>;
}

/** Our own server over a hub that is open and filled already, with the launcher's own settings of Node. One bench asks for all that there is, in documents that nobody registered. */
export function startHub(hub: Hub, environment: Readonly<Record<string, string>> = {}): Promise<ServerProcess> {
  return startProcess('ours', [...process.execArgv, HUB, 'start'], {
    ...environmentOf(hub),
    HUB_DEMO: 'off',
    HUB_MODE: 'development',
    HUB_RATE: '0',
    HUB_MONITOR_PORT: 'off',
    ...environment,
  });
}

export const HUB = join(PROJECT_FOLDER, 'dist/src/main.js');

/** What a command of ours is told, so that it works on the bench's hub and on no other. */
export function environmentOf(hub: Hub): Record<string, string> {
  return { HUB_HOME: hub.config.home, HUB_COUNTY: '' };
}

/** @throws Error with what it wrote last where it does not come up */
export async function startProcess(
  name: string,
  command: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<ServerProcess> {
  const port = await freePort();
  const child = spawn(process.execPath, command, {
    env: { ...process.env, NODE_ENV: 'production', ...environment, PORT: String(port) },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let notes = '';
  child.stderr.on('data', (text: Buffer) => (notes = (notes + text.toString()).slice(-2000)));
  let stopping = false;
  const ended = new Promise<void>((done) =>
    child.on('exit', (code, signal) => {
      if (!stopping) process.stderr.write(`${name} has ended (${signal ?? code}). ${notes}\n`);
      done();
    }),
  );
  const url = new URL(`http://127.0.0.1:${port}/graphql`);
  for (let tries = 0; !(await isUp(url)); tries += 1) {
    if (tries > 300 || child.exitCode !== null) {
      stopping = true;
      child.kill('SIGTERM');
      throw new Error(`${name} did not start. ${notes}`);
    }
    await sleep(200);
  }
  return {
    url,
    pid: child.pid!,
    stop: async () => {
      stopping = true;
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** Milliseconds of processor time so far, of the server and of all of PostgreSQL; nothing where the system does not tell. */
export function cpuOf(hub: Hub, pid: number): { readonly node: number; readonly postgres: number } {
  try {
    const place = existsSync(join(hub.config.home, 'postgres-is-at'))
      ? readFileSync(join(hub.config.home, 'postgres-is-at'), 'utf8').trim()
      : hub.config.home;
    const postmaster = Number(readFileSync(join(place, 'postgres/postmaster.pid'), 'utf8').split('\n')[0]);
    let postgres = 0;
    for (const name of readdirSync('/proc')) {
      if (!/^\d+$/.test(name)) continue;
      const stat = statOf(Number(name));
      if (stat && (stat.parent === postmaster || Number(name) === postmaster))
        postgres += stat.own + (Number(name) === postmaster ? stat.ended : 0);
    }
    return { node: statOf(pid)?.own ?? Number.NaN, postgres };
  } catch {
    return { node: Number.NaN, postgres: Number.NaN };
  }
}

/** Megabytes that a process holds at this moment. */
export function memoryOf(pid: number): number {
  try {
    return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1024;
  } catch {
    return Number.NaN;
  }
}

/** A tick of the kernel's clock is 10 ms. */
function statOf(pid: number): { parent: number; own: number; ended: number } | null {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'latin1')
      .replace(/^.*\) /s, '')
      .split(' ')
      .map(Number);
    return { parent: fields[1]!, own: (fields[11]! + fields[12]!) * 10, ended: (fields[13]! + fields[14]!) * 10 };
  } catch {
    return null;
  }
}
