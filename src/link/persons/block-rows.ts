import { NumberIndex } from '../engine/number-index.js';
import { eachKeys } from './candidate-keys.js';
import { inShared, sharedArray } from '../engine/thread-arrays.js';
import type { CandidateRule, Candidates, CappedRule } from './block-candidates.js';
import type { RowSlots } from './row-slots.js';

/** Where the rows of the county stand at the moment that somebody asks. */
export interface Standing {
  /** Cluster by position; -1 for none. */
  readonly cluster: Int32Array;
  readonly isCandidate: (cluster: number) => boolean;
}

/**
 * For each asking row, the rows of the county that share a key with it. Kept by rows, not by clusters, so that what one round of
 * asking joins is seen by the next, and so that the cap of a rule, which counts rows, is the same in every round.
 */
export class RowBlocks {
  readonly #asked: readonly AskedRule[];
  readonly #place: Int32Array;
  readonly #seen: Int32Array;
  #round = 0;

  constructor(
    readonly parts: BlockParts,
    readonly standing: Standing,
    readonly capped: readonly CappedRule[] = [],
  ) {
    this.#asked = parts.asked;
    this.#place = parts.place;
    this.#seen = new Int32Array(parts.clusters);
  }

  /**
   * @param rows of the county, by position; where `standing` has them in no cluster they are passed over
   * @param slots by which the rows are found
   * @param clusters how many there may be
   */
  static of(
    asking: Int32Array,
    rows: Int32Array,
    slots: RowSlots,
    size: number,
    clusters: number,
    standing: Standing,
    rules: readonly CandidateRule[],
  ): RowBlocks {
    const place = sharedArray(Int32Array, size).fill(-1);
    asking.forEach((row, at) => (place[row] = at));
    const capped: CappedRule[] = [];
    const asked = rules.map((rule, i) => {
      const { asked: own, index } = askRule(rule, asking);
      if (index.size > 0) fillSlots(rule, own, index.size, slots.find(i, index, rows), standing.cluster, capped);
      return own;
    });
    return new RowBlocks({ clusters, place, asked }, standing, capped);
  }

  has(row: number): boolean {
    return this.#place[row]! >= 0;
  }

  /** @param into filled from 0 with clusters, once each @returns how many; @param only the rule that alone may speak */
  candidatesOf(row: number, into: Candidates, only = -1): number {
    const at = this.#place[row]!;
    this.#round += 1;
    into.length = 0;
    for (let rule = 0; rule < this.#asked.length; rule += 1) {
      if (only >= 0 && rule !== only) continue;
      const { slotStart, slots } = this.#asked[rule]!;
      if (slotStart === null) {
        if (slots[at]! >= 0) this.#take(this.#asked[rule]!, slots[at]!, into);
      } else
        for (let s = slotStart[at]!; s < slotStart[at + 1]!; s += 1) this.#take(this.#asked[rule]!, slots[s]!, into);
    }
    return into.length;
  }

  #take({ start, positions }: AskedRule, slot: number, into: Candidates): void {
    const { cluster: clusterAt, isCandidate } = this.standing;
    for (let i = start[slot]!; i < start[slot + 1]!; i += 1) {
      const cluster = clusterAt[positions[i]!]!;
      if (cluster < 0 || this.#seen[cluster] === this.#round) continue;
      this.#seen[cluster] = this.#round;
      if (isCandidate(cluster)) into.add(cluster);
    }
  }
}

/** @param slotOf slot of each position @param count how many slots there are */
function fillSlots(
  rule: CandidateRule,
  asked: AskedRule,
  count: number,
  slotOf: Int32Array,
  cluster: Int32Array,
  capped: CappedRule[],
): void {
  const size = new Int32Array(count);
  countRows(size, slotOf, cluster);
  let blocks = 0;
  let records = 0;
  const { start } = asked;
  for (let slot = 0; slot < size.length; slot += 1) {
    if (size[slot]! > rule.most) {
      blocks += 1;
      records += size[slot]!;
      size[slot] = -1;
    }
    start[slot + 1] = start[slot]! + Math.max(0, size[slot]!);
  }
  const next = start.slice(0, size.length);
  const positions = sharedArray(Int32Array, start[size.length]!);
  for (let at = 0; at < cluster.length; at += 1) {
    const slot = slotOf[at]!;
    if (slot >= 0 && size[slot]! >= 0 && cluster[at]! >= 0) positions[next[slot]!++] = at;
  }
  asked.positions = positions;
  if (blocks > 0) capped.push({ rule: rule.name, blocks, records });
}

/** How many rows stand in each slot. @param slotOf by position @param cluster by position; -1 for rows that are passed over */
export function countRows(size: Int32Array, slotOf: Int32Array, cluster: Int32Array): void {
  for (let at = 0; at < cluster.length; at += 1) {
    const slot = slotOf[at]!;
    if (slot >= 0 && cluster[at]! >= 0) size[slot]! += 1;
  }
}

/** Blocks as another thread may have them. */
export interface BlockParts {
  readonly clusters: number;
  /** Place among those that ask, by row; -1 for others. */
  readonly place: Int32Array;
  readonly asked: readonly AskedRule[];
}

interface AskedRule {
  /** Where a row may ask by several keys, its first in `slots`; else null, and `slots` has one a row, -1 for none. */
  readonly slotStart: Int32Array | null;
  readonly slots: Int32Array;
  /** Positions by slot. */
  readonly start: Int32Array;
  positions: Int32Array;
}

function askRule(rule: CandidateRule, asking: Int32Array): { asked: AskedRule; index: NumberIndex } {
  // The keys themselves are let go: of a million rows that ask they would be a hundred megabytes.
  const index = new NumberIndex(Math.max(16, asking.length >> 1));
  if (!rule.askedBy) {
    const slots = sharedArray(Int32Array, asking.length);
    eachKeys(rule.keys, asking, (keys, from, count) => index.addEach(keys, count, slots, from));
    return { asked: { slotStart: null, slots, ...emptySlots(index) }, index };
  }
  const slotStart = sharedArray(Int32Array, asking.length + 1);
  const slots: number[] = [];
  const ask = (key: number): void => {
    if (key !== 0) slots.push(index.add(key));
  };
  asking.forEach((row, at) => {
    rule.askedBy!(row, ask);
    slotStart[at + 1] = slots.length;
  });
  return { asked: { slotStart, slots: inShared(Int32Array.from(slots)), ...emptySlots(index) }, index };
}

function emptySlots(index: NumberIndex): { start: Int32Array; positions: Int32Array } {
  return { start: sharedArray(Int32Array, index.size + 1), positions: new Int32Array(0) };
}
