import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readCounty, type Hub } from '../hub.js';
import { Wire, writeRequest } from './api-load.js';
import { nextDay, openBenchCounty } from './bench-county.js';
import { cpuOf, environmentOf, HUB, memoryOf, startHub, type ServerProcess } from './hub-process.js';
import { startLoad, type LoadJob, type LoadTold } from './load-job.js';
import { makeJob, makeViewers, type MixedViewer } from './mixed-job.js';
import { countCodes, isAnswer, slopeOf, waitsOf } from './sum-up-load.js';
import { tellVillage } from './village-in-database.js';

export interface MixedBenchOptions {
  readonly people: number;
  readonly seed: number;
  readonly minutes: number;
  /** Kept, and used as it is where it is there already; null: made for the run. */
  readonly keep: string | null;
}

const DAYS = 5;
/** Requests a second: by day, and while a night is received. */
const BY_DAY = 300;
const BY_NIGHT = 150;
const WARM_UP = { rate: 100, seconds: 15 };
/** Seconds of load before the night begins and after it has ended. */
const AROUND = 5;
/** Seconds; a night that takes longer has failed. */
const LONGEST_NIGHT = 1800;
const WIRES = 256;
/** Milliseconds after which a client goes away. */
const PATIENCE = 10_000;
/** Seconds between two looks at the memory. */
const LOOK = 10;

/** A county at work: a fixed rate of what posts of all levels ask for, and the same while the next night is received. */
export async function benchMixed(options: MixedBenchOptions, write: (line: string) => void): Promise<void> {
  const work = options.keep ?? mkdtempSync(join(tmpdir(), 'hub-bench-'));
  try {
    const hub = await openBenchCounty(work, { ...options, days: DAYS });
    try {
      await measure(hub, work, options, write);
    } finally {
      await hub.close();
    }
  } finally {
    if (options.keep === null) rmSync(work, { recursive: true, force: true });
  }
}

async function measure(
  hub: Hub,
  work: string,
  { seed, minutes }: MixedBenchOptions,
  write: (line: string) => void,
): Promise<void> {
  const county = (await readCounty(hub.database))!;
  const [size] = await hub.database.query<{ people: number; records: number }>(
    `select count(distinct person) as people, count(*) as records from link`,
  );
  const viewers = await makeViewers(hub, county);
  write(
    `${size!.people.toLocaleString('en')} people, ${size!.records.toLocaleString('en')} records; ${cpus().length} cores, Node ${process.versions.node}; ${viewers.length} clients at three levels, every other one without the police's register`,
  );
  await tellVillage(hub, county, write);
  const server = await startHub(hub);
  try {
    const job = await makeJob(hub, county, server.url, viewers, seed);
    const load = startLoad(job);
    const run = (rate: number, seconds: number) =>
      load.run({ mode: 'open', seed, stages: [{ rate, seconds }], wires: WIRES, patience: PATIENCE });
    try {
      await run(WARM_UP.rate, WARM_UP.seconds);
      write('');
      write(`by day: ${BY_DAY} a second for ${minutes * 60} s`);
      await watch(hub, server, job, write, () => run(BY_DAY, minutes * 60));
      const folder = await nextDay(hub, work);
      if (folder === null) {
        write('');
        write('no night is left in this county: SKIPPED');
        return;
      }
      write('');
      write(`by night: ${BY_NIGHT} a second while the next day is received`);
      const before = await newestRecord(hub);
      await watch(hub, server, job, write, async () => {
        const loaded = run(BY_NIGHT, LONGEST_NIGHT);
        await sleep(AROUND * 1000);
        const night = await receive(hub, folder);
        await sleep(AROUND * 1000);
        load.end();
        write(`  the night: ${night.seconds.toFixed(1)} s${night.code === 0 ? '' : ` FAILED ${night.notes}`}`);
        return loaded;
      });
      await tellNewNight(hub, county, server, viewers[0]!, before, write);
    } finally {
      await load.stop();
    }
  } finally {
    await server.stop();
  }
}

