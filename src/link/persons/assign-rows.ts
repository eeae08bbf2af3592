import type { CandidateBlocks } from './block-candidates.js';
import { Candidates } from './block-candidates.js';
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
  readonly pairs: number;
  /** Expected share of the rows asked that have their person among the clusters. */
  readonly expected: number;
  /** Candidates by weight, in bins of two bits from WEIGHT_FLOOR on. */
  readonly weights: Float64Array<ArrayBuffer>;
}

export const WEIGHT_FLOOR = -60;
export const WEIGHT_BINS = 64;

/**
 * One posterior a row over all its candidates and nobody: two namesakes who agree equally well are half a chance each, and a name
 * that nobody else in the county bears is worth more than one that hundreds bear.
 */
export function assignRows(
  rows: Int32Array,
  blocks: CandidateBlocks,
  comparison: PersonComparison,
  weights: PersonWeights,
  isApart: (row: number, cluster: number) => boolean,
): Assignments {
  const best = new Int32Array(rows.length).fill(-1);
  const probability = new Float64Array(rows.length);
  const bits = new Float64Array(rows.length);
  const vetoed = new Int32Array(rows.length).fill(-1);
  const vetoedProbability = new Float64Array(rows.length);
  const bins = new Float64Array(WEIGHT_BINS);
  const candidates = new Candidates();
  const each = Math.log2(weights.prior / weights.persons);
  const nobody = Math.log2(1 - weights.prior);
  let pairs = 0;
  let expected = 0;
  for (let at = 0; at < rows.length; at += 1) {
    const found = blocks.candidatesOf(at, candidates);
    let kept = 0;
    let asked = -Infinity;
    const isUnique = comparison.evidence.columns.traits(rows[at]!).duplicates === 'none';
    for (let i = 0; i < found; i += 1) {
      const cluster = candidates.cluster[i]!;
      if (isApart(rows[at]!, cluster)) continue;
      // Most of those who share a home or a date of birth are called otherwise: nothing else of them is looked at.
      comparison.compareNames(rows[at]!, cluster);
      if (weights.isSettled(comparison.levels) && !comparison.holdsNumberOf(cluster, rows[at]!)) {
        pairs += 1;
        continue;
      }
      if (!comparison.compare(rows[at]!, cluster)) continue;
      pairs += 1;
      const isVetoed = weights.isVetoed(comparison.levels, isUnique);
      if (isVetoed && !weights.isWorthAsking(comparison.levels)) continue;
      const weight = weights.sum(comparison.levels, comparison.matchedName);
      if (isVetoed) {
        if (weight > asked || (weight === asked && isBefore(comparison, cluster, vetoed[at]!)))
          [asked, vetoed[at]] = [weight, cluster];
        continue;
      }
      bins[Math.max(0, Math.min(WEIGHT_BINS - 1, Math.floor((weight - WEIGHT_FLOOR) / 2)))]! += 1;
      candidates.bits[kept] = weight;
      // Of two that agree equally well neither is joined, but one is shown to a reviewer: the same, whatever the order of rows.
      if (best[at] === -1 || weight > bits[at]! || (weight === bits[at] && isBefore(comparison, cluster, best[at]!))) {
        best[at] = cluster;
        bits[at] = weight;
      }
      kept += 1;
    }
    if (kept === 0 && vetoed[at] === -1) continue;
    probability[at] = posterior(candidates.bits.subarray(0, kept), kept === 0 ? -Infinity : bits[at]!, each, nobody);
    const odds = 2 ** (asked + each);
    vetoedProbability[at] = odds / (total + odds);
    expected += 1 - 2 ** nobody / total;
  }
  return {
    best,
    probability,
    bits,
    vetoed,
    vetoedProbability,
    pairs,
    expected: expected / Math.max(1, rows.length),
    weights: bins,
  };
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

/** Of each of several persons, beside the others and "nobody we know". @param bits in the order of the answer */
export function probabilityAmong(bits: readonly number[], { prior, persons }: PersonWeights): number[] {
  const sorted = Float64Array.from(bits);
  const [each, nobody] = [Math.log2(prior / persons), Math.log2(1 - prior)];
  return bits.map((own) => posterior(sorted, own, each, nobody));
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
