import { DisjointSets } from './disjoint-sets.js';
import { NumberIndex } from './engine/number-index.js';
import { groupRows } from './group-rows.js';
import { placeAreaKey, type AreaAliases, type RecordColumns } from './record-columns.js';

/** Below so many doors that bear both names, two names are no alias: a family that moved to an equal number is no evidence. */
const LEAST_DOORS = 3;
/** Of what an area's doors are called elsewhere, so much has to be the one other name … */
const LEAST_OF_OTHERS = 0.8;
/** … and so much of all that is said of them: an estate is not another because some of its people moved there. */
const LEAST_OF_ALL = 0.3;
/** A number that so many rows bear is nobody's. */
const MOST_ROWS = 8;
const RANGE = 2 ** 26;

/**
 * The other names of a village's parts, learned from linked records: a natural village and its group, an estate that was renamed, a road's
 * old name. Two areas of one village are one where row after row calls the same door by both: a resident beside the building whose code
 * is cited, two records of one number. Only equal numbers count as the same door, so a move tells nothing.
 */
export function learnAliases(columns: RecordColumns, rows: Int32Array): AreaAliases {
  const areas = new NumberIndex(4096);
  const defining: number[] = [];
  const total: number[] = [];
  const sample: number[] = [];
  const areaOf = (row: number): number => {
    const area = areas.add(columns.village[row]! * RANGE + columns.placeArea[row]!);
    sample[area] ??= row;
    return area;
  };
  for (const row of rows) {
    if (!isPlaced(columns, row)) continue;
    const area = areaOf(row);
    total[area] = (total[area] ?? 0) + 1;
    if (columns.traits(row).defines) defining[area] = (defining[area] ?? 0) + 1;
  }
  const votes = countVotes(columns, rows, areaOf);
  const sets = new DisjointSets(areas.size);
  // Of two groups that one natural village holds, each is called by its name, and it is neither's.
  for (const [area, other] of votes.renamed(areas.size)) if (speaksBefore(other, area)) sets.unite(area, other);
  const best = new Map<number, number>();
  for (let area = 0; area < areas.size; area += 1) {
    const root = sets.root(area);
    const rival = best.get(root);
    if (rival === undefined || speaksBefore(area, rival)) best.set(root, area);
  }
  const aliases = new Map<string, string>();
  for (let area = 0; area < areas.size; area += 1) {
    const chosen = best.get(sets.root(area))!;
    if (chosen === area) continue;
    aliases.set(placeAreaKey(columns, sample[area]!), columns.texts.textOf(columns.placeArea[sample[chosen]!]!));
  }
  return aliases;

  /** The name by which most buildings and dwellings are listed stands for all; the order of rows must not decide. */
  function speaksBefore(one: number, other: number): boolean {
    const text = (area: number): string => columns.texts.textOf(columns.placeArea[sample[area]!]!);
    return (
      ((defining[one] ?? 0) - (defining[other] ?? 0) ||
        (total[one] ?? 0) - (total[other] ?? 0) ||
        (text(one) < text(other) ? 1 : -1)) > 0
    );
  }
}

function isPlaced(columns: RecordColumns, row: number): boolean {
  return columns.placeArea[row] !== 0 && columns.village[row] !== 0;
}

class Votes {
  readonly #pairs = new NumberIndex(4096);
  readonly #doors = new NumberIndex(4096);
  readonly #votes: number[] = [];
  readonly #distinct: number[] = [];

  add(area: number, other: number, door: number): void {
    const pair = this.#pairs.add(area * RANGE + other);
    this.#votes[pair] = (this.#votes[pair] ?? 0) + 1;
    const known = this.#doors.size;
    if (this.#doors.add(pair * RANGE + door) === known) this.#distinct[pair] = (this.#distinct[pair] ?? 0) + 1;
  }

  /** Areas and what they are called besides. */
  renamed(areas: number): (readonly [area: number, other: number])[] {
    const all = new Float64Array(areas);
    const others = new Float64Array(areas);
    for (let pair = 0; pair < this.#pairs.size; pair += 1) {
      const [area, other] = this.#at(pair);
      all[area]! += this.#votes[pair]!;
      if (area !== other) others[area]! += this.#votes[pair]!;
    }
    const found: (readonly [number, number])[] = [];
    for (let pair = 0; pair < this.#pairs.size; pair += 1) {
      const [area, other] = this.#at(pair);
      const votes = this.#votes[pair]!;
      const isName =
        area !== other &&
        this.#distinct[pair]! >= LEAST_DOORS &&
        votes >= others[area]! * LEAST_OF_OTHERS &&
        votes >= all[area]! * LEAST_OF_ALL;
      if (isName) found.push([area, other]);
    }
    return found;
  }

  #at(pair: number): readonly [area: number, other: number] {
    const key = this.#pairs.keyAt(pair);
    return [Math.floor(key / RANGE), key % RANGE];
  }
}

function countVotes(columns: RecordColumns, rows: Int32Array, areaOf: (row: number) => number): Votes {
  const votes = new Votes();
  const say = (one: number, other: number): void => {
    if (columns.village[one] !== columns.village[other] || columns.placeDoor[one] !== columns.placeDoor[other]) return;
    const [area, named] = [areaOf(one), areaOf(other)];
    votes.add(area, named, columns.placeDoor[one]!);
    if (area !== named) votes.add(named, area, columns.placeDoor[one]!);
  };
  const codes = new NumberIndex(4096);
  const definer: number[] = [];
  for (const row of rows) {
    const code = columns.buildingCite[row]!;
    if (code === 0 || !columns.traits(row).defines || !isPlaced(columns, row)) continue;
    const index = codes.add(code);
    if (definer[index] === undefined || columns.id[row]! < columns.id[definer[index]]!) definer[index] = row;
  }
  for (const row of rows) {
    if (columns.buildingCite[row] === 0 || columns.traits(row).defines || !isPlaced(columns, row)) continue;
    const index = codes.find(columns.buildingCite[row]!);
    if (index >= 0) say(row, definer[index]!);
  }
  const people = groupRows(rows, (row) => (isPlaced(columns, row) ? columns.personKey[row]! : 0));
  for (let person = 0; person < people.count; person += 1) {
    const list: number[] = [];
    for (let at = people.head[person]!; at >= 0 && list.length <= MOST_ROWS; at = people.next[at]!)
      list.push(rows[at]!);
    if (list.length > MOST_ROWS) continue;
    for (const [i, one] of list.entries()) for (const other of list.slice(0, i)) say(one, other);
  }
  return votes;
}
