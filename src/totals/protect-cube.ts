/**
 * Counts by area and by further dimensions, with all their sums: what is published of them must not tell a small count, neither as it stands nor
 * by subtraction.
 * @see Hundepool et al., Statistical Disclosure Control (Wiley 2012), ch. 4: the hypercube method after Repsilber
 */
export interface Cube {
  /** Of each area the position of the one above; null for the first, the root. Each comes after the one above it. */
  readonly above: readonly (number | null)[];
  /** How many values each further dimension has; each person has one value of each. */
  readonly dimensions: readonly number[];
  /** Of each area without one below it: persons by the dimensions, the last running fastest. Of any other area nothing. */
  readonly counts: readonly (ArrayLike<number> | null)[];
}

export interface Protection {
  /** Counts of 1 … threshold − 1 are withheld. */
  readonly threshold: number;
  /** How many dimensions beside the area are crossed at most in what is shown. */
  readonly crossed: number;
  /** Cells that an earlier publication withheld, which this one is to withhold as well: shown now they would tell what they were then. */
  readonly before?: ReadonlySet<number>;
}

/** All cells of a cube: `cellOf(area, values)`, a value that is the dimension's size standing for all of its values. */
export interface Cells {
  readonly values: Float64Array;
  cellOf(area: number, at: readonly number[]): number;
  /** Whether the cell is one that would be shown. */
  isShown(cell: number): boolean;
  /** All of these. */
  shown(): Iterable<{ readonly cell: number; readonly area: number; readonly at: readonly number[] }>;
}

/** Sums a cube up along its areas and dimensions. */
export function sumCube(cube: Cube, crossed: number): Cells {
  const sizes = cube.dimensions.map((size) => size + 1);
  const block = sizes.reduce((times, size) => times * size, 1);
  const values = new Float64Array(cube.above.length * block);
  const shown = new Uint8Array(values.length);
  const cellOf = (area: number, at: readonly number[]): number =>
    area * block + at.reduce((offset, value, k) => offset * sizes[k]! + value, 0);
  const totals = cube.dimensions;
  const everywhere = positions(sizes);
  const finest = positions(cube.dimensions);
  for (const [area, counts] of cube.counts.entries()) {
    for (const at of everywhere) {
      const specific = at.filter((value, k) => value !== totals[k]).length;
      shown[cellOf(area, at)] = specific <= crossed ? 1 : 0;
    }
    if (!counts) continue;
    for (const [n, at] of finest.entries()) {
      const count = counts[n]!;
      if (count === 0) continue;
      for (const margin of everywhere) {
        if (!margin.every((value, k) => value === at[k] || value === totals[k])) continue;
        for (let up: number | null = area; up !== null; up = cube.above[up]!) values[cellOf(up, margin)]! += count;
      }
    }
  }
  const isShown = (cell: number) => shown[cell] === 1;
  return {
    values,
    cellOf,
    isShown,
    shown: () =>
      cube.above
        .flatMap((_, area) => everywhere.map((at) => ({ cell: cellOf(area, at), area, at })))
        .filter(({ cell }) => isShown(cell)),
  };
}

/**
 * The cells to withhold. For each of them there is a *move*: persons taken from some finest cells and put into others so that nothing changes
 * but cells that are withheld, the one in question among them. The figures shown fit the moved county as well as the real one; hence no
 * equation between them, nor that counts are not negative, gives a withheld count.
 */
export function protectCube(cube: Cube, { threshold, crossed, before }: Protection): ReadonlySet<number> {
  const cells = sumCube(cube, crossed);
  const withheld = new Set<number>();
  const open: Target[] = [];
  for (const target of cells.shown()) {
    const value = cells.values[target.cell]!;
    if (!((value > 0 && value < threshold) || before?.has(target.cell))) continue;
    withheld.add(target.cell);
    open.push(target);
  }
  const leaves = leavesBelow(cube);
  // Sums first: what hides them hides much of what is below them.
  const specific = ({ at }: Target) => at.filter((value, k) => value !== cube.dimensions[k]).length;
  const depth = ({ area }: Target) => pathOf(cube, area).length;
  open.sort((one, other) => depth(one) - depth(other) || specific(one) - specific(other) || one.cell - other.cell);
  const hidden = new Set<number>();
  for (const target of open) {
    if (hidden.has(target.cell)) continue;
    for (const cell of cheapestMove(cube, cells, leaves, withheld, target)) {
      hidden.add(cell);
      withheld.add(cell);
    }
  }
  return withheld;
}

interface Target {
  readonly area: number;
  readonly at: readonly number[];
  readonly cell: number;
}

/** One side of an alternation, and the sums that its two sides do not cancel in. */
interface Way {
  /** Finest values (a leaf, or a value of the dimension) to add at and, if there is one, to take from. */
  readonly plus: number;
  readonly minus: number | null;
  /** Positions that change. */
  readonly changed: readonly number[];
}

/** Withholding a zero tells that somebody could be there, and takes away what is no secret: only where nothing else helps. */
const PRICE_OF_ZERO = 100;

