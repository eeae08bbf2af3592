import type { Tie } from './register.js';

/** A cell as it came: text, a workbook's number or boolean, or a feed item's JSON value. */
export type Cell = string | number | boolean | null | readonly unknown[] | Readonly<Record<string, unknown>>;

/** A row with its address: the sheet and the row as the office sees it (header lines counted), or a feed item's id. */
export interface Row {
  readonly sheet: string | null;
  readonly row: number | null;
  readonly item: string | null;
  /** By position, as the header names them. */
  readonly cells: readonly Cell[];
}

/** Rows under one header: a CSV file has one table, a workbook one a sheet, a feed one a resource. */
export interface Table {
  readonly sheet: string | null;
  /** A two-level header is joined with `/` where the lower name alone would be ambiguous, else the lower name. */
  readonly header: readonly string[];
  readonly rows: AsyncIterable<readonly Row[]>;
}

export type Value = string | number | boolean | null | readonly Value[] | { readonly [key: string]: Value };

/** What a row says, once read. */
export interface ValidRecord {
  readonly sheet: string | null;
  readonly row: number | null;
  readonly item: string | null;
  /** Text of the key, parts joined by U+001F. */
  readonly key: string;
  /** Fields that the row states; one that it leaves blank is absent. */
  readonly stated: Readonly<Record<string, Value>>;
  /** What was written, for the fields whose reading differs from it. */
  readonly raw: Readonly<Record<string, string>>;
  /** Where the row belongs: 9, 12 and 15 characters; null where the row does not say. */
  readonly township: string | null;
  readonly village: string | null;
  readonly grid: string | null;
  readonly tie: Tie | null;
  /** The source says that this record is over (`deleted`, 注销). */
  readonly deleted: boolean;
}

/** What was read of an address. All text, numerals Arabic; absent where not stated. @see GA/T 2000.32 */
export interface AddressElements {
  /** Code of the village (12 digits) or township (9) that the address names, where the row itself is of another. */
  readonly elsewhere?: string;
  readonly township?: string;
  readonly village?: string;
  /** 组 */
  readonly group?: string;
  /** 自然村 */
  readonly hamlet?: string;
  /** 街路巷 */
  readonly road?: string;
  /** 号 */
  readonly number?: string;
  /** 小区 */
  readonly estate?: string;
  /** 栋/幢/号楼 */
  readonly building?: string;
  readonly unit?: string;
  readonly floor?: string;
  /** 室 */
  readonly room?: string;
  /** What none of these took. */
  readonly rest?: string;
}
