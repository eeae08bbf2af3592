import type { RegisterName, Subject, Tie, Words } from './register.js';

/** One department's declaration: who it is and which deliveries it makes. Data only; `src/mapping` has the words to write it in. */
export interface Importer {
  readonly register: RegisterName;
  readonly title: Words;
  readonly datasets: readonly Dataset[];
}

/** One kind of delivery of one department, e.g. `police/residents`. */
export interface Dataset {
  /** `register/dataset`, unique, for ever. */
  readonly name: string;
  readonly register: RegisterName;
  readonly title: Words;
  readonly file: FileShape;
  /** What a row speaks of; the linkage gives it an entity of each of these kinds. */
  readonly speaksOf: readonly Subject[];
  /** The tie between the row's person and its home; a column with the word `tie` may say otherwise for a row. */
  readonly tie: Tie | null;
  /**
   * How often one person has two standing rows in this register: `none` where the register sees to it that nobody has, `rare` where it
   * means nobody to. `ordinary` where a row is a case, a benefit or a post, and a person may have several.
   */
  readonly duplicates: Duplicates;
  /** A person who is not the row's own: owner, head, guardian, contact, people of an event. */
  readonly mentions: readonly Mention[];
  readonly columns: readonly Column[];
  /** Alternatives, read from the left: the first whose parts are all stated makes the key. */
  readonly key: readonly (readonly KeyPart[])[];
  /** Columns that the house does not collect: dropped at the door, before anything is stored, and counted. */
  readonly refused: Readonly<Record<string, string>>;
  /** Columns known and of no use, with the reason. */
  readonly ignored: Readonly<Record<string, string>>;
  readonly believable: Believable;
}

export type Duplicates = 'none' | 'rare' | 'ordinary';

export interface Mention {
  /** As it is cited behind the record's ref: `房主姓名`; `people/*` for the elements of a list. */
  readonly pointer: string;
  /** Fields of the record that hold what the mention carries. For `people/*` these are keys of the list's elements. */
  readonly name: string;
  readonly idNumber?: string;
  readonly phone?: string;
  /** Field that holds a list of names, where the pointer of `联系户/*` does not say it; `name` is not asked then. */
  readonly list?: string;
  /** Somebody of the very household of which the record speaks. */
  readonly part?: HouseholdPart;
  readonly role: Words;
}

export type HouseholdPart = 'head' | 'guardian';

export type FileShape =
  | {
      readonly format: 'csv';
      /** Tested against the file's base name. A group named `date` holds YYYYMMDD or YYYYMM; `coverage` 全量 or 增量. */
      readonly name: RegExp;
      /** What it is when the name does not say. */
      readonly coverage: 'full' | 'delta';
    }
  | {
      readonly format: 'workbook';
      readonly name: RegExp;
      readonly coverage: 'full' | 'delta';
      /** The header row is the first that holds one of these names (after folding); a second header row may follow it, merged. */
      readonly headerHolds: readonly string[];
      /** A row whose first stated cell matches ends the data (合计, notes). */
      readonly until: RegExp;
      /** Only these sheets are read, or all with a header when absent. */
      readonly sheets?: readonly string[];
    }
  | {
      readonly format: 'items';
      /** The feed's resource, and the NDJSON file's first name part. */
      readonly resource: string;
      readonly name: RegExp;
      readonly coverage: 'full' | 'delta';
    };

/** A part of a key: a field of the record, or the sheet's name. */
export type KeyPart = { readonly field: string } | { readonly sheet: true };

export interface Column {
  /** The record's field that it fills; see `model/field.ts` for those the house knows. */
  readonly field: string;
  /** Header names that count as this column, the canonical one first; folded before comparison. */
  readonly headers: readonly string[];
  readonly word: Word;
  /** The delivery is refused without this column. */
  readonly must?: boolean;
  /** A row that does not state it is refused. */
  readonly needed?: boolean;
}

/** How a cell is read. Plain data: `src/validate` interprets it. */
export type Word =
  | { readonly kind: 'text'; readonly longest?: number }
  | { readonly kind: 'personName' }
  | { readonly kind: 'idNumber' }
  | { readonly kind: 'anyIdNumber'; readonly typeField: string }
  | { readonly kind: 'disabilityNumber'; readonly checks: string }
  | { readonly kind: 'creditCode' }
  | { readonly kind: 'date' }
  | { readonly kind: 'month' }
  | { readonly kind: 'moment' }
  | { readonly kind: 'phone' }
  | { readonly kind: 'choice'; readonly table: CodeTableName }
  | { readonly kind: 'label'; readonly values: Readonly<Record<string, string>> }
  | { readonly kind: 'divisionCode'; readonly digits: 6 | 12 }
  | { readonly kind: 'townshipName' }
  | { readonly kind: 'villageName'; readonly townshipField?: string }
  | { readonly kind: 'gridCode' }
  | { readonly kind: 'address' }
  | { readonly kind: 'number'; readonly least?: number; readonly most?: number; readonly whole?: boolean }
  | { readonly kind: 'yuan' }
  | { readonly kind: 'longitude'; readonly system: 'CGCS2000' | 'GCJ-02' }
  | { readonly kind: 'latitude'; readonly system: 'CGCS2000' | 'GCJ-02' }
  | { readonly kind: 'yesNo' }
  | { readonly kind: 'names' }
  | { readonly kind: 'list'; readonly of: Readonly<Record<string, string>> | null }
  | { readonly kind: 'tie'; readonly values: Readonly<Record<string, Tie>> }
  | { readonly kind: 'deleted'; readonly values: Readonly<Record<string, boolean>> }
  | { readonly kind: 'code'; readonly longest?: number }
  | { readonly kind: 'polygon'; readonly system: 'CGCS2000' | 'GCJ-02' }
  | { readonly kind: 'json'; readonly shape: 'people' | 'steps' }
  | { readonly kind: 'sheetName'; readonly values: readonly string[] };

export type CodeTableName = 'sex' | 'marital' | 'education' | 'kinship';

/** The range in which a delivery is believed; outside it the delivery is held for the data officer. */
export interface Believable {
  /** Rows of a full delivery. */
  readonly rows?: readonly [least: number, most: number];
  /** Share of the current records that a full delivery may retire, 0…1. Fewer than 20 records are always believed. */
  readonly retired?: number;
  /** Share of rows that may be refused, 0…1. Fewer than 20 rows are always believed. */
  readonly refusedRows?: number;
}
