import { spawn } from 'node:child_process';
import { createReadStream, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse';
import { scoreGroups, type PairScore } from '../../fixtures/score.js';
import { PROJECT_FOLDER } from '../database/project-folder.js';
import { table } from '../commands/terminal.js';

export interface LinkFileBenchOptions {
  /** A Python that has Splink; null where Splink is not to be run. */
  readonly python: string | null;
  /** Folder with `febrl/` and `historical_50k/`. */
  readonly benchmarks: string;
  /** Also at other thresholds than each program's own, to show what the labels would have chosen. */
  readonly sweep: boolean;
}

interface Benchmark {
  readonly name: string;
  readonly files: readonly string[];
  readonly model: string;
  readonly splink: string;
  readonly id: string;
  /** What a row is truly of, from a column that neither program gets to use. */
  readonly truth: { readonly column: string; readonly pattern: RegExp };
}

const REC_ID = { column: 'rec_id', pattern: /^(rec-\d+)-/ };
const FEBRL = { model: 'febrl', splink: 'febrl3', id: 'rec_id', truth: REC_ID };

const SETS: readonly Benchmark[] = [
  { name: 'FEBRL 1', files: ['febrl/dataset1.csv'], ...FEBRL },
  { name: 'FEBRL 2', files: ['febrl/dataset2.csv'], ...FEBRL },
  { name: 'FEBRL 3', files: ['febrl/dataset3.csv'], ...FEBRL },
  { name: 'FEBRL 4', files: ['febrl/dataset4a.csv', 'febrl/dataset4b.csv'], ...FEBRL, splink: 'febrl4' },
  {
    name: 'historical_50k',
    files: ['historical_50k/historical_50k.csv'],
    model: 'historical-persons',
    splink: 'historical_50k',
    id: 'unique_id',
    truth: { column: 'cluster', pattern: /^(.*)$/ },
  },
];

/** Bits of ours, probabilities of Splink's: only for `sweep`. */
const OTHER_THRESHOLDS = { ours: ['-4', '-2', '2', '4'], splink: ['0.2', '0.5', '0.9', '0.99', '0.999'] };

/** The public benchmarks, each as one whole process of ours and one of Splink's, over the same files, by the same scorer. */
export async function benchLinkFile(options: LinkFileBenchOptions, write: (line: string) => void): Promise<void> {
  const { python, benchmarks, sweep } = options;
  if (!existsSync(benchmarks)) throw new Error(`There is no folder ${benchmarks}.`);
  const work = mkdtempSync(join(tmpdir(), 'hub-bench-'));
  const rows = [['', 'F1', 'precision', 'recall', 'wall', 'CPU', 'MB']];
  try {
    write(`${cpus().length} cores, Node ${process.versions.node}`);
    if (python === null) write('Splink is not run: --python names a Python that has it (pip install splink).');
    for (const set of SETS) {
      const truth = await readTruth(set, benchmarks);
      const ours = (more: readonly string[] = []): Promise<Outcome> => runOurs(set, options, work, truth, more);
      const splink = (more: readonly string[] = []): Promise<Outcome> => runSplink(set, options, work, truth, more);
      rows.push(shown(`${set.name}, ours`, await ours()));
      if (python !== null) rows.push(shown(`${set.name}, Splink`, await splink()));
      if (!sweep) continue;
      for (const bits of OTHER_THRESHOLDS.ours)
        rows.push(shown(`  ours at ${bits} bits`, await ours([`--link=${bits}`])));
      if (python !== null)
        for (const at of OTHER_THRESHOLDS.splink) rows.push(shown(`  Splink at ${at}`, await splink([`--at=${at}`])));
    }
    for (const line of table(rows)) write(line);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

interface Outcome extends PairScore {
  /** Milliseconds of the whole process, and what it used of the cores. */
  readonly wall: number;
  readonly cpu: number;
  /** Bytes, at its highest. */
  readonly memory: number;
}

function runOurs(
  { model, files, id, truth: { column } }: Benchmark,
  { benchmarks }: LinkFileBenchOptions,
  work: string,
  truth: ReadonlyMap<string, string>,
  more: readonly string[],
): Promise<Outcome> {
  const out = join(work, 'ours.csv');
  const words = [join(PROJECT_FOLDER, 'dist/src/main.js'), 'link-file', model, ...inFolder(benchmarks, files)];
  words.push('--id', id, '--hide', column, '--out', out, ...more);
  if (files.length > 1) words.push('--between');
  return measure(process.execPath, words, work, out, truth);
}

function runSplink(
  { splink, files }: Benchmark,
  { benchmarks, python }: LinkFileBenchOptions,
  work: string,
  truth: ReadonlyMap<string, string>,
  more: readonly string[],
): Promise<Outcome> {
  const out = join(work, 'splink.csv');
  const script = join(PROJECT_FOLDER, 'src/bench/link-with-splink.py');
  return measure(python!, [script, splink, out, ...inFolder(benchmarks, files), ...more], work, out, truth);
}

async function measure(
  program: string,
  words: readonly string[],
  home: string,
  out: string,
  truth: ReadonlyMap<string, string>,
): Promise<Outcome> {
  const began = performance.now();
  const child = spawn(program, words, {
    env: { ...process.env, HUB_HOME: home, LANG: 'en_US.UTF-8' } as NodeJS.ProcessEnv,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let notes = '';
  child.stderr.on('data', (text: Buffer) => (notes += text.toString()));
  let [memory, cpu] = [0, 0];
  const watch = setInterval(() => {
    memory = Math.max(memory, peakBytes(child.pid!));
    cpu = Math.max(cpu, cpuMilliseconds(child.pid!));
  }, 50);
  const code = await new Promise<number>((done, failed) => {
    child.on('error', failed);
    child.on('exit', (exit) => done(exit ?? 1));
  });
  const wall = performance.now() - began;
  clearInterval(watch);
  if (code !== 0) throw new Error(`${program} ended with ${code}:\n${notes.split('\n').slice(-12).join('\n')}`);
  return { ...(await score(out, truth)), wall, cpu, memory };
}

async function score(out: string, truth: ReadonlyMap<string, string>): Promise<PairScore> {
  const clusters = new Map<string, string>();
  for await (const cells of createReadStream(out).pipe(parse({ from_line: 2 })) as AsyncIterable<string[]>)
    clusters.set(cells[0]!, cells[1]!);
  const ids = [...truth.keys()];
  return scoreGroups(
    ids.map((id) => truth.get(id)!),
    ids.map((id) => clusters.get(id) ?? id),
  );
}

/** Row id → the subject that it truly is of. */
async function readTruth(
  { files, id, truth: { column, pattern } }: Benchmark,
  benchmarks: string,
): Promise<Map<string, string>> {
  const truth = new Map<string, string>();
  for (const file of inFolder(benchmarks, files)) {
    const rows = createReadStream(file).pipe(parse({ columns: true, trim: true }));
    for await (const row of rows as AsyncIterable<Record<string, string>>)
      truth.set(row[id]!, pattern.exec(row[column]!)![1]!);
  }
  return truth;
}

function inFolder(folder: string, files: readonly string[]): string[] {
  return files.map((file) => join(folder, file));
}

function shown(name: string, { f1, precision, recall, wall, cpu, memory }: Outcome): string[] {
  const shares = [f1, precision, recall].map((share) => share.toFixed(4));
  return [
    name,
    ...shares,
    `${(wall / 1000).toFixed(1)} s`,
    `${(cpu / 1000).toFixed(1)} s`,
    `${Math.round(memory / 1e6)}`,
  ];
}

function peakBytes(pid: number): number {
  return Number(/VmHWM:\s+(\d+)/.exec(readProcess(pid, 'status'))?.[1] ?? 0) * 1024;
}

/** utime + stime, in clock ticks of a hundredth of a second. */
function cpuMilliseconds(pid: number): number {
  const fields = readProcess(pid, 'stat')
    .replace(/^\d+ \(.*\) /s, '')
    .split(' ');
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) * 10;
}

function readProcess(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}
