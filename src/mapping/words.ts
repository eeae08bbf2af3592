import type { CodeTableName, Column, Word } from '../model/importer.js';
import type { Tie } from '../model/register.js';

/** A column before it has its field: the header names that count as it, the agreement's first, and how a cell is read. */
export type ColumnWords = Omit<Column, 'field'>;

type Headers = readonly [string, ...string[]];

export const text = (...headers: Headers) => column({ kind: 'text' }, headers);
/** Free text of at most so many characters; `text` takes 200. */
export const longText = (longest: number, ...headers: Headers) => column({ kind: 'text', longest }, headers);
/** A number or code of the office's own: kept as text, blanks removed, leading zeros kept. */
export const code = (...headers: Headers) => column({ kind: 'code' }, headers);
export const personName = (...headers: Headers) => column({ kind: 'personName' }, headers);
/** @see GB 11643-1999. An invalid number is kept under the field's name + `Invalid`. */
export const idNumber = (...headers: Headers) => column({ kind: 'idNumber' }, headers);
/** A number whose kind another column states: a citizen's goes to this field, any other to `otherIdNumber`. */
export const anyIdNumber = (typeField: string, ...headers: Headers) =>
  column({ kind: 'anyIdNumber', typeField }, headers);
/** Checks the identity number in the field `checks`; nothing of it is kept, for its last digits are a category and a degree. */
export const disabilityNumber = (checks: string, ...headers: Headers) =>
  column({ kind: 'disabilityNumber', checks }, headers);
/** @see GB 32100-2015 */
export const creditCode = (...headers: Headers) => column({ kind: 'creditCode' }, headers);
export const date = (...headers: Headers) => column({ kind: 'date' }, headers);
export const month = (...headers: Headers) => column({ kind: 'month' }, headers);
export const moment = (...headers: Headers) => column({ kind: 'moment' }, headers);
export const phone = (...headers: Headers) => column({ kind: 'phone' }, headers);
/** A code of a national table, or a label of it. */
export const choice = (table: CodeTableName, ...headers: Headers) => column({ kind: 'choice', table }, headers);
/** One of the office's own labels; a record maps what may be written to what is kept. */
export const label = (values: Labels, ...headers: Headers) =>
  column({ kind: 'label', values: asRecord(values) }, headers);
export const yesNo = (...headers: Headers) => column({ kind: 'yesNo' }, headers);
/** Several labels in one cell; `null` takes any. */
export const list = (of: Labels | null, ...headers: Headers) =>
  column({ kind: 'list', of: of === null ? null : asRecord(of) }, headers);
/** Names of persons in one cell, parted by 、 or a comma. */
export const names = (...headers: Headers) => column({ kind: 'names' }, headers);
export const divisionCode = (digits: 6 | 12, ...headers: Headers) => column({ kind: 'divisionCode', digits }, headers);
export const townshipName = (...headers: Headers) => column({ kind: 'townshipName' }, headers);
/** `within`: the field that states the township; without it a name must be the only one of its kind in the county. */
export const villageName = (within: string | null, ...headers: Headers) =>
  column(within === null ? { kind: 'villageName' } : { kind: 'villageName', townshipField: within }, headers);
export const gridCode = (...headers: Headers) => column({ kind: 'gridCode' }, headers);
export const address = (...headers: Headers) => column({ kind: 'address' }, headers);
export const number = (range: Range, ...headers: Headers) => column({ kind: 'number', ...range }, headers);
export const yuan = (...headers: Headers) => column({ kind: 'yuan' }, headers);
/** Degrees; converted to CGCS2000, for which both of a row's coordinates are needed. */
export const longitude = (system: System, ...headers: Headers) => column({ kind: 'longitude', system }, headers);
export const latitude = (system: System, ...headers: Headers) => column({ kind: 'latitude', system }, headers);
/** A GeoJSON Polygon or MultiPolygon. */
export const polygon = (system: System, ...headers: Headers) => column({ kind: 'polygon', system }, headers);
/** `[{ name, idNumber?, phone? }]` */
export const people = (...headers: Headers) => column({ kind: 'json', shape: 'people' }, headers);
/** `[{ action, actor, level, at, note }]` */
export const steps = (...headers: Headers) => column({ kind: 'json', shape: 'steps' }, headers);
/** What the row says of the person and the home, where the dataset's own tie does not hold for all rows. */
export const tie = (values: Readonly<Record<string, Tie>>, ...headers: Headers) =>
  column({ kind: 'tie', values }, headers);
/** Which values say that the record is over. */
export const deleted = (values: Readonly<Record<string, boolean>>, ...headers: Headers) =>
  column({ kind: 'deleted', values }, headers);
/** The name of the workbook's sheet is itself a value. */
export const sheetName = (...values: string[]): ColumnWords => ({ headers: [], word: { kind: 'sheetName', values } });

/** The delivery is refused without this column. */
export const must = (words: ColumnWords): ColumnWords => ({ ...words, must: true });
/** The delivery is refused without this column, and a row that leaves it blank. */
export const needed = (words: ColumnWords): ColumnWords => ({ ...words, must: true, needed: true });

type Labels = readonly string[] | Readonly<Record<string, string>>;
type System = 'CGCS2000' | 'GCJ-02';
interface Range {
  readonly least?: number;
  readonly most?: number;
  readonly whole?: boolean;
}

function column(word: Word, headers: Headers): ColumnWords {
  return { headers, word };
}

function asRecord(labels: Labels): Readonly<Record<string, string>> {
  return isList(labels) ? Object.fromEntries(labels.map((each) => [each, each])) : labels;
}

const isList = (labels: Labels): labels is readonly string[] => Array.isArray(labels);
