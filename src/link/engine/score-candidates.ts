import { visitCandidates, type Blocks } from './block-records.js';
import { bitsOfPrior } from './train-evidence.js';
import type { PairWeights } from './weigh-pairs.js';

/** Pairs worth a look, earlier record first, and their weight in bits without the prior. */
export interface Edges {
  readonly one: Int32Array;
  readonly other: Int32Array;
  readonly bits: Float32Array;
  readonly count: number;
}

export interface ScoredCandidates extends Edges {
  readonly pairs: number;
  /** Of each rule the pairs that no rule before it had brought together. */
  readonly byRule: Float64Array;
}

/** Less than this, the prior not counted, and a pair is forgotten. */
const LEAST = 0;

export function scoreCandidates(rules: readonly Blocks[], size: number, weights: PairWeights): ScoredCandidates {
  let [one, other, bits] = [new Int32Array(1 << 16), new Int32Array(1 << 16), new Float32Array(1 << 16)];
  let [count, pairs] = [0, 0];
  const byRule = new Float64Array(rules.length);
  visitCandidates(rules, 0, size, size, (a, b, rule) => {
    pairs += 1;
    byRule[rule] = byRule[rule]! + 1;
    const weight = weights.total(a, b);
    if (!(weight > LEAST)) return;
    if (count === one.length) {
      one = widen(one, Int32Array);
      other = widen(other, Int32Array);
      bits = widen(bits, Float32Array);
    }
    one[count] = a;
    other[count] = b;
    bits[count] = weight;
    count += 1;
  });
  return { one, other, bits, count, pairs, byRule };
}

/** The same pairs by other weights; what has sunk to nothing stays forgotten. */
export function scoreAgain(
  { one, other, count, pairs, byRule }: ScoredCandidates,
  weights: PairWeights,
): ScoredCandidates {
  const bits = new Float32Array(count);
  for (let i = 0; i < count; i += 1) bits[i] = weights.total(one[i]!, other[i]!);
  return { one, other, bits, count, pairs, byRule };
}

/**
 * The prior under which the pairs of one subject among the candidates are as many as it says; pairs that never met are taken for pairs of two.
 * @returns bits
 */
export function estimatePrior({ bits, count }: Edges, size: number): number {
  let prior = bitsOfPrior(size, size);
  for (let round = 0; round < 100; round += 1) {
    let same = 0;
    for (let i = 0; i < count; i += 1) same += 1 / (1 + 2 ** -(bits[i]! + prior));
    const next = bitsOfPrior(same, size);
    const change = Math.abs(next - prior);
    prior = next;
    if (change < 1e-6) break;
  }
  return prior;
}

/** The edges of which a prior leaves at least so many bits. */
export function edgesAbove({ one, other, bits, count }: Edges, least: number): Edges {
  const kept = { one: new Int32Array(count), other: new Int32Array(count), bits: new Float32Array(count) };
  let left = 0;
  for (let i = 0; i < count; i += 1) {
    if (bits[i]! < least) continue;
    kept.one[left] = one[i]!;
    kept.other[left] = other[i]!;
    kept.bits[left] = bits[i]!;
    left += 1;
  }
  return { ...kept, count: left };
}

function widen<T extends Int32Array | Float32Array>(array: T, Kind: new (length: number) => T): T {
  const more = new Kind(array.length * 2);
  more.set(array);
  return more;
}
