import { protectCube, sumCube, type Cube } from './protect-cube.js';

export interface Showing {
  /** Counts below it are withheld: 3 … 10. */
  readonly threshold: number;
  /** What figures below the county are rounded to: 5, or 1 for not at all. */
  readonly roundedTo: 1 | 5;
}

export interface Figure {
  readonly area: number;
  readonly at: readonly number[];
  /** Null where withheld. */
  readonly figure: number | null;
}

/**
 * What is shown of a cube, zeros left out. Against what was shown before (undefined: nothing was, null: withheld) a figure stays or moves by the
 * threshold at least, and what was withheld stays so.
 */
export function showCube(
  cube: Cube,
  crossed: number,
  { threshold, roundedTo }: Showing,
  before: (area: number, at: readonly number[]) => number | null | undefined,
): Figure[] {
  const cells = sumCube(cube, crossed);
  const shown = [...cells.shown()].map(({ cell, area, at }) => ({ cell, area, at, last: before(area, at) }));
  const hidden = new Set(shown.filter(({ last }) => last === null).map(({ cell }) => cell));
  const withheld = protectCube(cube, { threshold, crossed, before: hidden });
  return shown.flatMap(({ cell, area, at, last }): Figure[] => {
    if (withheld.has(cell)) return [{ area, at, figure: null }];
    const value = cells.values[cell]!;
    const moved = last === undefined || last === null || Math.abs(value - last) >= threshold;
    const figure = !moved ? last : area === 0 ? value : Math.round(value / roundedTo) * roundedTo;
    return figure === 0 ? [] : [{ area, at, figure }];
  });
}

/** The county first, each township before its villages; every leaf is a code of 12 digits, zeros where no more is stated. */
export function layAreas(county: string, leaves: Iterable<string>) {
  const codes = [county];
  const above: (number | null)[] = [null];
  const known = new Map<string, number>([[county, 0]]);
  const areaOf = (code: string): number => {
    let area = known.get(code);
    if (area === undefined) {
      const over = areaOf(code.slice(0, code.length - 3));
      known.set(code, (area = codes.push(code) - 1));
      above.push(over);
    }
    return area;
  };
  for (const leaf of [...leaves].toSorted()) areaOf(leaf);
  return { codes, above, areaOf: (code: string) => known.get(code)! };
}

/** Zeros stand for an area that is not stated: no village, and no township, has such a code. */
export function leafOf(county: string, township: string | null, village: string | null): string {
  return village ?? (township ?? county).padEnd(12, '0');
}
