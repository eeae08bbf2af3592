import { compareNames, givenNamesMeet } from './compare-names.js';
import type { NumberIndex } from './engine/number-index.js';
import { groupRows, type Groups } from './group-rows.js';
import { CURRENT, type RecordColumns } from './record-columns.js';

/** Why a row is where it is; numbers, for an array. `src/model/link.ts` has the sentences. */
export const PERSON_REASONS = [
  'ALONE',
  'ID_NUMBER_AND_NAME',
  'ID_NUMBER_AND_BIRTH_DATE',
  'AGREEMENT',
  'NUMBER_SET_ASIDE',
  'DECISION',
] as const;

export interface PersonClusters {
  /** By position in `rows`; -1 where the row speaks of no person. */
  readonly cluster: Int32Array;
  /** Index in PERSON_REASONS. */
  readonly reason: Uint8Array;
  /** Row whose name the number's rows contradict or follow; by group of the number. */
  readonly anchor: Int32Array;
  /** The cluster of the number's anchor, by group. */
  readonly anchorCluster: Int32Array;
  /** Group of a number's key. */
  readonly numbers: NumberIndex;
  /** Rows that carry a number whose anchor has a contradicting name, and the anchor. */
  readonly conflicts: readonly (readonly [row: number, anchor: number])[];
  readonly count: number;
  /** By position: whether the row stands with the anchor of its number. */
  readonly numbered: Uint8Array;
}

/** The row stands with the anchor of its number, which other rows carry too; which no other row carries. */
export const AMONG_SEVERAL = 1;
export const ALONE_WITH_NUMBER = 2;

/**
 * The deterministic layer: rows of one valid number whose names do not contradict are one person; every other row is a person of its
 * own. Which rows are given must be whole groups of a number; their order does not matter to the partition.
 *
 * Rows that stand alone here are where the probabilistic layer begins: it may join clusters, never divide one.
 */
export function formPersonClusters(columns: RecordColumns, rows: Int32Array): PersonClusters {
  const cluster = new Int32Array(rows.length).fill(-1);
  const reason = new Uint8Array(rows.length);
  const numbered = new Uint8Array(rows.length);
  const groups = groupRows(rows, (row) => (columns.traits(row).person ? columns.personKey[row]! : 0));
  const anchor = new Int32Array(groups.count).fill(-1);
  const anchorCluster = new Int32Array(groups.count).fill(-1);
  const conflicts: (readonly [number, number])[] = [];
  let count = 0;
  for (let group = 0; group < groups.count; group += 1) {
    const first = groups.head[group]!;
    const own = (anchorCluster[group] = count++);
    if (groups.next[first] === -1) {
      anchor[group] = rows[first]!;
      cluster[first] = own;
      numbered[first] = ALONE_WITH_NUMBER;
      continue;
    }
    const chosen = chooseAnchor(columns, rows, groups, group);
    anchor[group] = chosen;
    const formerNames = formerNamesOf(columns, rows, groups, group, columns.name[chosen]!);
    let members = 0;
    let last = first;
    for (let at = first; at >= 0; at = groups.next[at]!) {
      const row = rows[at]!;
      const held = row === chosen ? 'ID_NUMBER_AND_NAME' : joins(columns, row, chosen, formerNames);
      if (held === 'ID_NUMBER_AND_NAME' || held === 'ID_NUMBER_AND_BIRTH_DATE') {
        cluster[at] = own;
        numbered[at] = AMONG_SEVERAL;
        reason[at] = held === 'ID_NUMBER_AND_NAME' ? NAME : BIRTH_DATE;
        members += 1;
        last = at;
      } else {
        cluster[at] = count++;
        if (held === 'CONTRADICTS') conflicts.push([row, chosen]);
      }
    }
    // An anchor that nobody joined has no reason but that it stands alone.
    if (members === 1) reason[last] = 0;
  }
  for (let at = 0; at < rows.length; at += 1) {
    if (cluster[at] === -1 && columns.traits(rows[at]!).person) cluster[at] = count++;
  }
  return { cluster, reason, anchor, anchorCluster, numbers: groups.index, conflicts, count, numbered };
}

const NAME = PERSON_REASONS.indexOf('ID_NUMBER_AND_NAME');
const BIRTH_DATE = PERSON_REASONS.indexOf('ID_NUMBER_AND_BIRTH_DATE');

export type Judgement = 'ID_NUMBER_AND_NAME' | 'ID_NUMBER_AND_BIRTH_DATE' | 'CONTRADICTS' | 'UNCERTAIN';

/** Whether a row belongs to the person of its number's anchor. `UNCERTAIN`: nothing contradicts, and nothing but the number agrees. */
function joins(columns: RecordColumns, row: number, anchor: number, formerNames: ReadonlySet<number>): Judgement {
  const { name, formerName, names, birth, numberTail, sex } = columns;
  // Two numbers of one key: they would have to agree in 53 bits of the hash. The date and the sequence are compared as well.
  if (numberTail[row] !== numberTail[anchor]) return 'UNCERTAIN';
  // As `judge` would say of nearly all.
  if (name[row] !== 0 && name[row] === name[anchor]) return 'ID_NUMBER_AND_NAME';
  return judge({
    name: names.textOf(name[row]!),
    formerName: names.textOf(formerName[row]! || columns.alias[row]!),
    anchorName: names.textOf(name[anchor]!),
    isFormerName: formerNames.has(name[row]!),
    birth: birth[row]!,
    sex: sex[row]!,
    numberBirth: Math.floor(numberTail[row]! / 1000),
    numberSex: Math.floor(numberTail[row]! % 10) % 2 === 1 ? 1 : 2,
  });
}

