import type { ClusterRows } from './cluster-rows.js';
import type { PersonComparison } from './compare-person.js';
import type { HeldNumbers } from './held-numbers.js';
import {
  HOLDS_NUMBER,
  joinedWhen,
  NUMBERED,
  TOLD_APART,
  UNANSWERED,
  WAS_SECOND,
  type Answers,
  type KeptDoubt,
  type KeptSecond,
  type LastNight,
} from './last-night.js';
import type { PersonWeights } from './person-weights.js';
import { sharedArray } from '../engine/thread-arrays.js';
import type { RecordColumns } from '../record-columns.js';

export interface Answering {
  readonly columns: RecordColumns;
  readonly rows: Int32Array;
  /** By position, as the deterministic layer has it. */
  readonly numbered: Uint8Array;
  readonly held: Pick<HeldNumbers, 'at' | 'holds'>;
  /** Rows that a person has said never to be one. */
  readonly apart: ReadonlyMap<number, readonly number[]>;
  readonly lastNight: LastNight | null;
}

export interface DoubtfulPair {
  readonly row: number;
  /** A row of the cluster that the row may belong to. */
  readonly other: number;
  readonly probability: number;
  readonly bits: number;
  readonly levels: Uint8Array;
  readonly matchedName: number;
}

/** By what a row and a cluster are compared. */
export interface Weighing {
  readonly clusters: ClusterRows;
  readonly comparison: PersonComparison;
  readonly weights: PersonWeights;
}

/** What the rows answer in a run: who is in doubt, and all that the next night has to know. */
export class RowAnswers {
  /** By position, as `Answers` has it; threads beside read how rows stand with their numbers. */
  readonly answer: Uint8Array;
  readonly doubtful: DoubtfulPair[] = [];
  readonly kept = { doubts: [] as KeptDoubt[], seconds: [] as KeptSecond[] };
  readonly #surety: Float32Array;
  readonly #question: Answering;

  constructor(question: Answering) {
    const { rows, numbered, apart } = question;
    const { at, holds } = question.held;
    this.#question = question;
    this.answer = sharedArray(Uint8Array, rows.length);
    this.#surety = new Float32Array(rows.length);
    for (let position = 0; position < rows.length; position += 1) {
      if (numbered[position] !== 0) this.answer[position] = NUMBERED;
      if (holds[rows[position]!] === 1) this.answer[position]! |= HOLDS_NUMBER;
    }
    for (const row of apart.keys()) if (at[row]! >= 0) this.note(row, TOLD_APART);
  }

  /** @param what one of the words of `Answers`, or the round in which the row was joined */
  note(row: number, what: number): void {
    this.answer[this.#question.held.at[row]!]! |= what;
  }

  /** @param surety no more than the probability with which the first round that asked the row joined it */
  wasSure(row: number, surety: number): void {
    this.#surety[this.#question.held.at[row]!] = surety;
  }

  /** @param other a row of the person whom the row lost to another of its register */
  wasSecond(row: number, other: number): void {
    const { id } = this.#question.columns;
    this.note(row, WAS_SECOND);
    this.kept.seconds.push({ row: id[row]!, other: id[other]! });
  }

  doubt(row: number, cluster: number, probability: number, { clusters, comparison, weights }: Weighing): void {
    const { columns } = this.#question;
    comparison.compare(row, cluster);
    const { matchedName } = comparison;
    const other = leadingRow(columns, clusters, cluster, row);
    const bits = weights.sum(comparison.levels, matchedName);
    this.doubtful.push({ row, other, probability, bits, levels: comparison.levels.slice(), matchedName });
    this.kept.doubts.push({
      row: columns.id[row]!,
      other: columns.id[other]!,
      probability,
      bits,
      levels: [...comparison.levels],
      matchedName: columns.names.textOf(matchedName),
    });
  }

  /** What the row was in doubt about last night. */
  doubtAgain(row: number): void {
    const { lastNight, columns } = this.#question;
    this.#doubtsBefore ??= Map.groupBy(lastNight!.words.doubts, (doubt) => doubt.row);
    for (const doubt of this.#doubtsBefore.get(columns.id[row]!) ?? []) {
      const { probability, bits, levels, matchedName } = doubt;
      this.doubtful.push({
        row,
        other: lastNight!.places.find(doubt.other),
        probability,
        bits,
        levels: Uint8Array.from(levels),
        matchedName: columns.names.codeOf(matchedName),
      });
      this.kept.doubts.push(doubt);
    }
  }
  #doubtsBefore: Map<number, KeptDoubt[]> | null = null;

  get unanswered(): number {
    let count = 0;
    for (const answer of this.answer) if ((answer & UNANSWERED) !== 0) count += 1;
    return count;
  }

  /**
   * Put together when all have answered: until then a county of millions has other uses for the memory.
   * @param cluster where rows stand now, by position @param firstOf the row by which a cluster is told @param building by row
   */
  all(mark: Float64Array, cluster: Int32Array, firstOf: Int32Array, building: Uint32Array): Answers {
    const { answer } = this;
    const { rows } = this.#question;
    const partner = new Int32Array(rows.length);
    const buildingAt = new Uint32Array(rows.length);
    for (let at = 0; at < rows.length; at += 1) {
      // Strangers are asked every night: what became of them last night is nothing to go by.
      partner[at] = joinedWhen(answer[at]!) === 0 ? -1 : firstOf[cluster[at]!]!;
      buildingAt[at] = building[rows[at]!]!;
    }
    return { mark, answer, partner, surety: this.#surety, building: buildingAt };
  }
}

/** The row by which a person shows a cluster to a reviewer: of the register that speaks first; then by content. */
function leadingRow(columns: RecordColumns, { start, member }: ClusterRows, cluster: number, except: number): number {
  let best = -1;
  for (let i = start[cluster]!; i < start[cluster + 1]!; i += 1) {
    const row = member[i]!;
    if (row === except) continue;
    const before =
      best < 0 ||
      (columns.traits(row).nameRank - columns.traits(best).nameRank || columns.id[row]! - columns.id[best]!) < 0;
    if (before) best = row;
  }
  return best;
}
