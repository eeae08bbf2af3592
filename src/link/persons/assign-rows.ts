import { sharedArray } from '../engine/thread-arrays.js';
import { Candidates } from './block-candidates.js';
import type { BlocksInTurn } from './blocks-in-turn.js';
import type { ClusterRows } from './cluster-rows.js';
import type { PersonComparison } from './compare-person.js';
import type { PersonWeights } from './person-weights.js';

/** Where each asking row belongs, by its position among those asked. */
export interface Assignments {
  /** The likeliest cluster; -1 where no candidate was left. */
  readonly best: Int32Array;
  /** Of the likeliest, among all candidates and "nobody we know". */
  readonly probability: Float64Array;
  readonly bits: Float64Array;
  /** The likeliest of those that a veto kept out and a person should be asked about; -1 for none. */
  readonly vetoed: Int32Array;
  readonly vetoedProbability: Float64Array;
  /** Chance that the row has its person among the clusters; null where nobody will ask. */
  readonly expected: Float64Array | null;
  /** A column a thread: candidates by weight, in bins of two bits from WEIGHT_FLOOR on; then the pairs looked at. */
  readonly tallies: Float64Array;
}

export const WEIGHT_FLOOR = -60;
export const WEIGHT_BINS = 64;
const TALLIES = WEIGHT_BINS + 1;

/** Room for what is found, where all threads see it. */
export function roomFor(rows: number, threads: number, isExpected: boolean): Assignments {
  return {
    best: sharedArray(Int32Array, rows).fill(-1),
    probability: sharedArray(Float64Array, rows),
    bits: sharedArray(Float64Array, rows),
    vetoed: sharedArray(Int32Array, rows).fill(-1),
    vetoedProbability: sharedArray(Float64Array, rows),
    expected: isExpected ? sharedArray(Float64Array, rows) : null,
    tallies: sharedArray(Float64Array, threads * TALLIES),
  };
}

export function pairsIn({ tallies }: Assignments): number {
  let pairs = 0;
  for (let at = WEIGHT_BINS; at < tallies.length; at += TALLIES) pairs += tallies[at]!;
  return pairs;
}

/** Those that other threads than this one looked at. */
export function pairsBesideIn(found: Assignments): number {
  return pairsIn(found) - found.tallies[WEIGHT_BINS]!;
}

/** Candidates by weight. */
export function weightsIn({ tallies }: Assignments): Float64Array {
  const weights = new Float64Array(WEIGHT_BINS);
  tallies.forEach((pairs, at) => {
    if (at % TALLIES < WEIGHT_BINS) weights[at % TALLIES]! += pairs;
  });
  return weights;
}

/** Expected share of the rows asked that have their person among the clusters; summed in their order, whichever thread asked them. */
export function expectedIn({ expected }: Assignments): number {
  let sum = 0;
  for (const chance of expected!) sum += chance;
  return sum / Math.max(1, expected!.length);
}

/** Of whom rows ask, and how. */
export interface Asked {
  readonly rows: Int32Array;
  readonly blocks: BlocksInTurn;
  readonly comparison: PersonComparison;
  readonly weights: PersonWeights;
  readonly isApart: (row: number, cluster: number) => boolean;
}

/**
 * One posterior a row over all its candidates and nobody: two namesakes who agree equally well are half a chance each, and a name
 * that nobody else in the county bears is worth more than one that hundreds bear.
 *
 * No row's answer depends on another's, so that parts of the rows may be asked anywhere and in any order.
 * @param thread whose tally this goes into @param from position of the first row of the part
 */