export interface NumberEvidence {
  readonly name: string;
  readonly formerName: string;
  readonly anchorName: string;
  /** The row's name is one that the anchor bore before. */
  readonly isFormerName: boolean;
  readonly birth: number;
  readonly sex: number;
  readonly numberBirth: number;
  readonly numberSex: number;
}

/** The rule itself; `explain` gives the same answer for one pair. */
export function judge(evidence: NumberEvidence): Judgement {
  const { name, formerName, anchorName, isFormerName, birth, sex, numberBirth, numberSex } = evidence;
  const birthAgrees = birth !== 0 && birth === numberBirth;
  // Silence is not evidence: a row without a name neither agrees nor contradicts.
  if (name === '' || anchorName === '') return birthAgrees ? 'ID_NUMBER_AND_BIRTH_DATE' : 'UNCERTAIN';
  const agreement = compareNames(name, anchorName);
  if (agreement === 'EQUAL' || isFormerName || (formerName !== '' && formerName === anchorName))
    return 'ID_NUMBER_AND_NAME';
  const sexContradicts = sex !== 0 && sex !== numberSex;
  const birthContradicts = birth !== 0 && Math.abs(Math.floor(birth / 10000) - Math.floor(numberBirth / 10000)) > 1;
  // A name that only resembles is a relative's name as well: what the row says of itself must not speak for the relative.
  if (sexContradicts || birthContradicts) return 'CONTRADICTS';
  if (agreement !== null) return 'ID_NUMBER_AND_NAME';
  // The date may have been copied out of a borrowed number, so it never carries a wholly different given name.
  return birthAgrees && givenNamesMeet(name, anchorName) ? 'ID_NUMBER_AND_BIRTH_DATE' : 'CONTRADICTS';
}

/**
 * The row whose name the others are measured by: of the register that speaks first for names, unless what the row says of itself
 * contradicts the number; then of the commonest name; then by the content, so that the order of rows does not matter.
 */
function chooseAnchor(columns: RecordColumns, rows: Int32Array, groups: Groups, group: number): number {
  const { id } = columns;
  const first = groups.head[group]!;
  let best = rows[first]!;
  let rank = leastRankOf(columns, best) + penaltyOf(columns, best);
  for (let at = groups.next[first]!; at >= 0; at = groups.next[at]!) {
    const row = rows[at]!;
    const least = leastRankOf(columns, row);
    if (least > rank) continue;
    const own = least + penaltyOf(columns, row);
    const before = own - rank || compareBearers(columns, rows, groups, group, row, best) || id[row]! - id[best]!;
    if (before >= 0) continue;
    best = row;
    rank = own;
  }
  return best;
}

/** The name that more of the number's rows bear first; then by the text. */
function compareBearers(
  { name, names }: RecordColumns,
  rows: Int32Array,
  groups: Groups,
  group: number,
  row: number,
  other: number,
): number {
  if (name[row] === name[other]) return 0;
  let more = 0;
  for (let at = groups.head[group]!; at >= 0; at = groups.next[at]!) {
    if (name[rows[at]!] === name[row]) more -= 1;
    else if (name[rows[at]!] === name[other]) more += 1;
  }
  return more || compareTexts(names.textOf(name[row]!), names.textOf(name[other]!));
}

function leastRankOf(columns: RecordColumns, row: number): number {
  const rank = columns.traits(row).nameRank * 2 + (columns.status[row] === CURRENT ? 0 : 1);
  return columns.name[row] === 0 ? rank + 10_000 : rank;
}

/** What is added where the row contradicts its number. */
function penaltyOf({ numberTail, birth, sex }: RecordColumns, row: number): number {
  const tail = numberTail[row]!;
  const birthContradicts = birth[row] !== 0 && birth[row] !== Math.floor(tail / 1000);
  const sexContradicts = sex[row] !== 0 && sex[row] !== (Math.floor(tail % 10) % 2 === 1 ? 1 : 2);
  return (birthContradicts ? 1000 : 0) + (sexContradicts ? 1000 : 0);
}

function compareTexts(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

function formerNamesOf(
  columns: RecordColumns,
  rows: Int32Array,
  groups: Groups,
  group: number,
  name: number,
): ReadonlySet<number> {
  let found: Set<number> | null = null;
  for (let at = groups.head[group]!; at >= 0; at = groups.next[at]!) {
    const row = rows[at]!;
    if (columns.name[row] === name && columns.formerName[row] !== 0)
      (found ??= new Set()).add(columns.formerName[row]!);
  }
  return found ?? NO_NAMES;
}

const NO_NAMES: ReadonlySet<number> = new Set();