/** @returns the shown cells that the cheapest valid move changes; the target is one of them */
function cheapestMove(
  cube: Cube,
  cells: Cells,
  leaves: readonly (readonly number[])[],
  withheld: ReadonlySet<number>,
  target: Target,
): readonly number[] {
  // With alternation in all that the cell is specific in, else without: the change then goes up into the sums.
  for (const loose of [false, true]) {
    let best: { readonly price: number; readonly changed: readonly number[] } | null = null;
    const waysOfArea = areaWays(cube, leaves, target.area, loose);
    const waysOfDimensions = target.at.map((value, k) => dimensionWays(value, cube.dimensions[k]!, loose));
    for (const ways of choose([waysOfArea, ...waysOfDimensions])) {
      if (!isValid(cells, ways)) continue;
      let price = 0;
      const changed: number[] = [];
      for (const [area, ...at] of choose(ways.map((way) => way.changed))) {
        const cell = cells.cellOf(area!, at);
        if (!cells.isShown(cell)) continue;
        changed.push(cell);
        if (!withheld.has(cell)) price += cells.values[cell]! || PRICE_OF_ZERO;
        if (best && price >= best.price) break;
      }
      if (!best || price < best.price) best = { price, changed };
      if (best.price === 0) break;
    }
    if (best) return best.changed;
  }
  // Adding a person to the target and to every sum over it is always possible: `loose` has found at least that.
  throw new Error('No move changes the cell.');
}

/** Either all that gains can lose one, or all that loses can. */
function isValid(cells: Cells, ways: readonly Way[]): boolean {
  let plus = true;
  let minus = true;
  const corners = choose(ways.map((way) => (way.minus === null ? [way.plus] : [way.plus, way.minus])));
  for (const corner of corners) {
    const turned = corner.filter((value, k) => value !== ways[k]!.plus).length % 2 === 1;
    const [area, ...at] = corner;
    if (cells.values[cells.cellOf(area!, at)]! >= 1) continue;
    // Nobody there to take away.
    if (turned) plus = false;
    else minus = false;
    if (!plus && !minus) return false;
  }
  return true;
}

/** Leaves tried for a larger area: those first that have most people are most likely to have someone of each kind. */
const LEAVES_TRIED = 4;

function areaWays(cube: Cube, leaves: readonly (readonly number[])[], area: number, loose: boolean): Way[] {
  const ways: Way[] = [];
  const own = leaves[area]!.slice(0, LEAVES_TRIED);
  const path = pathOf(cube, area);
  if (path.length === 1 || loose) {
    for (const leaf of own) ways.push({ plus: leaf, minus: null, changed: pathOf(cube, leaf) });
    if (path.length === 1) return ways;
  }
  // From the nearest sum that stays as it is to the root.
  for (const [steps, above] of path.slice(1).entries()) {
    const below = path[steps]!;
    const beside = leaves[above]!.filter((leaf) => !pathOf(cube, leaf).includes(below));
    for (const plus of own) {
      for (const minus of beside) {
        const changed = [plus, minus].flatMap((leaf) => upTo(cube, leaf, above));
        ways.push({ plus, minus, changed });
      }
    }
    if (ways.length > 0 && !loose) break;
  }
  return ways;
}

function dimensionWays(value: number, size: number, loose: boolean): Way[] {
  const each = Array.from({ length: size }, (_, other) => other);
  if (value === size) return each.map((plus) => ({ plus, minus: null, changed: [plus, size] }));
  const others = each.filter((other) => other !== value);
  const ways: Way[] = others.map((minus) => ({ plus: value, minus, changed: [value, minus] }));
  if (loose || size === 1) ways.push({ plus: value, minus: null, changed: [value, size] });
  return ways;
}

/** The area itself first, the root last. */
function pathOf(cube: Cube, area: number): number[] {
  const path: number[] = [];
  for (let at: number | null = area; at !== null; at = cube.above[at]!) path.push(at);
  return path;
}

function upTo(cube: Cube, leaf: number, above: number): number[] {
  const path = pathOf(cube, leaf);
  return path.slice(0, path.indexOf(above));
}

/** Of each area the leaves below it, itself if it is one; the most people first. */
function leavesBelow(cube: Cube): number[][] {
  const leaves: number[][] = cube.above.map(() => []);
  const people = cube.counts.map((counts) => (counts ? Array.from(counts).reduce((sum, count) => sum + count, 0) : 0));
  for (const [area, counts] of cube.counts.entries()) {
    if (counts) for (const above of pathOf(cube, area)) leaves[above]!.push(area);
  }
  return leaves.map((below) => below.toSorted((one, other) => people[other]! - people[one]! || one - other));
}

function positions(sizes: readonly number[]): number[][] {
  return [...choose(sizes.map((size) => Array.from({ length: size }, (_, value) => value)))];
}

/** Each choice of one from each list, the last list running fastest. */
function* choose<T>(lists: readonly (readonly T[])[]): Generator<T[]> {
  if (lists.some((list) => list.length === 0)) return;
  const at = lists.map(() => 0);
  for (;;) {
    yield lists.map((list, k) => list[at[k]!]!);
    let k = lists.length - 1;
    while (k >= 0 && (at[k]! += 1) === lists[k]!.length) {
      at[k] = 0;
      k -= 1;
    }
    if (k < 0) return;
  }
}
