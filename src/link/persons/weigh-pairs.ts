import { sharedArray } from '../engine/thread-arrays.js';
import type { PersonComparison } from './compare-person.js';
import type { PersonWeights } from './person-weights.js';

/** What clusters are worth to rows, by place among the pairs. */
export interface Worth {
  /** -Infinity where nothing can bring the two together. */
  readonly bits: Float64Array;
  /** 1 where the row's own name is borne by one of the home, beside whom others count for nothing. */
  readonly isNamesake: Uint8Array;
}

export interface Pairs {
  readonly rows: Int32Array;
  readonly clusters: Int32Array;
}

/** Room where all threads see it. */
export function roomForWorth(pairs: number): Worth {
  return { bits: sharedArray(Float64Array, pairs), isNamesake: sharedArray(Uint8Array, pairs) };
}

/** @param from place of the first pair of the part */
export function weighPairs(
  { rows, clusters }: Pairs,
  comparison: PersonComparison,
  weights: PersonWeights,
  { bits, isNamesake }: Worth,
  from: number,
  to: number,
): void {
  const { columns } = comparison.evidence;
  for (let at = from; at < to; at += 1) {
    const row = rows[at]!;
    const { levels } = comparison;
    const isUnique = columns.traits(row).duplicates === 'none';
    const isKeptApart = !comparison.compare(row, clusters[at]!) || weights.isVetoed(levels, isUnique);
    bits[at] = isKeptApart ? -Infinity : weights.sum(levels, comparison.matchedName);
    isNamesake[at] = !isKeptApart && weights.isNamesakeAtHome(levels) ? 1 : 0;
  }
}
