import type { RecordComparison } from './compare-records.js';
import { PatternCounter, type LevelPatterns } from './fellegi-sunter.js';

/** Random pairs a record, and at most. */
const PAIRS_A_RECORD = 60;
const MOST = 500_000;

/**
 * What pairs of records that have met by chance say: records stand in the order of their content, so that numbers from a fixed
 * sequence choose the same pairs whatever the order of rows. Pairs that are known to be of one subject are left out.
 * @param clusters for each record the first of its cluster, as far as clusters are known
 */
export function samplePairs(
  size: number,
  comparisons: readonly RecordComparison[],
  clusters: Int32Array | null,
): LevelPatterns {
  const counter = new PatternCounter(comparisons.map(({ levels }) => levels.length));
  const levels = new Uint8Array(comparisons.length);
  const random = sequence();
  for (let left = Math.min(MOST, size * PAIRS_A_RECORD); left > 0; left -= 1) {
    const one = Math.floor(random() * size);
    const other = Math.floor(random() * size);
    if (one === other || (clusters && clusters[one] === clusters[other])) continue;
    comparePair(comparisons, one, other, levels);
    counter.add(levels);
  }
  return counter.patterns();
}

/** The levels of all comparisons of a pair. */
export function comparePair(
  comparisons: readonly RecordComparison[],
  one: number,
  other: number,
  levels: Uint8Array,
): void {
  for (let i = 0; i < comparisons.length; i += 1) levels[i] = comparisons[i]!.compare(one, other);
}

/** Numbers in [0, 1), always the same ones. @see mulberry32, public domain */
function sequence(): () => number {
  let state = 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
