import { commonestPartner, type Statement } from './commonest-partner.js';
import { DisjointSets } from './disjoint-sets.js';
import { stated, uniteCodesWithPlaces, type Clusters } from './form-building-clusters.js';
import { groupRows } from './group-rows.js';
import { NumberIndex } from './engine/number-index.js';
import type { RecordColumns } from './record-columns.js';

/** Units of one building are told apart below this many. */
const UNITS = 2 ** 20;

/**
 * Dwellings: rows that cite one code, and rows of one building, unit and room. A unit left out is filled in where all rows of that
 * room number in the building name the same one.
 * @param placeKey of building and room, by row; 0 where the row says too little
 */
export function formDwellingClusters(
  columns: RecordColumns,
  rows: Int32Array,
  placeKey: (row: number) => number,
): Clusters {
  const rooms = groupRows(rows, (row) => (columns.traits(row).dwelling ? placeKey(row) : 0));
  const places = new NumberIndex(rows.length);
  const placeOf = new Int32Array(rows.length).fill(-1);
  for (let room = 0; room < rooms.count; room += 1) {
    const first = rooms.head[room]!;
    const isRoomless = columns.room[rows[first]!] === 0;
    const { units, defined } = unitsOf(columns, rows, rooms.next, first);
    for (let at = first; at >= 0; at = rooms.next[at]!) {
      const row = rows[at]!;
      if (isRoomless && !defined && columns.isHouse[row] !== 1) continue;
      const unit = columns.unit[row] || units;
      if (unit >= 0) placeOf[at] = places.add(room * UNITS + unit + 1);
    }
  }
  // Codes come after the places in one space of nodes.
  const codes = new NumberIndex(rows.length >> 1);
  const codeOf = (row: number): number =>
    columns.traits(row).dwelling && columns.dwellingCode[row] !== 0 ? codes.add(columns.dwellingCode[row]!) : -1;
  const definedBy: number[] = [];
  for (const row of rows) {
    const code = codeOf(row);
    if (code >= 0 && columns.traits(row).defines) definedBy[code] = columns.traits(row).registerCode;
  }
  const base = codes.size;
  const placed = commonestPartner(definitions(columns, rows, placeOf, codeOf, base), base + places.size);
  const sets = new DisjointSets(base + places.size);
  uniteCodesWithPlaces(sets, placed, (code) => definedBy[code] ?? 1023);
  const roots = new NumberIndex(rows.length >> 1);
  const cluster = new Int32Array(rows.length).fill(-1);
  const reason = new Uint8Array(rows.length);
  rows.forEach((row, at) => {
    const code = codeOf(row);
    const place = placeOf[at]!;
    let node = -1;
    if (code >= 0 && definedBy[code] !== undefined) node = code;
    else if (place >= 0) [node, reason[at]] = [base + place, 2];
    else node = code;
    if (node < 0) return;
    if (reason[at] === 0) reason[at] = 1;
    cluster[at] = roots.add(sets.root(node) + 1);
  });
  return { cluster, reason, count: roots.size };
}

/** The unit that a row without one means: the only one named, 0 where none is, -1 where there are several. Defining rows outvote the others. */
function unitsOf(
  columns: RecordColumns,
  rows: Int32Array,
  next: Int32Array,
  first: number,
): { units: number; defined: boolean } {
  let units = 0;
  let definedUnits = 0;
  let defined = false;
  for (let at = first; at >= 0; at = next[at]!) {
    const row = rows[at]!;
    const unit = columns.unit[row]!;
    if (columns.traits(row).defines) {
      defined = true;
      if (unit !== 0) definedUnits = definedUnits === 0 || definedUnits === unit ? unit : -1;
    } else if (unit !== 0) units = units === 0 || units === unit ? unit : -1;
  }
  return { units: defined && definedUnits !== 0 ? definedUnits : units, defined };
}

function* definitions(
  columns: RecordColumns,
  rows: Int32Array,
  placeOf: Int32Array,
  codeOf: (row: number) => number,
  base: number,
): Generator<Statement> {
  for (let at = 0; at < rows.length; at += 1) {
    const row = rows[at]!;
    if (placeOf[at]! < 0 || !columns.traits(row).defines) continue;
    const code = codeOf(row);
    if (code >= 0) yield stated(columns, row, code, base + placeOf[at]!);
  }
}
