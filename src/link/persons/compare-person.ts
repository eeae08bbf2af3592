import { chineseName } from '../compare/chinese-name.js';
import { answerOf } from '../engine/comparator.js';
import { CURRENT, type RecordColumns } from '../record-columns.js';
import type { ClusterRows } from './cluster-rows.js';
import type { HomeHouseholds, PersonEvidence } from './person-evidence.js';
import type { PreparedComparators } from './prepare-comparators.js';
import { BESIDE, type StatedNumbers } from './stated-numbers.js';

/** Places of the comparisons in a vector of levels; the order of `PERSON_MODEL.comparisons`. */
export const NAME = 0;
export const BIRTH = 1;
export const SEX = 2;
export const PHONE = 3;
export const NUMBER = 4;
export const HOME = 5;
export const HEAD = 6;
export const REGISTER = 7;
export const COMPARISONS = 8;

/** Of the evidence what two rows are compared by. */
export type ComparedEvidence = Pick<
  PersonEvidence,
  'columns' | 'homes' | 'building' | 'householdOf' | 'headOf' | 'numberBirth' | 'townshipOf' | 'holdsNumber'
>;

/**
 * Compares one row with all that is known of one person: for each comparison the strongest level that any of the person's rows gives.
 * A person's rows state different telephones and homes at different times; a row that agrees with one of them agrees.
 */
export class PersonComparison<E extends ComparedEvidence = ComparedEvidence> {
  /** Levels of the last comparison: 0 = silent, else 1 + the index of the level. */
  readonly levels = new Uint8Array(COMPARISONS);
  /** The name with which the row's name was found to agree best; code in `names`. */
  matchedName = 0;

  constructor(
    readonly evidence: E,
    readonly clusters: ClusterRows,
    readonly comparators: PreparedComparators,
    readonly numbers: StatedNumbers,
    readonly households: HomeHouseholds,
    /** Whether few have the row's telephone. */
    readonly isPhoneOfFew: (row: number) => boolean,
  ) {}

  /**
   * @param row that asks @param cluster whose rows answer; `row` itself does not answer
   * @param hidden the row's own number is left out of it, as in training
   * @returns false where there is neither a name to compare nor a number that agrees
   */
  compare(row: number, cluster: number, hidden = false): boolean {
    const { levels, evidence, clusters } = this;
    const { columns } = evidence;
    levels.fill(0);
    this.#begin();
    let numberSex = 0;
    let statedSex = 0;
    let members = 0;
    for (let i = clusters.start[cluster]!; i < clusters.start[cluster + 1]!; i += 1) {
      const other = clusters.member[i]!;
      if (other === row) continue;
      members += 1;
      this.#name(columns, row, other);
      this.#birth(columns, row, other);
      this.#phone(columns, row, other);
      this.#home(columns, row, other);
      this.#head(columns, row, other);
      if (columns.personKey[other] !== 0 && evidence.holdsNumber(other)) numberSex = sexOfNumber(columns, other);
      else if (columns.sex[row] !== 0 && columns.sex[other] === columns.sex[row]) statedSex = columns.sex[row]!;
      else statedSex ||= columns.sex[other]!;
      if (standsTwice(columns, row, other)) levels[REGISTER] = 2;
    }
    if (members === 0) return false;
    const traits = columns.traits(row);
    if (traits.duplicates === 'ordinary') levels[REGISTER] = 0;
    else if (levels[REGISTER] === 0) levels[REGISTER] = 1;
    const own = columns.sex[row]!;
    const sex = numberSex || statedSex;
    if (own !== 0 && sex !== 0) levels[SEX] = own === sex ? 1 : 2;
    levels[NUMBER] = hidden ? 0 : this.numbers.levelOf(row, cluster);
    return levels[NAME] !== 0 || levels[NUMBER] === 1 || levels[NUMBER] === 2 || levels[NUMBER] === BESIDE;
  }

  /** Whether the cluster is that of the valid number which the row carries and does not hold. */
  holdsNumberOf(cluster: number, row: number): boolean {
    return this.evidence.columns.personKey[row] !== 0 && this.numbers.levelOf(row, cluster) === 1;
  }

  /** The levels of names, dates of birth and homes, as `compare` would give them; the others stay as they were. */
  compareFirst(row: number, cluster: number): void {
    const { start, member } = this.clusters;
    const { columns } = this.evidence;
    this.levels[NAME] = 0;
    this.levels[BIRTH] = 0;
    this.levels[HOME] = 0;
    this.#begin();
    for (let i = start[cluster]!; i < start[cluster + 1]!; i += 1) {
      const other = member[i]!;
      if (other === row) continue;
      this.#name(columns, row, other);
      this.#birth(columns, row, other);
      this.#home(columns, row, other);
    }
  }