/** Tells what a stretch of load came to, and what it cost. */
async function watch(
  hub: Hub,
  server: ServerProcess,
  job: LoadJob,
  write: (line: string) => void,
  load: () => Promise<LoadTold>,
): Promise<void> {
  const memory: [number, number][] = [];
  const began = performance.now();
  const looking = setInterval(
    () => memory.push([(performance.now() - began) / 60_000, memoryOf(server.pid)]),
    LOOK * 1000,
  );
  const before = cpuOf(hub, server.pid);
  const told = await load();
  const after = cpuOf(hub, server.pid);
  clearInterval(looking);
  tellLoad(told, job, write);
  const ofCore = (milliseconds: number) => `${(milliseconds / told.seconds / 10).toFixed(0)} %`;
  write(
    `  processor, of one core: node ${ofCore(after.node - before.node)}, PostgreSQL ${ofCore(after.postgres - before.postgres)}, the asking ${ofCore(told.cpu)}`,
  );
  if (memory.length < 2) return;
  const held = memory.map(([, megabytes]) => megabytes);
  write(
    `  memory of node every ${LOOK} s: ${held.map((megabytes) => megabytes.toFixed(0)).join(' ')} MB; highest ${Math.max(...held).toFixed(0)} MB, slope of the last two thirds ${slopeOf(memory.slice(Math.floor(memory.length / 3))).toFixed(1)} MB a minute`,
  );
}

function tellLoad(told: LoadTold, job: LoadJob, write: (line: string) => void): void {
  write('  kind             requests     p50     p95     p99      max ms');
  const tell = (name: string, which?: (at: number) => boolean) => {
    const { requests, p50, p95, p99, max } = waitsOf(told, which);
    const figures = [p50, p95, p99].map((each) => each.toFixed(1).padStart(7)).join(' ');
    write(`  ${name.padEnd(15)} ${String(requests).padStart(9)} ${figures} ${max.toFixed(0).padStart(8)}`);
  };
  for (const [kind, { name }] of job.kinds.entries()) tell(name, (at) => told.kind[at] === kind);
  tell('all');
  const spans = Array.from({ length: Math.floor(told.seconds / LOOK) }, (_, at) => at * LOOK * 1000);
  const p99Of = (from: number) =>
    waitsOf(told, (at) => told.due[at]! >= from && told.due[at]! < from + LOOK * 1000).p99.toFixed(0);
  write(`  p99 of every ${LOOK} s: ${spans.map(p99Of).join(' ')} ms`);
  const counts = countCodes(told);
  const good = counts.reduce((sum, [code, count]) => sum + (isAnswer(code) ? count : 0), 0);
  write(
    `  ${(good / told.seconds).toFixed(1)} answered a second; ${counts.map(([code, count]) => `${code} ${count}`).join(', ')}; errors ${told.code.length - good}`,
  );
}

interface Night {
  readonly seconds: number;
  readonly code: number;
  readonly notes: string;
}

/** As a process of its own, as every night. */
async function receive(hub: Hub, folder: string): Promise<Night> {
  const began = performance.now();
  const child = spawn(process.execPath, [...process.execArgv, HUB, 'receive', folder], {
    env: { ...process.env, ...environmentOf(hub) },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let notes = '';
  child.stderr.on('data', (text: Buffer) => (notes = (notes + text.toString()).slice(-2000)));
  const [code] = (await once(child, 'exit')) as [number | null];
  return { seconds: (performance.now() - began) / 1000, code: code ?? -1, notes };
}

async function newestRecord(hub: Hub): Promise<number> {
  const [row] = await hub.database.query<{ id: number }>('select max(id) as id from record');
  return row!.id;
}

/** Readers see the new night as soon as it is over: whoever came with it is found. */
async function tellNewNight(
  hub: Hub,
  county: string,
  server: ServerProcess,
  viewer: MixedViewer,
  before: number,
  write: (line: string) => void,
): Promise<void> {
  const rows = await hub.database.query<{ person: number }>(
    `select person from link where county = $1 and record > $2 and person is not null and status = 'current'
     group by 1 order by hashint8(person), 1 limit 100`,
    [county, before],
  );
  const wire = new Wire(server.url);
  let found = 0;
  for (const { person } of rows) {
    const id = Buffer.from(`Person:${county}:${person}`).toString('base64url');
    const body = JSON.stringify({ query: 'query New($id: ID!) { person(id: $id) { id } }', variables: { id } });
    const answered = await wire.send(writeRequest(server.url, viewer.headers, body));
    if (answered.body.includes(id)) found += 1;
  }
  wire.close();
  write(`  of ${rows.length} people whose records came with the night, readers find ${found}`);
}
