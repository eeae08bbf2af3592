import { describe, expect, it } from 'vitest';
import { formClusters } from '../../../src/link/engine/form-clusters.js';

/** Bits of pairs by `one-other`; a pair that is not named says −20. One comparison, so that a mean is a mean. */
function cluster(
  size: number,
  pairs: Readonly<Record<string, number>>,
  cannotLink: (one: number, other: number) => boolean = () => false,
): string[] {
  const bits = (one: number, other: number): number => pairs[`${Math.min(one, other)}-${Math.max(one, other)}`] ?? -20;
  const named = Object.keys(pairs).map((key) => key.split('-').map(Number));
  const { clusters } = formClusters({
    size,
    edges: {
      one: Int32Array.from(named, ([one]) => one!),
      other: Int32Array.from(named, ([, other]) => other!),
      count: named.length,
    },
    weights: { priorBits: 0, each: (one, other, into) => void (into[0] = bits(one, other)) },
    comparisons: 1,
    link: 0,
    review: -5,
    cannotLink,
  });
  const groups = new Map<number, number[]>();
  clusters.forEach((first, record) => groups.set(first, [...(groups.get(first) ?? []), record]));
  return [...groups.values()].map((records) => records.join(' '));
}

/** Subjects of three records each: 0 1 2, 3 4 5 … */
const triples = (count: number): Record<string, number> =>
  Object.fromEntries(
    Array.from({ length: count }, (_, i) => i * 3).flatMap((first) => [
      [`${first}-${first + 1}`, 10],
      [`${first}-${first + 2}`, 10],
      [`${first + 1}-${first + 2}`, 10],
    ]),
  );

describe('formClusters', () => {
  it('does not chain: what two are sure of does not bind a third that speaks against it', () => {
    expect(cluster(3, { '0-1': 9, '1-2': 8, '0-2': -30 })).toEqual(['0 1', '2']);
  });

  it('hears pairs that never met: they were no edge, and still count', () => {
    expect(cluster(4, { '0-1': 9, '2-3': 9, '1-2': 5 })).toEqual(['0 1', '2 3']);
  });

  it('keeps apart what may not be one, also by way of a third', () => {
    const apart = (one: number, other: number): boolean => one + other === 2 && one !== other;
    expect(cluster(3, { '0-1': 9, '1-2': 8, '0-2': 9 }, apart)).toEqual(['0 1', '2']);
  });

  it('gives a record left alone to the only subject that fits, where hardly anybody stands alone', () => {
    const fits = { '0-30': -2, '1-30': -2, '2-30': -2 };
    expect(cluster(31, { ...triples(10), ...fits })).toContain('0 1 2 30');
  });

  it('leaves it alone where two fit alike, and where nobody fits', () => {
    const both = { '0-30': -2, '1-30': -2, '2-30': -2, '3-30': -2, '4-30': -2, '5-30': -2 };
    expect(cluster(31, { ...triples(10), ...both })).toContain('30');
    expect(cluster(31, triples(10))).toContain('30');
  });

  it('leaves it alone where most stand alone', () => {
    const fits = { '0-1': 10, '0-2': 10, '1-2': 10, '0-30': -2, '1-30': -2, '2-30': -2 };
    expect(cluster(31, fits)).toContain('30');
  });
});
