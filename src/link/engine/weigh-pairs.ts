import type { RecordComparisons } from './compare-records.js';
import type { LevelShares } from './fellegi-sunter.js';

/** What training knows: shares of levels among pairs of one subject and of two, and how many subjects state each value. */
export interface Evidence {
  readonly m: LevelShares;
  readonly u: LevelShares;
  /** Bits that a pair starts with: how much rarer pairs of one subject are than others. */
  priorBits: number;
  /** For each comparison, by code: subjects that state the value. */
  readonly subjects: readonly Float64Array[];
}

/** Weights of pairs, in bits, comparison by comparison. */
export interface PairWeights {
  priorBits: number;
  /** The sum over all comparisons, the prior not counted. */
  total(one: number, other: number): number;
  /** Bits of each comparison into `into`; NaN where it is silent. */
  each(one: number, other: number, into: Float64Array): void;
}

/** No value is so rare that it alone outweighs everything else. */
const RAREST = 2 ** -30;

export function weighPairs({ list, cells, stride }: RecordComparisons, evidence: Evidence): PairWeights {
  const { m, u, priorBits, subjects } = evidence;
  const count = list.length;
  const weights = m.map((shares, i) =>
    Float64Array.of(
      0,
      ...shares.map((share, level) => Math.log2(Math.max(share, 1e-9) / Math.max(u[i]![level]!, 1e-9))),
    ),
  );
  // Agreement on a value is as unlikely by chance as the value is rare, not as values are on the average.
  const rareness = list.map(({ levels, prepared }, i) => {
    prepared.weigh?.(subjects[i]!);
    const total = subjects[i]!.reduce((sum, n) => sum + n, 0);
    return levels.map(({ termFrequency }, level) =>
      termFrequency
        ? subjects[i]!.map((n) => Math.log2(Math.max(u[i]![level]!, RAREST) / Math.max(n / Math.max(1, total), RAREST)))
        : null,
    );
  });
  const bits = (i: number, one: number, other: number): number => {
    const comparison = list[i]!;
    const level = comparison.compare(one, other);
    if (level === 0) return Number.NaN;
    const weight = weights[i]![level]!;
    const rare = rareness[i]![level - 1];
    if (!rare) return weight;
    const { place } = comparison;
    return weight + Math.min(rare[cells[one * stride + place]!]!, rare[cells[other * stride + place]!]!);
  };
  return {
    priorBits,
    total(one, other) {
      let sum = 0;
      for (let i = 0; i < count; i += 1) {
        const weight = bits(i, one, other);
        if (weight === weight) sum += weight;
      }
      return sum;
    },
    each(one, other, into) {
      for (let i = 0; i < count; i += 1) into[i] = bits(i, one, other);
    },
  };
}
