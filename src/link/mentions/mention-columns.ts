import type { HouseholdPart } from '../../model/importer.js';
import { TextTable } from '../engine/text-table.js';
import { widened } from '../record-columns.js';

/** What a mention is to the household of which its record speaks, as numbers; 0, nothing. */
export const PARTS = [null, 'head', 'guardian'] as const satisfies readonly (HouseholdPart | null)[];

/** Every mention of the county that a run asks about, and where its record stands; one position a mention in every column. */
export class MentionColumns {
  size = 0;
  readonly pointers = new TextTable();
  /** As written. */
  readonly names = new TextTable();

  /** Position of the record; -1 where it is known from last night only. */
  row = new Int32Array(0);
  record = new Float64Array(0);
  pointer = new Int32Array(0);
  name = new Int32Array(0);
  /** Key of the valid number; 0 without. */
  idKey = new Float64Array(0);
  phoneKey = new Float64Array(0);
  /** Index in PARTS. */
  part = new Uint8Array(0);
  /** Code in the records' `texts`. */
  village = new Int32Array(0);
  /** Entities of the record. */
  person = new Uint32Array(0);
  dwelling = new Uint32Array(0);
  building = new Uint32Array(0);
  /** Whom it pointed to last night, and by which of MENTION_REASONS. */
  oldPerson = new Uint32Array(0);
  oldReason = new Uint8Array(0);

  /** Makes room for one more and returns its position; every column of it is 0. */
  add(): number {
    if (this.size >= this.row.length) this.#reserve(Math.max(1024, this.row.length * 2));
    this.size += 1;
    return this.size - 1;
  }

  #reserve(length: number): void {
    const columns = this as unknown as Record<string, unknown>;
    for (const [name, column] of Object.entries(columns))
      if (ArrayBuffer.isView(column)) columns[name] = widened(column, length);
  }
}

/** Why a mention points to its person; 0, it does not. */
export const MENTION_REASONS = [null, 'ID_NUMBER_AND_NAME', 'AGREEMENT'] as const;
