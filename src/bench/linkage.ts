import { cpus } from 'node:os';
import { performance } from 'node:perf_hooks';
import { inShared } from '../link/engine/thread-arrays.js';
import { NumberIndex } from '../link/engine/number-index.js';
import { formPersonClusters } from '../link/form-person-clusters.js';
import { ReplacedRows, type Answers, type KeptWords, type LastNight } from '../link/persons/last-night.js';
import { linkPersons, type Learned, type PersonPartition } from '../link/persons/link-persons.js';
import { makeRecords, type MadeRecords } from './make-records.js';

export interface LinkageBenchOptions {
  /** Records of persons, history included. */
  readonly records: number;
}

/** Of a run beside which another order of the same rows is put: an order that matters shows in a few ten thousand already. */
const SMALLER = 200_000;

/**
 * Linking alone, in one process and without a database: records of persons made in memory, the deterministic layer and the
 * probabilistic one over all of them, with training and without, and once more after one record in a hundred has changed.
 */
export function benchLinkage({ records }: LinkageBenchOptions, write: (line: string) => void): void {
  write(`${cpus().length} cores, Node ${process.versions.node}`);
  const few = Math.min(SMALLER, records);
  const one = link(makeRecords(few), null);
  const turned = link(makeRecords(few, true), null);
  write(`${count(few)} records: partition ${one.hash}; the same in another order: ${turned.hash}`);
  if (one.hash !== turned.hash) throw new Error('The order of the rows shows in the partition.');
  const began = performance.now();
  const made = makeRecords(records);
  write(`${count(made.columns.size)} records: made in ${seconds(performance.now() - began)}, ${peak()} at most`);
  const first = link(made, null);
  tell('with training', first, write);
  const again = link(made, first.learned);
  tell('with what was learned', again, write);
  if (first.hash !== again.hash)
    throw new Error('What was learned does not give the partition that it was learned in.');
  const last = changeSome(made, records, Math.round(records / 100), again.answers, again.kept);
  const night = link(made, first.learned, last);
  tell('a night: one record in a hundred changed, only rows asked whose answer could be another', night, write);
  const whole = link(made, first.learned);
  tell('the same from scratch', whole, write);
  if (night.hash !== whole.hash) throw new Error('A night does not give the partition of a run from scratch.');
}

/** Puts what some records say anew in their place. @param records what they were made with @returns what the night has to know of the time before */
export function changeSome(
  { columns, homes }: MadeRecords,
  records: number,
  some: number,
  { mark, answer, partner, surety, building }: Answers,
  words: KeptWords,
): LastNight {
  const places = new NumberIndex(columns.size);
  for (let row = 0; row < columns.size; row += 1) places.add(columns.id[row]!);
  const replaced = new ReplacedRows(columns.datasets);
  const { columns: changed } = makeRecords(records, false, some, true);
  for (let i = 0; i < changed.size; i += 1) {
    const row = places.find(changed.id[i]!);
    replaced.keep(row, columns);
    columns.copy(changed, i, row);
    for (const name of ['name', 'headName'] as const)
      columns[name][row] = columns.names.codeOf(changed.names.textOf(changed[name][i]!));
    for (const name of ['village', 'area', 'wrongNumber'] as const)
      columns[name][row] = columns.texts.codeOf(changed.texts.textOf(changed[name][i]!));
    columns.birthText[row] = columns.births.codeOf(changed.births.textOf(changed.birthText[i]!));
  }
  return {
    mark,
    answer,
    partner: Float64Array.from(partner, (row) => (row < 0 ? 0 : columns.id[row]!)),
    places,
    surety,
    dwelling: homes.dwelling,
    building,
    replaced,
    words,
  };
}

interface LinkRun {
  readonly learned: Learned;
  readonly answers: Answers;
  readonly kept: KeptWords;
  readonly figures: Record<'pairs' | 'asked' | 'unanswered' | 'doubtful', number>;
  readonly hash: string;
  /** Milliseconds by stage, in the order in which they came first. */
  readonly stages: ReadonlyMap<string, number>;
  readonly total: number;
  /** Milliseconds of all cores; on a busy machine less than `total`. */
  readonly cpu: number;
}

function link({ columns, homes }: MadeRecords, learned: Learned | null, lastNight: LastNight | null = null): LinkRun {
  const stages = new Map<string, number>();
  const before = process.cpuUsage();
  const began = performance.now();
  let since = began;
  const onStage = (stage: string): void => {
    const now = performance.now();
    stages.set(stage, (stages.get(stage) ?? 0) + now - since);
    since = now;
  };
  const rows = inShared(Int32Array.from({ length: columns.size }, (_, row) => row));
  const deterministic = formPersonClusters(columns, rows);
  onStage('rows of one number');
  const partition = linkPersons({ columns, rows, homes, deterministic, learned, apart: new Map(), lastNight, onStage });
  const total = performance.now() - began;
  const used = process.cpuUsage(before);
  const { pairs, asked, unanswered, doubtful } = partition;
  const figures = { pairs, asked, unanswered, doubtful: doubtful.length };
  // The partition itself holds all that it was made from.
  return {
    learned: partition.learned,
    answers: partition.answers,
    kept: partition.kept,
    figures,
    hash: hashOf(columns.id, partition),
    stages,
    total,
    cpu: (used.user + used.system) / 1000,
  };
}

/** Of which records stand together and why, and of what is in doubt; a record is told by its id, a cluster by its lowest, so that no order shows. */
function hashOf(ids: Float64Array, { cluster, count: clusters, byAgreement, doubtful }: PersonPartition): string {
  const lowest = new Float64Array(clusters).fill(Infinity);
  cluster.forEach((own, row) => (lowest[own] = Math.min(lowest[own]!, ids[row]!)));
  let [high, low] = [0, 0];
  cluster.forEach((own, row) => {
    const [id, other] = [ids[row]!, lowest[own]!];
    const mixed = Math.imul((id ^ (id >>> 15)) + Math.imul(other, 0x9e3779b1) + byAgreement[row]!, 0x85ebca6b);
    high = (high + Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)) | 0;
    low = (low + (mixed ^ (mixed >>> 16))) | 0;
  });
  for (const { row, other, probability } of doubtful)
    low = (low + Math.imul(ids[row]! ^ Math.imul(ids[other]!, 0x9e3779b1), Math.floor(probability * 2 ** 31) | 1)) | 0;
  return [high, low].map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
}

function tell(title: string, { figures, hash, stages, total, cpu }: LinkRun, write: (line: string) => void): void {
  write('');
  write(`${title}: ${seconds(total)} (${seconds(cpu)} of CPU), ${peak()} at most so far, partition ${hash}`);
  for (const [stage, milliseconds] of stages) write(`  ${stage.padEnd(36)} ${seconds(milliseconds)}`);
  const asking = (stages.get('comparing') ?? 0) / 1000;
  write(
    `  ${count(figures.pairs)} pairs scored, ${count(Math.round(figures.pairs / Math.max(asking, 0.001)))} a second; ` +
      `${count(figures.asked)} rows asked, ${count(figures.unanswered)} found nobody, ${count(figures.doubtful)} pairs in doubt`,
  );
}

function peak(): string {
  return `${(process.resourceUsage().maxRSS / 1e6).toFixed(2)} GB`;
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}

function count(number: number): string {
  return number.toLocaleString('en');
}
