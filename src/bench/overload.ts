import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { readCounty, type Hub } from '../hub.js';
import { openBenchCounty } from './bench-county.js';
import { cpuOf, memoryOf, startHub } from './hub-process.js';
import { startLoad, type LoadTold } from './load-job.js';
import { makeJob, makeViewers } from './mixed-job.js';
import { countCodes, isAnswer, waitsOf } from './sum-up-load.js';

export interface OverloadBenchOptions {
  readonly people: number;
  readonly seed: number;
  readonly keep: string | null;
}

/** How many ask at once when it is found out what the server can do, and for how many seconds. */
const AT_ONCE = 24;
const FINDING = 10;
const TIMES_CAPACITY = 3;
/** Seconds of half the capacity, of the overload, and of half the capacity again. */
const CALM = 15;
const OVERLOAD = 20;
/** A server accepts one connection each time round its loop: clients keep theirs, as ours are told to. */
const WIRES = 256;
/** Milliseconds: what comes later is no answer to anybody, and the client has gone. */
const IN_TIME = 1000;
const WARM_UP = 8;
/** Milliseconds of one look at how quick the answers were. */
const WINDOW = 1000;

/** More than the server can do: what it still answers, how it refuses the rest, and how soon all is well after it. */
export async function benchOverload(options: OverloadBenchOptions, write: (line: string) => void): Promise<void> {
  const work = options.keep ?? mkdtempSync(join(tmpdir(), 'hub-bench-'));
  try {
    const hub = await openBenchCounty(work, { ...options, days: 1 });
    try {
      await measure(hub, options, write);
    } finally {
      await hub.close();
    }
  } finally {
    if (options.keep === null) rmSync(work, { recursive: true, force: true });
  }
}

async function measure(hub: Hub, { seed }: OverloadBenchOptions, write: (line: string) => void): Promise<void> {
  const county = (await readCounty(hub.database))!;
  const viewers = await makeViewers(hub, county);
  const server = await startHub(hub);
  try {
    const load = startLoad(await makeJob(hub, county, server.url, viewers, seed));
    try {
      const closed = (seconds: number) => load.run({ mode: 'closed', seed, atOnce: AT_ONCE, seconds });
      await closed(WARM_UP);
      const capacity = await closed(FINDING);
      const peak = goodOf(capacity) / capacity.seconds;
      write(
        `${cpus().length} cores, Node ${process.versions.node}; capacity: ${peak.toFixed(0)} answers a second, ${AT_ONCE} at once, p99 ${waitsOf(capacity).p99.toFixed(0)} ms; the asking took ${share(capacity.cpu, capacity.seconds)} of a core`,
      );
      const stages = [
        { rate: peak / 2, seconds: CALM },
        { rate: peak * TIMES_CAPACITY, seconds: OVERLOAD },
        { rate: peak / 2, seconds: CALM },
      ];
      let highest = 0;
      const looking = setInterval(() => (highest = Math.max(highest, memoryOf(server.pid))), 250);
      const before = cpuOf(hub, server.pid);
      const told = await load.run({ mode: 'open', seed, stages, wires: WIRES, patience: IN_TIME });
      const after = cpuOf(hub, server.pid);
      clearInterval(looking);
      tellOverload(told, peak, write);
      write(
        `in all ${told.seconds.toFixed(0)} s, of one core: node ${share(after.node - before.node, told.seconds)}, PostgreSQL ${share(after.postgres - before.postgres, told.seconds)}, the asking ${share(told.cpu, told.seconds)}; memory of node at its highest ${highest.toFixed(0)} MB`,
      );
    } finally {
      await load.stop();
    }
  } finally {
    await server.stop();
  }
}

function tellOverload(told: LoadTold, peak: number, write: (line: string) => void): void {
  const [from, until] = [CALM * 1000, (CALM + OVERLOAD) * 1000];
  const during = (at: number) => told.due[at]! >= from && told.due[at]! < until;
  const good = (at: number) => isAnswer(told.codes[told.code[at]!]!) && told.wait[at]! <= IN_TIME;
  const refused = (at: number) => told.retryAfter[at] === 1;
  const goodput = count(told, (at) => during(at) && good(at)) / OVERLOAD;
  const answers = waitsOf(told, (at) => during(at) && good(at));
  const refusals = waitsOf(told, (at) => during(at) && refused(at));
  write(
    `${TIMES_CAPACITY} x capacity, ${(peak * TIMES_CAPACITY).toFixed(0)} a second for ${OVERLOAD} s: ${goodput.toFixed(0)} answered in time a second = ${((100 * goodput) / peak).toFixed(0)} % of peak, p50 ${answers.p50.toFixed(0)} p99 ${answers.p99.toFixed(0)} ms`,
  );
  write(
    `  refused with Retry-After: ${refusals.requests}, p50 ${refusals.p50.toFixed(1)} p99 ${refusals.p99.toFixed(0)} ms; ${countCodes(
      only(told, during),
    )
      .map(([code, n]) => `${code} ${n}`)
      .join(', ')}`,
  );
  const windowsOf = (begin: number, end: number) =>
    Array.from({ length: Math.floor((end - begin) / WINDOW) }, (_, window) => {
      const at = begin + window * WINDOW;
      const within = (each: number) => told.due[each]! >= at && told.due[each]! < at + WINDOW;
      return {
        p99: waitsOf(told, within).p99,
        failed: count(told, (each) => within(each) && !good(each)),
      };
    });
  // The first second of all meets connections that are not open yet.
  const calm = windowsOf(WINDOW, from);
  const usual = Math.max(...calm.map(({ p99 }) => p99));
  const after = windowsOf(until, until + CALM * 1000);
  const bad = after.findLastIndex(({ p99, failed }) => p99 > usual || failed > 0);
  const listed = (windows: readonly { p99: number }[]) => windows.map(({ p99 }) => p99.toFixed(0)).join(' ');
  write(`  half the capacity before it, p99 of each second: ${listed(calm)} ms`);
  write(
    `  half the capacity after it: ${listed(after)} ms; as before ${bad + 1} s after the overload, ${after.reduce((sum, { failed }) => sum + failed, 0)} failed`,
  );
}

const goodOf = (told: LoadTold): number => count(told, (at) => isAnswer(told.codes[told.code[at]!]!));

function count({ code }: LoadTold, which: (at: number) => boolean): number {
  return code.reduce((sum, _, at) => sum + Number(which(at)), 0);
}

function only({ code, codes }: LoadTold, which: (at: number) => boolean): Pick<LoadTold, 'code' | 'codes'> {
  return { codes, code: code.filter((_, at) => which(at)) };
}

const share = (milliseconds: number, seconds: number): string => `${(milliseconds / seconds / 10).toFixed(0)} %`;
