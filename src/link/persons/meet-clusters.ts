import { answerOf } from '../engine/comparator.js';
import { NumberIndex, type NumberIndexParts } from '../engine/number-index.js';
import { sharedArray } from '../engine/thread-arrays.js';
import type { TextParts } from '../engine/packed-texts.js';
import type { RecordColumns } from '../record-columns.js';
import type { CandidateRule } from './block-candidates.js';
import { BIRTH, COMPARISONS, HOME, NAME, type ComparedEvidence } from './compare-person.js';
import { HOME_LEVELS } from './levels.js';
import type { HomeHouseholds } from './person-evidence.js';
import type { PersonWeights, WeightParts } from './person-weights.js';
import type { PreparedComparators } from './prepare-comparators.js';

export const TOLD_BY_REPLACED = ['name', 'formerName', 'alias', 'birthText'] as const;

/** Clusters that are others than last night: their rows, as they are and as they were. */
export interface TouchedParts {
  /** A chain a cluster: its first place, by cluster; by place a row, a replaced one as -1 - place among these; by place the next place. */
  readonly first: Int32Array;
  readonly entry: Int32Array;
  readonly next: Int32Array;
  /** Rows as they were, with the code of the date in the number that each held, its registered household, and its home. */
  readonly replaced: Pick<RecordColumns, (typeof TOLD_BY_REPLACED)[number]>;
  readonly replacedBirth: Int32Array;
  readonly replacedHousehold: Int32Array;
  readonly replacedDwelling: Uint32Array;
  readonly replacedBuilding: Uint32Array;
  /** By row: 1 where it was sure of its person last night; a row of that person, -1 for none. */
  readonly isSure: Uint8Array;
  readonly partner: Int32Array;
}

/** What another thread has to have of them. */
export interface TouchedGiven extends TouchedParts {
  /** With the dates of birth that they stated last night. */
  readonly births: TextParts;
  readonly weights: WeightParts;
}

/** Who of the rows that ask shares a key of one rule with the rows of such clusters. */
export interface MeetingParts {
  readonly rule: number;
  readonly among: Int32Array;
  /** Keys of the touched rows; by slot the first of them, then the next; each with its cluster. */
  readonly index: NumberIndexParts;
  readonly head: Int32Array;
  readonly next: Int32Array;
  readonly cluster: Int32Array;
  /** By slot: CROWD or CROSSED; null where the keys of all were looked at before. */
  readonly crowds: Uint8Array | null;
  /** Slot of each row that asks: by its position, or by its place in `among`; null where rows ask by other keys than their own. */
  readonly slots: Int32Array | null;
  readonly isByPosition: boolean;
  /** By row: 1 is written for whoever has to be asked. */
  readonly isDisturbed: Uint8Array;
  /** By thread: how many pairs there are, then the row and the cluster of each. */
  readonly beside: readonly Int32Array[];
}

/** So many stand under the key that it brings nobody, both nights; or in one of the two. */
export const CROWD = 1;
export const CROSSED = 2;

export interface MeetingGround {
  readonly evidence: ComparedEvidence;
  readonly comparators: PreparedComparators;
  readonly households: HomeHouseholds;
  readonly weights: PersonWeights;
  readonly rules: readonly CandidateRule[];
  /** Position by row; cluster by position. */
  readonly at: Int32Array;
  readonly cluster: Int32Array;
}

/** Tells rows for which a cluster that is another than last night is settled all the same from such as have to be asked. */
export class TouchedClusters {
  readonly #levels = new Uint8Array(COMPARISONS);
  readonly #met: Int32Array;

  constructor(
    readonly parts: TouchedParts,
    readonly ground: MeetingGround,
  ) {
    this.#met = new Int32Array(parts.first.length).fill(-1);
  }

  /** @param thread whose pairs of `beside` are written @returns what looks at the rows from one place in `among` up to another */
  meeting(meeting: MeetingParts, thread: number): (from: number, to: number) => void {
    const rule = this.ground.rules[meeting.rule]!;
    const { slots } = meeting;
    if (slots) return (from, to) => this.#meetByKey(meeting, slots, rule, thread, from, to);
    const index = NumberIndex.over(meeting.index);
    return (from, to) => this.#meetByKeys(meeting, index, rule, thread, from, to);
  }