  /** Most rows of a person say what the row before said. */
  #begin(): void {
    this.matchedName = 0;
    this.#heardName = 0;
    this.#heardBirth = 0;
    this.#heardNumberBirth = 0;
  }
  #heardName = 0;
  #heardBirth = 0;
  #heardNumberBirth = 0;

  #name(columns: RecordColumns, row: number, other: number): void {
    const { name, formerName, alias } = columns;
    const theirs = name[other]!;
    if (theirs !== this.#heardName) {
      this.#nameLevel(name[row]!, theirs);
      if (formerName[row] !== 0) this.#nameLevel(formerName[row]!, theirs);
      if (alias[row] !== 0) this.#nameLevel(alias[row]!, theirs);
      this.#heardName = theirs;
    }
    if (formerName[other] !== 0) this.#nameLevel(name[row]!, formerName[other]!);
    if (alias[other] !== 0) this.#nameLevel(name[row]!, alias[other]!);
  }

  #nameLevel(one: number, other: number): void {
    const level = this.comparators.name.compare(one, other);
    const known = this.levels[NAME]!;
    if (level === 0 || (known !== 0 && level > known)) return;
    if (level === known && (level > SIBLING_LIKE || !this.#isBefore(other))) return;
    this.levels[NAME] = level;
    this.matchedName = other;
  }

  /** Of two names that agree equally well the same one counts, whatever the order of the person's rows. */
  #isBefore(name: number): boolean {
    const { names } = this.evidence.columns;
    return name !== this.matchedName && names.textOf(name) < names.textOf(this.matchedName);
  }

  #birth(columns: RecordColumns, row: number, other: number): void {
    const own = columns.birthText[row]!;
    if (own === 0) return;
    const stated = columns.birthText[other]!;
    const numbered = this.evidence.numberBirth[other]!;
    if (stated !== this.#heardBirth) keepStronger(this.levels, BIRTH, this.comparators.birth.compare(own, stated));
    if (numbered !== stated && numbered !== this.#heardNumberBirth)
      keepStronger(this.levels, BIRTH, this.comparators.birth.compare(own, numbered));
    this.#heardBirth = stated;
    this.#heardNumberBirth = numbered;
  }

  #phone(columns: RecordColumns, row: number, other: number): void {
    const own = columns.phoneKey[row]!;
    const theirs = columns.phoneKey[other]!;
    if (own === 0 || theirs === 0) return;
    keepStronger(this.levels, PHONE, own !== theirs ? 3 : this.isPhoneOfFew(row) ? 1 : 2);
  }

  #home({ village, area }: RecordColumns, row: number, other: number): void {
    const { homes, building: buildingOf, householdOf, townshipOf } = this.evidence;
    const dwelling = homes.dwelling[row]!;
    const building = buildingOf[row]!;
    const household = householdOf[other]!;
    if (village[row] === 0 || (village[other] === 0 && household < 0)) return;
    let level = ELSEWHERE;
    if (dwelling !== 0 && dwelling === homes.dwelling[other]) level = 1;
    else if (
      household >= 0 &&
      (this.households.has(dwelling, household) ||
        (this.households.isOfFew(building) && this.households.has(building, household)))
    )
      level = 2;
    else if (building !== 0 && building === buildingOf[other]) level = dwelling === 0 ? 3 : 4;
    else if (village[row] === village[other]) level = this.#withinVillage(building, area[row]!, area[other]!);
    else if (townshipOf[village[row]!] === townshipOf[village[other]!] && village[other] !== 0) level = 9;
    keepStronger(this.levels, HOME, level);
  }

  #withinVillage(building: number, own: number, theirs: number): number {
    if (own === 0) return building === 0 ? 7 : 8;
    if (own !== theirs) return 8;
    return building === 0 ? 5 : 6;
  }

  #head(columns: RecordColumns, row: number, other: number): void {
    const { headOf } = this.evidence;
    const own = headOf[row]!;
    const theirs = headOf[other]!;
    if (own === 0 || theirs === 0) return;
    const isHead = columns.isHead[row] === 1 || columns.alias[row] !== 0;
    const isTheirs = columns.isHead[other] === 1 || columns.alias[other] !== 0;
    let level = 5;
    if (isHead || isTheirs) level = isHead && isTheirs ? 1 : 4;
    else if (own === theirs) level = 2;
    else if (this.comparators.isAlike(own, theirs)) level = 3;
    keepStronger(this.levels, HEAD, level);
  }
}

const ELSEWHERE = 10;
const SIBLING_LIKE = answerOf(chineseName.levels, 'SIBLING_LIKE');

function isStanding(columns: RecordColumns, row: number): boolean {
  return columns.status[row] === CURRENT && columns.standing[row] === 1;
}

/** Where they are registered and where they live a register has one person once each: that is not twice. */
function standsTwice(columns: RecordColumns, row: number, other: number): boolean {
  const { dataset, tie } = columns;
  if (dataset[row] !== dataset[other] || !isStanding(columns, row) || !isStanding(columns, other)) return false;
  return tie[row] === tie[other] || tie[row] === 0 || tie[other] === 0;
}

function sexOfNumber({ numberTail }: RecordColumns, row: number): number {
  return (numberTail[row]! % 10) % 2 === 1 ? 1 : 2;
}

function keepStronger(levels: Uint8Array, at: number, level: number): void {
  if (level !== 0 && (levels[at] === 0 || level < levels[at]!)) levels[at] = level;
}
