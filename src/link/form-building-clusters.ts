import { commonestPartner, type Statement } from './commonest-partner.js';
import { DisjointSets } from './disjoint-sets.js';
import { NumberIndex } from './engine/number-index.js';
import { CURRENT, type RecordColumns } from './record-columns.js';

export const PLACE_REASONS = ['ALONE', 'CODE', 'ADDRESS'] as const;

export interface Clusters {
  /** By position in `rows`; -1 where the row speaks of nothing of the kind, or too vaguely. */
  readonly cluster: Int32Array;
  readonly reason: Uint8Array;
  readonly count: number;
}

/**
 * Buildings: rows that cite one code, and rows at one address of the village. A code's address is the one most of its defining rows
 * give; two codes of one register at one address are two buildings, and the address then decides nothing for that register.
 */
export function formBuildingClusters(columns: RecordColumns, rows: Int32Array): Clusters {
  const nodes = new NumberIndex(rows.length);
  for (const row of rows) {
    if (!columns.traits(row).building) continue;
    for (const key of [citeOf(columns, row), aliasOf(columns, row), columns.buildingPlace[row]!]) {
      if (key !== 0) nodes.add(key);
    }
  }
  const meant = commonestPartner(aliases(columns, rows, nodes), nodes.size);
  const places = commonestPartner(codesAtPlaces(columns, rows, nodes), nodes.size);
  const defined = new Int16Array(nodes.size).fill(-1);
  for (const row of rows) {
    if (!columns.traits(row).building || !columns.traits(row).defines) continue;
    for (const key of [citeOf(columns, row), aliasOf(columns, row)]) {
      if (key !== 0) defined[nodes.find(key)] = columns.traits(row).registerCode;
    }
  }
  const sets = new DisjointSets(nodes.size);
  const vague = uniteCodesWithPlaces(sets, places, (code) => defined[code]!);
  const roots = new NumberIndex(rows.length >> 1);
  const cluster = new Int32Array(rows.length).fill(-1);
  const reason = new Uint8Array(rows.length);
  rows.forEach((row, at) => {
    if (!columns.traits(row).building) return;
    const cite = citeOf(columns, row);
    const place = columns.buildingPlace[row]!;
    const code = cite === 0 ? -1 : nodes.find(cite);
    const placed = place === 0 ? -1 : nodes.find(place);
    let node = -1;
    if (code >= 0 && defined[code]! >= 0) node = meant[code]! >= 0 ? meant[code]! : code;
    else if (placed >= 0 && vague[placed] === 0) [node, reason[at]] = [placed, 2];
    else if (code >= 0) node = code;
    if (node < 0) return;
    if (reason[at] === 0) reason[at] = 1;
    cluster[at] = roots.add(sets.root(node) + 1);
  });
  return { cluster, reason, count: roots.size };
}

/** Joins each code with its address where it is the only one of its register there. @returns 1 for addresses that mean no one building */
export function uniteCodesWithPlaces(
  sets: DisjointSets,
  placeOfCode: Int32Array,
  registerOf: (code: number) => number,
): Uint8Array {
  const vague = new Uint8Array(placeOfCode.length);
  const claims = new NumberIndex(1024);
  const claimants: number[] = [];
  const single: number[] = [];
  placeOfCode.forEach((place, code) => {
    if (place < 0) return;
    const claim = claims.add(place * 1024 + registerOf(code));
    claimants[claim] = (claimants[claim] ?? 0) + 1;
    single[claim] = code;
  });
  const settled = new Uint8Array(placeOfCode.length);
  for (let claim = 0; claim < claims.size; claim += 1) {
    const place = Math.floor(claims.keyAt(claim) / 1024);
    if (claimants[claim] === 1) {
      sets.unite(single[claim]!, place);
      settled[place] = 1;
    } else vague[place] = 1;
  }
  for (let place = 0; place < vague.length; place += 1) if (settled[place]) vague[place] = 0;
  return vague;
}

/** A defining row without a building's code defines by the code it has. */
function citeOf(columns: RecordColumns, row: number): number {
  return columns.buildingCite[row] || columns.buildingAlias[row]!;
}

function aliasOf(columns: RecordColumns, row: number): number {
  return columns.buildingCite[row] === 0 ? 0 : columns.buildingAlias[row]!;
}

function* aliases(columns: RecordColumns, rows: Int32Array, nodes: NumberIndex): Generator<Statement> {
  for (const row of rows) {
    if (!columns.traits(row).building || !columns.traits(row).defines) continue;
    const alias = aliasOf(columns, row);
    if (alias !== 0) yield stated(columns, row, nodes.find(alias), nodes.find(citeOf(columns, row)));
  }
}

function* codesAtPlaces(columns: RecordColumns, rows: Int32Array, nodes: NumberIndex): Generator<Statement> {
  for (const row of rows) {
    if (!columns.traits(row).building || !columns.traits(row).defines) continue;
    const cite = citeOf(columns, row);
    const place = columns.buildingPlace[row]!;
    if (cite !== 0 && place !== 0) yield stated(columns, row, nodes.find(cite), nodes.find(place));
  }
}

/** What is current outweighs any number of rows that are over. */
export function stated(columns: RecordColumns, row: number, left: number, right: number): Statement {
  return { left, right, weight: columns.status[row] === CURRENT ? 65_536 : 1, record: columns.id[row]! };
}
