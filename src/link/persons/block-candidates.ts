import { NumberIndex } from '../engine/number-index.js';
import { eachKeys, KEYS_AT_ONCE, type CandidateKeys } from './candidate-keys.js';
import type { ClusterRows } from './cluster-rows.js';

/** What brings a row before a cluster: a key that both have. */
export interface CandidateRule {
  readonly name: string;
  /** Keys of rows of the population. */
  readonly keys: CandidateKeys;
  /** Keys by which a row asks, where these are others than its own. */
  readonly askedBy?: (row: number, ask: (key: number) => void) => void;
  /** A key under which more stand brings none of them: rows of the county, or clusters where these are what is asked for. */
  readonly most: number;
}

export interface CappedRule {
  readonly rule: string;
  readonly blocks: number;
  /** Rows, or clusters, that stood in those blocks. */
  readonly records: number;
}

/** For each asking row, the clusters that share a key with it, once each, in ascending order of cluster. */
export class CandidateBlocks {
  readonly #asked: AskedRule[] = [];
  readonly #seen: Int32Array;
  #round = 0;
  readonly capped: CappedRule[] = [];

  constructor(
    readonly rows: Int32Array,
    clusters: ClusterRows,
    readonly rules: readonly CandidateRule[],
    isCandidate: (cluster: number) => boolean,
  ) {
    this.#seen = new Int32Array(clusters.count);
    const population = rowsOfCandidates(clusters, isCandidate);
    for (const rule of rules) {
      // The keys themselves are let go: of a million rows that ask they would be a hundred megabytes.
      const index = new NumberIndex(Math.max(16, rows.length >> 1));
      const asked = askRule(rule, rows, index);
      if (index.size > 0) this.capped.push(...fillSlots(rule, asked, index, population));
      this.#asked.push(asked);
    }
  }

  /** @param into filled from 0 @returns how many; @param only the rule that alone may speak */
  candidatesOf(at: number, into: Candidates, only = -1): number {
    this.#round += 1;
    into.length = 0;
    for (let rule = 0; rule < this.#asked.length; rule += 1) {
      if (only >= 0 && rule !== only) continue;
      const { slotStart, slots, start, clusters } = this.#asked[rule]!;
      for (let s = slotStart[at]!; s < slotStart[at + 1]!; s += 1) {
        const slot = slots[s]!;
        for (let i = start[slot]!; i < start[slot + 1]!; i += 1) {
          const cluster = clusters[i]!;
          if (this.#seen[cluster] === this.#round) continue;
          this.#seen[cluster] = this.#round;
          into.add(cluster);
        }
      }
    }
    return into.length;
  }
}

/** A list that is used again for every row. */
export class Candidates {
  length = 0;
  cluster = new Int32Array(256);
  bits = new Float64Array(256);

  add(cluster: number): void {
    if (this.length === this.cluster.length) {
      const more = new Int32Array(this.length * 2);
      more.set(this.cluster);
      this.cluster = more;
      const bits = new Float64Array(this.length * 2);
      bits.set(this.bits);
      this.bits = bits;
    }
    this.cluster[this.length] = cluster;
    this.length += 1;
  }
}

interface AskedRule {
  /** Slots by asking row. */
  readonly slotStart: Int32Array;
  readonly slots: Int32Array;
  /** Clusters by slot. */
  start: Int32Array;
  clusters: Int32Array;
}

function askRule(rule: CandidateRule, rows: Int32Array, index: NumberIndex): AskedRule {
  const slotStart = new Int32Array(rows.length + 1);
  const slots = new IntList(rows.length);
  const ask = (key: number): void => {
    if (key !== 0) slots.push(index.add(key));
  };
  if (rule.askedBy)
    for (let at = 0; at < rows.length; at += 1) {
      rule.askedBy(rows[at]!, ask);
      slotStart[at + 1] = slots.length;
    }
  else
    eachKeys(rule.keys, rows, (keys, from, count) => {
      for (let i = 0; i < count; i += 1) {
        ask(keys[i]!);
        slotStart[from + i + 1] = slots.length;
      }
    });
  return {
    slotStart,
    slots: slots.list.slice(0, slots.length),
    start: new Int32Array(index.size + 1),
    clusters: new Int32Array(0),
  };
}

/** Rows that may be asked for, each with its cluster, in ascending order of cluster. */
interface Population {
  readonly rows: Int32Array;
  readonly clusters: Int32Array;
}

function rowsOfCandidates(
  { count, start, member }: ClusterRows,
  isCandidate: (cluster: number) => boolean,
): Population {
  const [rows, clusters] = [new IntList(1024), new IntList(1024)];
  for (let cluster = 0; cluster < count; cluster += 1) {
    if (!isCandidate(cluster)) continue;
    for (let i = start[cluster]!; i < start[cluster + 1]!; i += 1) {
      rows.push(member[i]!);
      clusters.push(cluster);
    }
  }
  return { rows: rows.list.slice(0, rows.length), clusters: clusters.list.slice(0, clusters.length) };
}

/** One pass over the population; only keys that somebody asked for are kept. */
function fillSlots(rule: CandidateRule, asked: AskedRule, index: NumberIndex, population: Population): CappedRule[] {
  const last = new Int32Array(index.size).fill(-1);
  const slotOf = new IntList(index.size);
  const clusterOf = new IntList(index.size);
  const met = new Int32Array(KEYS_AT_ONCE);
  eachKeys(rule.keys, population.rows, (keys, from, found) => {
    index.findEach(keys, found, met, 0);
    for (let i = 0; i < found; i += 1) {
      const slot = met[i]!;
      const cluster = population.clusters[from + i]!;
      if (slot < 0 || last[slot] === cluster) continue;
      last[slot] = cluster;
      slotOf.push(slot);
      clusterOf.push(cluster);
    }
  });
  const size = new Int32Array(index.size);
  for (let i = 0; i < slotOf.length; i += 1) size[slotOf.list[i]!]! += 1;
  let blocks = 0;
  let records = 0;
  const slotStart = asked.start;
  for (let slot = 0; slot < size.length; slot += 1) {
    if (size[slot]! > rule.most) {
      blocks += 1;
      records += size[slot]!;
      size[slot] = -1;
    }
    slotStart[slot + 1] = slotStart[slot]! + Math.max(0, size[slot]!);
  }
  const next = slotStart.slice(0, size.length);
  const clusters = new Int32Array(slotStart[size.length]!);
  for (let i = 0; i < slotOf.length; i += 1) {
    const slot = slotOf.list[i]!;
    if (size[slot]! >= 0) clusters[next[slot]!++] = clusterOf.list[i]!;
  }
  asked.clusters = clusters;
  return blocks === 0 ? [] : [{ rule: rule.name, blocks, records }];
}

class IntList {
  length = 0;
  list: Int32Array;

  constructor(expected: number) {
    this.list = new Int32Array(Math.max(16, expected));
  }

  push(value: number): void {
    if (this.length === this.list.length) {
      const more = new Int32Array(this.length * 2);
      more.set(this.list);
      this.list = more;
    }
    this.list[this.length] = value;
    this.length += 1;
  }
}
