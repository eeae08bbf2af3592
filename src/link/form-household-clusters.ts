import { compareNames } from './compare-names.js';
import { DisjointSets } from './disjoint-sets.js';
import type { Clusters } from './form-building-clusters.js';
import { groupRows, type Groups } from './group-rows.js';
import { NumberIndex } from './engine/number-index.js';
import { CURRENT, REGISTERED, type RecordColumns } from './record-columns.js';

export const HOUSEHOLD_REASONS = [
  'ALONE',
  'HOUSEHOLD_NUMBER',
  'DWELLING_AND_HEAD',
  'DWELLING',
  'HEAD_PERSON',
  'OWN_RECORDS',
  'HEAD_NAME',
  'REGISTERED_HOME',
] as const;
type HouseholdReason = (typeof HOUSEHOLD_REASONS)[number];

/** Above this many heads' names in one dwelling only equal ones are one: nobody compares a barracks name by name. */
const MOST_HEADS = 40;

export interface HouseholdEvidence {
  /** The 户号, or what stands for the dwelling; by row, 0 where the row says too little. */
  home(row: number): number;
  person(row: number): number;
  /** The head as a person; 0 where no number tells. */
  head(row: number): number;
  /** 户号 in which the row's person is registered; 0 where none is known. */
  registration(row: number): number;
  /** Whether whoever has the row's home lives there together; a building of flats is no such home. */
  isOneDoor(row: number): boolean;
  /** How the row came to its dwelling, where not by its own address. */
  seated(row: number): HouseholdReason | null;
}

/**
 * Households of both kinds. Registered: rows of one 户号. Residential: who lives together in a dwelling. Two heads in one dwelling are
 * two households, unless they are one person, bear one name however written or one surname, are registered in one household, or a row
 * of the one names the other. A row without a head joins the only household there is, and none where there are several.
 */
export function formHouseholdClusters(columns: RecordColumns, rows: Int32Array, evidence: HouseholdEvidence): Clusters {
  const homes = groupRows(rows, (row) => (columns.traits(row).household ? evidence.home(row) : 0));
  const sets = uniteWithinHomes(columns, rows, homes, evidence);
  const belongs = settleHeadless(columns, rows, homes, evidence, sets);
  const cluster = new Int32Array(rows.length).fill(-1);
  const reason = new Uint8Array(rows.length);
  const keys = new NumberIndex(rows.length >> 1);
  rows.forEach((row, at) => {
    if (belongs[at] === 0) return;
    cluster[at] = keys.add(sets.root(at) + 1);
    const code: HouseholdReason =
      columns.tie[row] === REGISTERED
        ? 'HOUSEHOLD_NUMBER'
        : (evidence.seated(row) ?? (isHeaded(columns, row, evidence) ? 'DWELLING_AND_HEAD' : 'DWELLING'));
    reason[at] = HOUSEHOLD_REASONS.indexOf(code);
  });
  lowerLonelyReasons(cluster, reason, keys.size);
  return { cluster, reason, count: keys.size };
}

/** Whoever of one home shares a head, or is the head of another of them. */
function uniteWithinHomes(
  columns: RecordColumns,
  rows: Int32Array,
  homes: Groups,
  evidence: HouseholdEvidence,
): DisjointSets {
  const sets = new DisjointSets(rows.length);
  // One pair of maps for all homes: a new one for each of a million would cost more than the work itself.
  const people = new Map<number, number>();
  const heads = new Map<number, number>();
  for (let home = 0; home < homes.count; home += 1) {
    const first = homes.head[home]!;
    if (homes.next[first] === -1) continue;
    if (columns.tie[rows[first]!] === REGISTERED) {
      for (let at = homes.next[first]!; at >= 0; at = homes.next[at]!) sets.unite(at, first);
      continue;
    }
    people.clear();
    heads.clear();
    for (let at = first; at >= 0; at = homes.next[at]!) {
      const row = rows[at]!;
      uniteWithFirst(sets, people, evidence.person(row), at);
      uniteWithFirst(sets, people, evidence.head(row), at);
      uniteWithFirst(sets, heads, columns.headName[row]!, at);
    }
    // The head's own row, where it does not call itself the head.
    for (let at = first; at >= 0; at = homes.next[at]!) {
      const head = heads.get(columns.name[rows[at]!]!);
      if (head !== undefined) sets.unite(at, head);
    }
    if (heads.size > 1 && heads.size <= MOST_HEADS) uniteLikeHeads(columns, sets, heads);
  }
  return sets;
}