  #meetByKey(
    meeting: MeetingParts,
    slots: Int32Array,
    rule: CandidateRule,
    thread: number,
    from: number,
    to: number,
  ): void {
    const { among, isByPosition, isDisturbed } = meeting;
    for (let i = from; i < to; i += 1) {
      const row = among[i]!;
      const slot = slots[isByPosition ? this.ground.at[row]! : i]!;
      if (slot >= 0 && isDisturbed[row] === 0) this.#meetSlot(meeting, rule, row, slot, thread);
    }
  }

  /** By other keys than the rows' own. */
  #meetByKeys(
    meeting: MeetingParts,
    index: NumberIndex,
    rule: CandidateRule,
    thread: number,
    from: number,
    to: number,
  ): void {
    const { among, isDisturbed } = meeting;
    let asking = 0;
    const ask = (key: number): void => {
      if (key === 0 || isDisturbed[asking] === 1) return;
      const slot = index.mayHave(key) ? index.find(key) : -1;
      if (slot >= 0) this.#meetSlot(meeting, rule, asking, slot, thread);
    };
    for (let i = from; i < to; i += 1) {
      asking = among[i]!;
      if (isDisturbed[asking] === 0) rule.askedBy!(asking, ask);
    }
  }

  #meetSlot(meeting: MeetingParts, rule: CandidateRule, row: number, slot: number, thread: number): void {
    const { crowds, head, next, isDisturbed } = meeting;
    if (crowds?.[slot] === CROWD) return;
    // Whose number a row carries says something of it beside every other candidate.
    let isAsked = rule.name === 'number' || crowds?.[slot] === CROSSED;
    for (let entry = head[slot]!; entry >= 0 && !isAsked; entry = next[entry]!) {
      const cluster = meeting.cluster[entry]!;
      if (cluster >= 0 && this.#met[cluster] === row) continue;
      if (cluster >= 0) this.#met[cluster] = row;
      if (this.#isSettled(row, cluster)) continue;
      isAsked =
        !this.#isSureBeside(row, cluster) ||
        this.ground.weights.mayBeNamesakeAtHome(this.#levels) ||
        !putBeside(meeting.beside[thread]!, row, cluster);
    }
    if (isAsked) isDisturbed[row] = 1;
  }

  /** Whether the row is sure enough of another cluster that it need not be asked because of this one before the two are compared. */
  #isSureBeside(row: number, cluster: number): boolean {
    const { isSure, partner } = this.parts;
    if (isSure[row] === 0) return false;
    const { at, cluster: clusterAt } = this.ground;
    const position = partner[row]! < 0 ? -1 : at[partner[row]!]!;
    return (position < 0 ? -1 : clusterAt[position]!) !== cluster;
  }

  /**
   * As `PersonComparison` and `PersonWeights` would have it of the cluster, tonight's rows and last night's taken together. Rows that
   * stand nowhere tonight settle nothing.
   */
  #isSettled(row: number, cluster: number): boolean {
    if (cluster < 0) return false;
    const { first, entry: entries, next, replaced, ...was } = this.parts;
    const { evidence, weights } = this.ground;
    const levels = this.#levels.fill(0);
    levels[HOME] = ELSEWHERE;
    let isSilent = false;
    this.#heardName = 0;
    for (let chain = first[cluster]!; chain >= 0; chain = next[chain]!) {
      const other = entries[chain]!;
      if (other === row) return false;
      if (other >= 0) {
        const { columns, homes, building, householdOf, numberBirth } = evidence;
        isSilent ||= !this.#compareNames(row, columns, other);
        this.#compareBirth(row, columns.birthText[other]!);
        this.#compareBirth(row, numberBirth[other]!);
        this.#compareHome(row, homes.dwelling[other]!, building[other]!, householdOf[other]!);
      } else {
        const place = -1 - other;
        isSilent ||= !this.#compareNames(row, replaced, place);
        this.#compareBirth(row, replaced.birthText[place]!);
        this.#compareBirth(row, was.replacedBirth[place]!);
        const [dwelling, building] = [was.replacedDwelling[place]!, was.replacedBuilding[place]!];
        this.#compareHome(row, dwelling, building, was.replacedHousehold[place]!);
      }
    }
    // Of those who are silent alone the cluster may have consisted.
    return !isSilent && weights.isSettled(levels);
  }

  /** Most rows of a person say what the row before said. */
  #heardName = 0;
  #wasStated = false;

  #compareNames(row: number, from: Pick<RecordColumns, 'name' | 'formerName' | 'alias'>, other: number): boolean {
    const { name, formerName, alias } = this.ground.evidence.columns;
    const theirs = from.name[other]!;
    if (theirs === 0 || theirs !== this.#heardName) {
      const byName = this.#compareName(name[row]!, theirs);
      const byFormer = this.#compareName(formerName[row]!, theirs);
      this.#wasStated = this.#compareName(alias[row]!, theirs) || byName || byFormer;
      this.#heardName = theirs;
    }
    const byTheirFormer = this.#compareName(name[row]!, from.formerName[other]!);
    return this.#compareName(name[row]!, from.alias[other]!) || byTheirFormer || this.#wasStated;
  }

  #compareName(one: number, met: number): boolean {
    const level = one === 0 || met === 0 ? 0 : this.ground.comparators.name.compare(one, met);
    if (level !== 0 && (this.#levels[NAME] === 0 || level < this.#levels[NAME]!)) this.#levels[NAME] = level;
    return level !== 0;
  }

  #compareBirth(row: number, other: number): void {
    const own = this.ground.evidence.columns.birthText[row]!;
    if (own !== 0 && other !== 0 && this.ground.comparators.birth.compare(own, other) === 1) this.#levels[BIRTH] = 1;
  }

  #compareHome(row: number, dwelling: number, building: number, household: number): void {
    const { evidence, households } = this.ground;
    const ownDwelling = evidence.homes.dwelling[row]!;
    const ownBuilding = evidence.building[row]!;
    const isTied = household >= 0 && (households.has(ownDwelling, household) || households.has(ownBuilding, household));
    if (isTied || (ownDwelling !== 0 && ownDwelling === dwelling)) this.#levels[HOME] = SAME_HOUSEHOLD;
    else if (ownBuilding !== 0 && ownBuilding === building && this.#levels[HOME]! > SAME_BUILDING)
      this.#levels[HOME] = SAME_BUILDING;
  }
}

/** Room for pairs: more than any county was seen to need; what is not written costs no memory. */
export function roomBeside(among: number): Int32Array {
  return sharedArray(Int32Array, 1 + 2 * (2 * among + 1024));
}

/** @returns false where there is no room left: the row is asked then without further ado */
function putBeside(beside: Int32Array, row: number, cluster: number): boolean {
  const count = beside[0]!;
  if (1 + 2 * count >= beside.length) return false;
  beside[1 + 2 * count] = row;
  beside[2 + 2 * count] = cluster;
  beside[0] = count + 1;
  return true;
}

const SAME_HOUSEHOLD = answerOf(HOME_LEVELS, 'HOUSEHOLD');
const SAME_BUILDING = answerOf(HOME_LEVELS, 'BUILDING');
const ELSEWHERE = HOME_LEVELS.length;
