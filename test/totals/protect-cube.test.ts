import fc from 'fast-check';
import { expect, it } from 'vitest';
import { protectCube, sumCube, type Cube } from '../../src/totals/protect-cube.js';
import { Equations } from './equations.js';

/** A county of two or three townships with one to three villages each; counts of which many are small. */
const cubes = fc
  .record({
    townships: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 3 }),
    dimensions: fc.constantFrom([], [2], [3], [2, 2], [2, 3], [2, 2, 2]),
    seed: fc.array(fc.oneof(fc.integer({ min: 0, max: 6 }), fc.constant(0), fc.integer({ min: 0, max: 40 })), {
      minLength: 72,
      maxLength: 72,
    }),
  })
  .map(({ townships, dimensions, seed }): Cube => {
    const block = dimensions.reduce((product, size) => product * size, 1);
    const above: (number | null)[] = [null];
    const counts: (number[] | null)[] = [null];
    let taken = 0;
    for (const villages of townships) {
      const township = above.push(0) - 1;
      counts.push(null);
      for (let village = 0; village < villages; village += 1) {
        above.push(township);
        counts.push(Array.from({ length: block }, () => seed[(taken += 1) % seed.length]!));
      }
    }
    return { above, dimensions, counts };
  });

interface Laid {
  readonly cell: number;
  /** Which finest cells it is the sum of. */
  readonly of: readonly number[];
}

/** Every cell as the sum of finest ones, laid out plainly. */
function layOut(cube: Cube, crossed: number): { readonly shown: readonly Laid[]; readonly unknowns: number } {
  const cells = sumCube(cube, crossed);
  const block = cube.dimensions.reduce((product, size) => product * size, 1);
  const spread = (sizes: readonly number[]): number[][] =>
    sizes.reduce<number[][]>(
      (lists, size) => lists.flatMap((list) => Array.from({ length: size }, (_, value) => [...list, value])),
      [[]],
    );
  const below = (area: number): number[] =>
    cube.above.flatMap((_, other) => {
      for (let at: number | null = other; at !== null; at = cube.above[at]!)
        if (at === area) return cube.counts[other] ? [other] : [];
      return [];
    });
  const shown: Laid[] = [];
  for (const { cell, area, at } of cells.shown()) {
    const finest = spread(cube.dimensions).flatMap((values, n) =>
      values.every((value, k) => at[k] === cube.dimensions[k] || at[k] === value) ? [n] : [],
    );
    shown.push({ cell, of: below(area).flatMap((leaf) => finest.map((n) => leaf * block + n)) });
  }
  return { shown, unknowns: cube.above.length * block };
}

it('lets no withheld count follow from all the figures shown, of any crossing and any level', () => {
  fc.assert(
    fc.property(cubes, fc.integer({ min: 3, max: 10 }), fc.integer({ min: 1, max: 2 }), (cube, threshold, crossed) => {
      const withheld = protectCube(cube, { threshold, crossed });
      const { values } = sumCube(cube, crossed);
      const { shown, unknowns } = layOut(cube, crossed);
      const known = new Equations(unknowns);
      for (const { cell, of } of shown) {
        if (withheld.has(cell)) continue;
        expect(values[cell] === 0 || values[cell]! >= threshold).toBe(true);
        known.add(of);
      }
      for (const { cell, of } of shown) if (withheld.has(cell)) expect(known.implies(of)).toBe(false);
    }),
    { numRuns: 500 },
  );
}, 60_000);

it('goes on withholding what it withheld before, and nothing that is determined by it', () => {
  fc.assert(
    fc.property(cubes, cubes, (one, other) => {
      const later: Cube = { ...one, counts: one.counts.map((counts, at) => counts && shift(counts, other.counts[at])) };
      const before = protectCube(one, { threshold: 5, crossed: 2 });
      const withheld = protectCube(later, { threshold: 5, crossed: 2, before });
      for (const cell of before) expect(withheld.has(cell)).toBe(true);
      const { shown, unknowns } = layOut(later, 2);
      const known = new Equations(unknowns);
      for (const { cell, of } of shown) if (!withheld.has(cell)) known.add(of);
      for (const { cell, of } of shown) if (withheld.has(cell)) expect(known.implies(of)).toBe(false);
    }),
    { numRuns: 200 },
  );
}, 60_000);

function shift(counts: ArrayLike<number>, by: ArrayLike<number> | null | undefined): number[] {
  return Array.from(counts, (count, at) => Math.max(0, count + ((by?.[at] ?? 0) % 3) - 1));
}

it('shows all there is where nothing is small, and hides one small village behind one other', () => {
  const county = (villages: readonly number[]): Cube => ({
    above: [null, ...villages.map(() => 0)],
    dimensions: [],
    counts: [null, ...villages.map((people) => [people])],
  });
  expect(protectCube(county([20, 30, 40]), { threshold: 5, crossed: 2 })).toEqual(new Set());
  // Alone it would follow by subtraction from the total of 72.
  expect(protectCube(county([2, 30, 40]), { threshold: 5, crossed: 2 })).toEqual(new Set([1, 2]));
  expect(protectCube(county([2, 3, 40]), { threshold: 5, crossed: 2 })).toEqual(new Set([1, 2]));
});
