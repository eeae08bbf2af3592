import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  countPatterns,
  fitAgreement,
  PatternCounter,
  probabilityOf,
  weightsOf,
} from '../../../src/link/engine/fellegi-sunter.js';

const LEVELS = [2, 3, 2] as const;
const vectors = fc
  .array(fc.tuple(...LEVELS.map((levels) => fc.integer({ min: 0, max: levels }))), { maxLength: 60 })
  .map((pairs) => Uint8Array.from(pairs.flat()));

describe('countPatterns', () => {
  it('counts every pair once and forgets its place', () => {
    fc.assert(
      fc.property(vectors, fc.nat(), (pairs, turn) => {
        const patterns = countPatterns(pairs, LEVELS);
        expect(patterns.counts.reduce((sum, count) => sum + count, 0)).toBe(pairs.length / 3);
        const at = 3 * (turn % (pairs.length / 3 || 1));
        expect(countPatterns(Uint8Array.from([...pairs.slice(at), ...pairs.slice(0, at)]), LEVELS)).toEqual(patterns);
      }),
    );
  });

  it('adds up what several workers counted', () => {
    const [one, two] = [Uint8Array.of(1, 2, 0, 2, 3, 1), Uint8Array.of(1, 2, 0)];
    const counter = new PatternCounter(LEVELS);
    counter.merge(countPatterns(one, LEVELS));
    counter.merge(countPatterns(two, LEVELS));
    expect(counter.patterns()).toEqual(countPatterns(Uint8Array.from([...one, ...two]), LEVELS));
  });

  it('refuses comparisons that no number can hold together', () => {
    expect(() => new PatternCounter(Array.from({ length: 20 }, () => 9))).toThrow(RangeError);
  });
});

describe('fitAgreement', () => {
  const u = [Float64Array.of(0.01, 0.99), Float64Array.of(0.02, 0.08, 0.9), Float64Array.of(0.05, 0.95)];
  const m = [Float64Array.of(0.9, 0.1), Float64Array.of(0.7, 0.2, 0.1), Float64Array.of(0.8, 0.2)];
  const m0 = [Float64Array.of(0.8, 0.2), Float64Array.of(0.8, 0.1, 0.1), Float64Array.of(0.6, 0.4)];
  /** Every pattern as often as a population with these shares and a tenth of true pairs would show it. */
  const expected = (() => {
    const counter = new PatternCounter(LEVELS);
    for (let a = 1; a <= 2; a += 1)
      for (let b = 1; b <= 3; b += 1)
        for (let c = 1; c <= 2; c += 1) {
          const share = (of: typeof m): number => of[0]![a - 1]! * of[1]![b - 1]! * of[2]![c - 1]!;
          counter.add(Uint8Array.of(a, b, c), 0, 100_000 * (0.1 * share(m) + 0.9 * share(u)));
        }
    return counter.patterns();
  })();

  it('finds the shares that made the pairs', () => {
    const found = fitAgreement({
      patterns: expected,
      u,
      m0,
      prior0: 0.5,
      minPseudo: 0,
      tolerance: 1e-9,
      maxIterations: 2000,
    });
    expect(found.converged).toBe(true);
    expect(found.prior).toBeCloseTo(0.1, 4);
    found.m.forEach((shares, i) => shares.forEach((share, level) => expect(share).toBeCloseTo(m[i]![level]!, 3)));
  });

  it('gives the same bits to the same question', () => {
    const ask = (): unknown => fitAgreement({ patterns: expected, u, m0, prior0: 0.5 });
    expect(ask()).toEqual(ask());
  });

  it('believes the start where there are few pairs, and keeps it for what it left out', () => {
    const few = countPatterns(Uint8Array.of(2, 3, 2, 1, 1, 0), LEVELS);
    const found = fitAgreement({ patterns: few, u, m0, prior0: 0.5, minPseudo: 1000, leaveOut: [2] });
    expect(found.m[0]![0]).toBeCloseTo(0.8, 2);
    expect(found.m[2]).toEqual(m0[2]);
  });

  it('lets no level say more than the one before it, where levels are ordered', () => {
    fc.assert(
      fc.property(vectors, (pairs) => {
        const patterns = countPatterns(pairs, LEVELS);
        const found = fitAgreement({ patterns, u, m0, prior0: 0.2, ordered: [0, 1, 2], minPseudo: 1 });
        found.m.forEach((shares, i) => {
          expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
          const ratios = Array.from(shares, (share, level) => share / u[i]![level]!);
          ratios.slice(1).forEach((ratio, level) => expect(ratio).toBeLessThanOrEqual(ratios[level]! + 1e-9));
        });
      }),
    );
  });
});

describe('weights', () => {
  it('are bits, and silence has none', () => {
    const trained = {
      model: 'tried',
      version: 1,
      trainedOn: { records: 0, pairs: 0, at: '' },
      prior: 0.5,
      comparisons: {
        name: [
          { code: 'EQUAL', m: 0.8, u: 0.1 },
          { code: 'ELSE', m: 0.2, u: 0.8 },
        ],
      },
    };
    expect(weightsOf(trained)).toEqual([Float64Array.of(0, 3, -2)]);
    expect(probabilityOf(0)).toBe(0.5);
    expect(probabilityOf(1)).toBeCloseTo(2 / 3, 12);
  });
});
