import type { NumberIndex } from '../engine/number-index.js';
import { RecordColumns, type DatasetTraits } from '../record-columns.js';

/** What is noted of a row's answer: where it was joined, in the lowest two bits, and how it stood. */
export const JOINED_WHEN_LEADING = 1;
export const JOINED_FIRST = 2;
export const JOINED_LAST = 3;
const JOINED = 3;
/** Another row of its register was joined before it in the first round. */
export const WAS_SECOND = 8;
/** Nobody came into question. */
export const UNANSWERED = 16;
/** Somebody has said of whom it is not. */
export const TOLD_APART = 32;
/** Stands with the rows of its number. */
export const NUMBERED = 64;
export const HOLDS_NUMBER = 128;

/** The round in which the row was joined to a known person; 0 for none. */
export function joinedWhen(answer: number): number {
  return answer & JOINED;
}

/** What each row answered and upon which evidence, so that another night asks only rows whose answer could be another. By position. */
export interface Answers {
  /** Hash of all that the engine looked at in the row; never 0. */
  readonly mark: Float64Array;
  readonly answer: Uint8Array;
  /** A row of the cluster that the row was joined to; -1 for none. */
  readonly partner: Int32Array;
  /** No more than the probability with which the row was joined in the first round that asked it; 0 for others. */
  readonly surety: Float32Array;
  /** Entity of the building of the row's home, or of the one at its address; 0 for none. */
  readonly building: Uint32Array;
}

/** A pair in doubt, as it was asked by a row; the strangers, who are all asked every night, are not among them. */
export interface KeptDoubt {
  /** Ids of records. */
  readonly row: number;
  readonly other: number;
  readonly probability: number;
  readonly bits: number;
  readonly levels: readonly number[];
  readonly matchedName: string;
}

/** A row that lost its person, in the first round, to another row of its register. */
export interface KeptSecond {
  /** Ids of records; `other` is of the person. */
  readonly row: number;
  readonly other: number;
}

/** What few rows have to say for the next night. */
export interface KeptWords {
  readonly doubts: readonly KeptDoubt[];
  readonly seconds: readonly KeptSecond[];
}

/** All that tonight knows of last night. Everything by row but the words. */
export interface LastNight {
  /** 0 where the row was not known. */
  readonly mark: Float64Array;
  readonly answer: Uint8Array;
  /** Id of a record; 0 for none. */
  readonly partner: Float64Array;
  readonly surety: Float32Array;
  /** The row by the id of its record. */
  readonly places: NumberIndex;
  /** Entities; the building is that of the row's address where it has none of its own. */
  readonly dwelling: ArrayLike<number>;
  readonly building: ArrayLike<number>;
  readonly replaced: ReplacedRows;
  readonly words: KeptWords;
}

/** Rows as they were last night, of those that say something else tonight. Codes are those of the columns that they were taken from. */
export class ReplacedRows {
  readonly columns: RecordColumns;
  /** The row by place here. */
  readonly rows: number[] = [];
  readonly #placeOf = new Map<number, number>();

  constructor(datasets: readonly DatasetTraits[]) {
    this.columns = new RecordColumns(datasets);
  }

  /** @returns its place here; a row that was kept before stays as it was then */
  keep(row: number, from: RecordColumns): number {
    const known = this.#placeOf.get(row);
    if (known !== undefined) return known;
    const place = this.columns.add();
    this.columns.copy(from, row, place);
    this.rows.push(row);
    this.#placeOf.set(row, place);
    return place;
  }
}