export function assignRows(
  { rows, blocks, comparison, weights, isApart }: Asked,
  { best, probability, bits, vetoed, vetoedProbability, expected, tallies }: Assignments,
  thread: number,
  from: number,
  to: number,
): void {
  const tally = tallies.subarray(thread * TALLIES, (thread + 1) * TALLIES);
  const candidates = new Candidates();
  const { each, nobody } = weights.odds;
  let pairs = 0;
  let kept = 0;
  let asked = -Infinity;
  const isBetter = (weight: number, cluster: number, than: number, known: number): boolean =>
    known === -1 || weight > than || (weight === than && isBefore(comparison, cluster, known));
  const keep = (at: number, cluster: number, weight: number): void => {
    candidates.bits[kept] = weight;
    kept += 1;
    // Of two that agree equally well neither is joined, but one is shown to a reviewer: the same, whatever the order of rows.
    if (isBetter(weight, cluster, bits[at]!, best[at]!)) [best[at], bits[at]] = [cluster, weight];
  };
  const ask = (at: number, cluster: number, weight: number): void => {
    if (isBetter(weight, cluster, asked, vetoed[at]!)) [vetoed[at], asked] = [cluster, weight];
  };
  const alike: number[] = [];
  const alikeBits: number[] = [];
  for (let at = from; at < to; at += 1) {
    const found = blocks.of(rows[at]!).candidatesOf(rows[at]!, candidates);
    kept = 0;
    asked = -Infinity;
    alike.length = 0;
    let hasNamesake = false;
    const isUnique = comparison.evidence.columns.traits(rows[at]!).duplicates === 'none';
    for (let i = 0; i < found; i += 1) {
      const cluster = candidates.cluster[i]!;
      if (isApart(rows[at]!, cluster)) continue;
      // Most of those who share a date of birth or half a name are called otherwise and live elsewhere: nothing else of them is looked at.
      comparison.compareFirst(rows[at]!, cluster);
      if (weights.isSettled(comparison.levels) && !comparison.holdsNumberOf(cluster, rows[at]!)) {
        pairs += 1;
        continue;
      }
      if (!comparison.compare(rows[at]!, cluster)) continue;
      pairs += 1;
      const { levels } = comparison;
      const isVetoed = weights.isVetoed(levels, isUnique);
      if (isVetoed && !weights.isWorthAsking(levels)) continue;
      const weight = weights.sum(levels, comparison.matchedName);
      if (isVetoed) {
        ask(at, cluster, weight);
        continue;
      }
      tally[Math.max(0, Math.min(WEIGHT_BINS - 1, Math.floor((weight - WEIGHT_FLOOR) / 2)))]! += 1;
      if (weights.yieldsToNamesake(levels)) {
        alikeBits[alike.length] = weight;
        alike.push(cluster);
        continue;
      }
      hasNamesake ||= weights.isNamesakeAtHome(levels);
      keep(at, cluster, weight);
    }
    // Beside one of the home who is called just so, whoever is called otherwise is another of the family.
    alike.forEach((cluster, i) => (hasNamesake ? ask : keep)(at, cluster, alikeBits[i]!));
    if (kept === 0 && vetoed[at] === -1) continue;
    probability[at] = posterior(candidates.bits.subarray(0, kept), kept === 0 ? -Infinity : bits[at]!, each, nobody);
    const odds = 2 ** (asked + each);
    vetoedProbability[at] = odds / (total + odds);
    if (expected) expected[at] = 1 - 2 ** nobody / total;
  }
  tally[WEIGHT_BINS]! += pairs;
}

/** By the record that came first; so that two persons who agree equally well are told apart by what no order of rows changes. */
function isBefore({ clusters, evidence }: PersonComparison, cluster: number, other: number): boolean {
  return firstRecord(clusters, evidence.columns.id, cluster) < firstRecord(clusters, evidence.columns.id, other);
}

function firstRecord({ start, member }: ClusterRows, ids: Float64Array, cluster: number): number {
  let first = Infinity;
  for (let i = start[cluster]!; i < start[cluster + 1]!; i += 1) first = Math.min(first, ids[member[i]!]!);
  return first;
}

/**
 * Of each of several persons, beside the others and "nobody we know"; of one that is vetoed, beside those that are not, as when a row is
 * assigned. In the order of the answer.
 */
export function probabilityAmong(
  persons: readonly { readonly bits: number; readonly isVetoed: boolean }[],
  { odds: { each, nobody } }: PersonWeights,
): number[] {
  const sorted = Float64Array.from(persons.flatMap(({ bits, isVetoed }) => (isVetoed ? [] : [bits])));
  return persons.map(({ bits, isVetoed }) => {
    const probability = posterior(sorted, bits, each, nobody);
    if (!isVetoed) return probability;
    const odds = 2 ** (bits + each);
    return odds / (total + odds);
  });
}

/** Left by `posterior`: the sum over all candidates and nobody, as odds. */
let total = 1;

/** Sums from the smallest, so that the order in which candidates came leaves no trace in the last bit. */
function posterior(weights: Float64Array, best: number, each: number, nobody: number): number {
  weights.sort();
  total = 2 ** nobody;
  for (const weight of weights) total += 2 ** (weight + each);
  return 2 ** (best + each) / total;
}