function uniteWithFirst(sets: DisjointSets, firsts: Map<number, number>, key: number, at: number): void {
  if (key === 0) return;
  const first = firsts.get(key);
  if (first === undefined) firsts.set(key, at);
  else sets.unite(at, first);
}

/** @param heads code of the name → a row of one home that states it */
function uniteLikeHeads({ names }: RecordColumns, sets: DisjointSets, heads: ReadonlyMap<number, number>): void {
  const list = [...heads].map(([name, at]) => ({ name: names.textOf(name), at }));
  for (const [i, one] of list.entries()) {
    for (const other of list.slice(0, i)) if (isOneFamily(one.name, other.name)) sets.unite(one.at, other.at);
  }
}

/** One head under two names, or two of one surname: strangers who share a flat bear two. A transliterated name has no surname. */
function isOneFamily(one: string, other: string): boolean {
  if (compareNames(one, other) !== null) return true;
  return CHINESE_NAME.test(one) && CHINESE_NAME.test(other) && one.codePointAt(0) === other.codePointAt(0);
}

const CHINESE_NAME = /^\p{Script=Han}{2,4}$/u;

/**
 * Joins the rows that name no head and are nobody's to the only household of their home. Rows that are over do not say who lives there
 * while others are current. @returns by position, 1 where the row is in a household
 */
function settleHeadless(
  columns: RecordColumns,
  rows: Int32Array,
  homes: Groups,
  evidence: HouseholdEvidence,
  sets: DisjointSets,
): Uint8Array {
  const headed = new Uint8Array(rows.length);
  const belongs = new Uint8Array(rows.length);
  const registrations = new Map<number, number>();
  for (let home = 0; home < homes.count; home += 1) {
    const first = homes.head[home]!;
    if (columns.tie[rows[first]!] === REGISTERED) {
      for (let at = first; at >= 0; at = homes.next[at]!) belongs[at] = 1;
      continue;
    }
    let hasCurrent = false;
    for (let at = first; at >= 0; at = homes.next[at]!) {
      if (isHeaded(columns, rows[at]!, evidence)) headed[sets.root(at)] = 1;
      if (columns.status[rows[at]!] === CURRENT) hasCurrent = true;
    }
    const counts = (at: number): boolean => !hasCurrent || columns.status[rows[at]!] === CURRENT;
    let only = onlyHeaded(first);
    if (only === SEVERAL) {
      registrations.clear();
      for (let at = first; at >= 0; at = homes.next[at]!) {
        if (counts(at)) uniteWithFirst(sets, registrations, evidence.registration(rows[at]!), at);
      }
      // What was united has a head if either part had one.
      for (let at = first; at >= 0; at = homes.next[at]!)
        if (isHeaded(columns, rows[at]!, evidence)) headed[sets.root(at)] = 1;
      only = onlyHeaded(first);
    }
    if (only !== SEVERAL) {
      for (let at = first; at >= 0; at = homes.next[at]!) {
        if (!counts(at) || headed[sets.root(at)] === 1 || !evidence.isOneDoor(rows[at]!)) continue;
        if (only === NOBODY) only = sets.root(at);
        sets.unite(at, only);
      }
      if (only !== NOBODY) headed[sets.root(only)] = 1;
    }
    for (let at = first; at >= 0; at = homes.next[at]!) belongs[at] = headed[sets.root(at)]!;

    /** The set of the only head of those who count. */
    function onlyHeaded(from: number): number {
      let found = NOBODY;
      for (let at = from; at >= 0; at = homes.next[at]!) {
        const root = sets.root(at);
        if (!counts(at) || headed[root] === 0 || found === root) continue;
        if (found !== NOBODY) return SEVERAL;
        found = root;
      }
      return found;
    }
  }
  return belongs;
}

const NOBODY = -1;
const SEVERAL = -2;

function isHeaded(columns: RecordColumns, row: number, evidence: HouseholdEvidence): boolean {
  return columns.headName[row] !== 0 || evidence.head(row) !== 0;
}

/** The reason of a row that is alone in its cluster is that it stands alone. */
function lowerLonelyReasons(cluster: Int32Array, reason: Uint8Array, count: number): void {
  const members = new Int32Array(count);
  for (const own of cluster) if (own >= 0) members[own]! += 1;
  cluster.forEach((own, at) => {
    if (own >= 0 && members[own] === 1) reason[at] = 0;
  });
}
