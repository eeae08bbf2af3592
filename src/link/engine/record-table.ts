import { hashKey } from './hash-key.js';
import type { FieldDeclaration, LinkageModel } from './linkage-model.js';
import type { Reader } from './readers.js';
import type { Vocabulary } from './vocabulary.js';
import { TextTable } from './text-table.js';

/** Rows as they came, of one file or of several. */
export interface SourceTable {
  readonly columns: readonly string[];
  /** One text a column. */
  readonly rows: readonly (readonly string[])[];
}

/** A field of all records: a small integer for each distinct text. */
export interface FieldColumn {
  readonly codes: Int32Array;
  readonly texts: TextTable;
}

/** Records in an order that their content decides, so that nothing that follows depends on the order of rows. */
export interface RecordTable {
  readonly size: number;
  readonly fields: Readonly<Record<string, FieldColumn>>;
  /** Of each record: which source, and which row of it, from 0. */
  readonly source: Uint8Array;
  readonly row: Int32Array;
}

/** @param hidden columns that the linkage may not see, not even to order rows: the truth */
export function readRecords(
  model: LinkageModel,
  sources: readonly SourceTable[],
  { readers }: Pick<Vocabulary, 'readers'>,
  hidden: readonly string[] = [],
): RecordTable {
  const size = sources.reduce((sum, { rows }) => sum + rows.length, 0);
  const read = Object.entries(model.fields).map(
    ([name, field]) => [name, readField(field, sources, size, readers[field.read]!)] as const,
  );
  const order = orderByContent(
    read.map(([, { codes }]) => codes),
    hashRows(sources, hidden, size),
  );
  const fields = Object.fromEntries(
    read.map(([name, { codes, texts }]) => [name, { codes: Int32Array.from(order, (i) => codes[i]!), texts }]),
  );
  const starts = sources.map((_, i) => sources.slice(0, i).reduce((sum, { rows }) => sum + rows.length, 0));
  const source = Uint8Array.from(order, (i) => starts.findLastIndex((start) => start <= i));
  return { size, fields, source, row: Int32Array.from(order, (i, record) => i - starts[source[record]!]!) };
}

/** A field in the order of the rows; codes in the order of the texts, whatever the order of the rows. */
function readField(
  { from }: FieldDeclaration,
  sources: readonly SourceTable[],
  size: number,
  reader: Reader,
): FieldColumn {
  const codes = new Int32Array(size);
  const seen = new TextTable();
  const known = new Map<string, number>();
  let record = 0;
  for (const { columns, rows } of sources) {
    const places = from.map((column) => columns.indexOf(column));
    for (const cells of rows) {
      let text = '';
      for (const place of places)
        if (cells[place] !== '') text = text === '' ? cells[place]! : `${text} ${cells[place]}`;
      let code = known.get(text);
      if (code === undefined) {
        code = seen.codeOf(reader(text));
        known.set(text, code);
      }
      codes[record] = code;
      record += 1;
    }
  }
  const found: string[] = [];
  for (let code = 1; seen.textOf(code) !== ''; code += 1) found.push(seen.textOf(code));
  const texts = new TextTable();
  for (const text of found.toSorted()) texts.codeOf(text);
  const renumbered = Int32Array.from(['', ...found], (text) => texts.codeOf(text));
  return { codes: codes.map((code) => renumbered[code]!), texts };
}

/** Rows with like values stand together, and so in near memory when pairs of them are compared; rows that are equal in all fields, by the rest. */
function orderByContent(columns: readonly Int32Array[], hashes: Float64Array): Uint32Array {
  return Uint32Array.from(hashes, (_, i) => i).toSorted((one, other) => {
    for (let i = 0; i < columns.length; i += 1) {
      const difference = columns[i]![one]! - columns[i]![other]!;
      if (difference !== 0) return difference;
    }
    return hashes[one]! - hashes[other]! || one - other;
  });
}

function hashRows(sources: readonly SourceTable[], hidden: readonly string[], size: number): Float64Array {
  const hashes = new Float64Array(size);
  let record = 0;
  for (const { columns, rows } of sources) {
    const seen = columns.map((column) => !hidden.includes(column));
    for (const cells of rows) {
      hashes[record] = hashKey(cells.filter((_, column) => seen[column]).join('\u001f'));
      record += 1;
    }
  }
  return hashes;
}
