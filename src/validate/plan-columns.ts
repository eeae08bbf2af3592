import { statedFields } from '../model/stated-fields.js';
import type { Finding, FindingCode } from '../model/finding.js';
import { shapeOf } from '../model/finding.js';
import { foldHeader } from '../model/header.js';
import type { Column, Dataset } from '../model/importer.js';
import { refusalOf } from '../model/refused-columns.js';

/** Which cell of a row fills which field, settled once for a table. */
export interface ColumnPlan {
  readonly dataset: Dataset;
  readonly sheet: string | null;
  /** field → header as this delivery wrote it; also for the fields that are made of another's column (`idNumberInvalid`). */
  readonly columns: Readonly<Record<string, string>>;
  readonly bound: readonly BoundColumn[];
  /** Headers, as written, of columns that the house does not collect. */
  readonly refused: readonly string[];
  /** Headers known and of no use. */
  readonly ignored: readonly string[];
  /** About the columns themselves, once for the table: unknown and absent ones. See `refusedNotes` for the refused. */
  readonly notes: readonly Finding[];
}

export interface BoundColumn {
  readonly column: Column;
  /** Where in `row.cells`; -1 for a value that is in no cell (the sheet's name). */
  readonly at: number;
  readonly header: string;
}

/**
 * Matches a table's header to the dataset's columns by folded name. What is left over is refused by name, ignored by name, or
 * reported; nothing is taken that was not declared. A Finding where a column is missing that the delivery cannot be read
 * without, or where two columns would fill one field.
 */
export function planColumns(dataset: Dataset, header: readonly string[], sheet: string | null): ColumnPlan | Finding {
  const names = namesOf(dataset);
  const folded = header.map(foldHeader);
  const fieldOf = matchHeaders(names, folded);

  const bound: BoundColumn[] = [];
  const refused: string[] = [];
  const ignored: string[] = [];
  const notes: Finding[] = [];
  for (const [at, written] of header.entries()) {
    const name = folded[at] ?? '';
    const column = fieldOf[at];
    if (name === '') continue;
    if (column === undefined) {
      if (names.ignored.has(name)) ignored.push(written);
      else if (names.refused.has(name) || refusalOf(name) !== null) refused.push(written);
      else if (notes.length < MOST_NOTES) notes.push(about(sheet, 'COLUMN_UNKNOWN', showHeader(written)));
      continue;
    }
    if (bound.some((other) => other.column === column))
      return about(sheet, 'DELIVERY_COLUMN_TWICE', showHeader(written));
    bound.push({ column, at, header: written.trim() });
  }
  for (const column of dataset.columns) {
    if (column.word.kind === 'sheetName') bound.push({ column, at: -1, header: SHEET });
    else if (!bound.some((other) => other.column === column)) {
      const [first = column.field] = column.headers;
      if (column.must === true) {
        return { ...about(sheet, 'DELIVERY_COLUMN_MISSING', first), accepted: column.headers.join('、') };
      }
      notes.push(about(sheet, 'COLUMN_ABSENT', first));
    }
  }
  return { dataset, sheet, columns: citedColumns(bound), bound, refused, ignored, notes };
}

/** One note a refused column, with the number of rows whose cell was dropped at the door. */
export function refusedNotes(plan: ColumnPlan, rows: number): readonly Finding[] {
  return plan.refused.map((header) => ({
    ...about(plan.sheet, 'COLUMN_REFUSED', showHeader(header)),
    found: String(rows),
  }));
}

/** Stands for a header where the value is the sheet's name. */
const SHEET = '@sheet';
const MOST_NOTES = 50;

interface Names {
  readonly columns: ReadonlyMap<string, Column>;
  readonly ignored: ReadonlySet<string>;
  readonly refused: ReadonlySet<string>;
}

const prepared = new WeakMap<Dataset, Names>();

function namesOf(dataset: Dataset): Names {
  const known = prepared.get(dataset);
  if (known !== undefined) return known;
  const names = {
    columns: new Map(
      dataset.columns.flatMap((column) =>
        column.headers.map((header): [string, Column] => [foldHeader(header), column]),
      ),
    ),
    ignored: new Set(Object.keys(dataset.ignored).map(foldHeader)),
    refused: new Set(Object.keys(dataset.refused).map(foldHeader)),
  };
  prepared.set(dataset, names);
  return names;
}

/**
 * By the whole name first. A two-level header comes joined with `/`: then by the name without it (户主/姓名 is 户主姓名), and at
 * last by its lower part, where nothing else has taken that field.
 */
function matchHeaders(
  { columns, ignored, refused }: Names,
  folded: readonly string[],
): readonly (Column | undefined)[] {
  const found = folded.map((name) => columns.get(name));
  const withoutSlash = new Map([...columns].map(([name, column]) => [name.replaceAll('/', ''), column]));
  for (const match of [
    (name: string) => withoutSlash.get(name.replaceAll('/', '')),
    (name: string) => (name.includes('/') ? columns.get(name.slice(name.lastIndexOf('/') + 1)) : undefined),
  ]) {
    for (const [at, name] of folded.entries()) {
      if (found[at] !== undefined || ignored.has(name) || refused.has(name) || refusalOf(name) !== null) continue;
      const column = match(name);
      if (column !== undefined && !found.includes(column)) found[at] = column;
    }
  }
  return found;
}

/** A field made of another's column is cited by that column. */
function citedColumns(bound: readonly BoundColumn[]): Readonly<Record<string, string>> {
  const cited: Record<string, string> = {};
  for (const { column, header } of bound) {
    for (const field of statedFields(column)) cited[field] = header;
  }
  return cited;
}

/** A header row may be a row of data that lost its header: what looks like a number or a sentence is shown by its shape. */
function showHeader(header: string): string {
  const text = header.trim();
  return text.length > 20 || /\d{5}/u.test(text) ? shapeOf(text) : text;
}

function about(sheet: string | null, code: FindingCode, column: string): Finding {
  return { code, sheet, row: null, item: null, column, found: null, accepted: null };
}
