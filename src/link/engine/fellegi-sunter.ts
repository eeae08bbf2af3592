import { NumberIndex } from './number-index.js';
import type { TrainedModel } from './linkage-model.js';

/** Pairs, told apart only by what their comparisons said. */
export interface LevelPatterns {
  /** Comparisons in a pattern. */
  readonly width: number;
  /** `size × width` levels, one pattern after the other: 0 = silent, else 1 + the index of the level. */
  readonly levels: Uint8Array;
  /** Pairs (or sums of their weights) of each pattern. */
  readonly counts: Float64Array;
  readonly size: number;
}

/**
 * Counts vectors of levels without an object a pair: a vector is a number of mixed radix, and the table grows by distinct patterns,
 * of which there are thousands where there are millions of pairs.
 */
export class PatternCounter {
  readonly #radix: readonly number[];
  readonly #index = new NumberIndex(1024);
  #counts = new Float64Array(1024);

  /** @param levels how many levels each comparison has @throws RangeError where no number could hold a pattern */
  constructor(levels: readonly number[]) {
    this.#radix = levels.map((count) => count + 1);
    if (this.#radix.reduce((product, radix) => product * radix, 1) > Number.MAX_SAFE_INTEGER)
      throw new RangeError(`${levels.length} comparisons have more patterns than 2^53`);
  }

  /** @param vectors levels of the pair from place `at` on @param weight pairs that it stands for */
  add(vectors: Uint8Array, at = 0, weight = 1): void {
    let key = 0;
    for (let i = 0; i < this.#radix.length; i += 1) key = key * this.#radix[i]! + vectors[at + i]!;
    const place = this.#index.add(key);
    if (place >= this.#counts.length) {
      const more = new Float64Array(this.#counts.length * 2);
      more.set(this.#counts);
      this.#counts = more;
    }
    this.#counts[place] = this.#counts[place]! + weight;
  }

  /** Takes in what another counter of the same comparisons (another worker's) has counted. */
  merge(other: LevelPatterns): void {
    for (let i = 0; i < other.size; i += 1) this.add(other.levels, i * other.width, other.counts[i]!);
  }

  /** Ordered by their levels, so that sums over them do not depend on the order in which pairs came. */
  patterns(): LevelPatterns {
    const width = this.#radix.length;
    const size = this.#index.size;
    const keys = Float64Array.from({ length: size }, (_, i) => this.#index.keyAt(i)).toSorted();
    const levels = new Uint8Array(size * width);
    const counts = new Float64Array(size);
    keys.forEach((key, i) => {
      counts[i] = this.#counts[this.#index.find(key)]!;
      for (let place = width - 1; place >= 0; place -= 1) {
        const radix = this.#radix[place]!;
        levels[i * width + place] = key % radix;
        key = Math.floor(key / radix);
      }
    });
    return { width, levels, counts, size };
  }
}

/** The same over vectors that already stand in one array, `vectors.length / levels.length` of them. */
export function countPatterns(vectors: Uint8Array, levels: readonly number[]): LevelPatterns {
  const counter = new PatternCounter(levels);
  for (let at = 0; at < vectors.length; at += levels.length) counter.add(vectors, at);
  return counter.patterns();
}

/** For each comparison the share of each level, in the declared order, among pairs that state it: `[comparison][level - 1]`, sum 1. */
export type LevelShares = readonly Float64Array[];

export interface AgreementQuestion {
  readonly patterns: LevelPatterns;
  /** Shares among pairs of different subjects; stay as they are. */
  readonly u: LevelShares;
  /** Shares among pairs of one subject that stand in for pairs not seen, and where the search starts. */
  readonly m0: LevelShares;
  /** Share of the pairs that are of one subject, at the start. */
  readonly prior0: number;
  /** Imagined pairs of one subject, spread as m0 says, added to each comparison: few pairs move m little. Default 10. */
  readonly minPseudo?: number;
  /** Imagined pairs with the share prior0. Default 0. */
  readonly priorPseudo?: number;
  /** Comparisons that are read as silent and keep m0: those of the fields by which the pairs were found. */
  readonly leaveOut?: readonly number[];
  /** Comparisons whose levels may not say more than the level before them: m/u is pooled until it falls. Default none. */
  readonly ordered?: readonly number[];
  /** Default 200. */
  readonly maxIterations?: number;
  /** The largest change of a share at which it stops. Default 1e-6. */
  readonly tolerance?: number;
}

export interface Agreement {
  readonly m: Float64Array[];
  readonly prior: number;
  readonly iterations: number;
  readonly converged: boolean;
  /** Expected pairs of one subject among the counted. */
  readonly same: number;
}

/**
 * How often pairs of one subject show each level, and how many there are, by expectation and maximization over unlabelled pairs, u
 * fixed. Silence says nothing. The same question gives the same bits.
 * @see Fellegi and Sunter 1969; Winkler 1988
 */
export function fitAgreement(question: AgreementQuestion): Agreement {
  const { patterns, u, minPseudo = 10, priorPseudo = 0, maxIterations = 200, tolerance = 1e-6 } = question;
  const { width, levels, counts, size } = patterns;
  const silent = new Set(question.leaveOut ?? []);
  const heard = Array.from({ length: width }, (_, i) => i).filter((i) => !silent.has(i));
  const m0 = question.m0.map((shares, i) => ordered(shares, u[i]!, question.ordered?.includes(i) ?? false));
  let m: Float64Array[] = m0;
  let prior = clampShare(question.prior0);
  let total = 0;
  for (let i = 0; i < size; i += 1) total += counts[i]!;
  let [iterations, converged, same] = [0, false, 0];
  while (iterations < maxIterations && !converged) {
    iterations += 1;
    const logs = m.map((shares, i) => shares.map((share, level) => Math.log(floor(share) / floor(u[i]![level]!))));
    const seen = m0.map((shares) => shares.map((share) => share * minPseudo));
    const odds = Math.log(prior / (1 - prior));
    same = 0;
    for (let i = 0; i < size; i += 1) {
      let log = odds;
      for (const place of heard) {
        const level = levels[i * width + place]!;
        if (level > 0) log += logs[place]![level - 1]!;
      }
      const weight = counts[i]! / (1 + Math.exp(-log));
      same += weight;
      for (const place of heard) {
        const level = levels[i * width + place]!;
        if (level > 0) seen[place]![level - 1] = seen[place]![level - 1]! + weight;
      }
    }
    const next = m0.map((shares, i) =>
      silent.has(i) ? shares : ordered(toShares(seen[i]!), u[i]!, question.ordered?.includes(i) ?? false),
    );
    const nextPrior = clampShare((same + priorPseudo * question.prior0) / Math.max(1e-12, total + priorPseudo));
    let change = Math.abs(nextPrior - prior);
    next.forEach((shares, i) =>
      shares.forEach((share, level) => (change = Math.max(change, Math.abs(share - m[i]![level]!)))),
    );
    m = next;
    prior = nextPrior;
    converged = change < tolerance;
  }
  return { m, prior, iterations, converged, same };
}

/** What each level of each comparison adds to a pair's weight, in bits: `[comparison][level]`, level 0 (silence) adding nothing. */
export function weightsOf(trained: TrainedModel): Float64Array[] {
  return Object.values(trained.comparisons).map((levels) =>
    Float64Array.of(0, ...levels.map(({ m, u }) => Math.log2(floor(m) / floor(u)))),
  );
}

/** The probability behind a weight in bits, the prior's bits among them. */
export function probabilityOf(bits: number): number {
  return 1 / (1 + 2 ** -bits);
}

/** Pools neighbours until m/u falls from level to level; the sum of m stays (pool adjacent violators, weighted by u). */
function ordered(m: Float64Array, u: Float64Array, wanted: boolean): Float64Array {
  if (!wanted) return m;
  const pools: { m: number; u: number; from: number }[] = [];
  m.forEach((share, level) => {
    pools.push({ m: share, u: floor(u[level]!), from: level });
    for (let last = pools.length - 1; last > 0; last -= 1) {
      const [before, pool] = [pools[last - 1]!, pools[last]!];
      if (pool.m / pool.u <= before.m / before.u) break;
      pools.splice(last - 1, 2, { m: before.m + pool.m, u: before.u + pool.u, from: before.from });
    }
  });
  return m.map((_, level) => {
    const pool = pools.findLast(({ from }) => from <= level)!;
    return (pool.m / pool.u) * floor(u[level]!);
  });
}

function toShares(counts: Float64Array): Float64Array {
  const total = counts.reduce((sum, count) => sum + count, 0);
  return total === 0 ? counts : counts.map((count) => count / total);
}

/** No single level may be worth an infinity. */
function floor(share: number): number {
  return Math.max(share, 1e-9);
}

function clampShare(share: number): number {
  return Math.min(1 - 1e-9, Math.max(1e-12, share));
}
