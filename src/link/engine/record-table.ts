import { hashKey } from './hash-key.js';
import type { LinkageModel } from './linkage-model.js';
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
  const [source, row] = orderByContent(sources, hidden, size);
  const fields: Record<string, FieldColumn> = {};
  for (const [name, { from, read }] of Object.entries(model.fields)) {
    const texts = new TextTable();
    const codes = new Int32Array(size);
    const places = sources.map(({ columns }) => from.map((column) => columns.indexOf(column)));
    const reader = readers[read]!;
    const known = new Map<string, number>();
    for (let record = 0; record < size; record += 1) {
      const cells = sources[source[record]!]!.rows[row[record]!]!;
      let text = '';
      for (const place of places[source[record]!]!) {
        const cell = cells[place]!;
        if (cell !== '') text = text === '' ? cell : `${text} ${cell}`;
      }
      let code = known.get(text);
      if (code === undefined) {
        code = texts.codeOf(reader(text));
        known.set(text, code);
      }
      codes[record] = code;
    }
    fields[name] = { codes, texts };
  }
  return { size, fields, source, row };
}

function orderByContent(
  sources: readonly SourceTable[],
  hidden: readonly string[],
  size: number,
): [Uint8Array, Int32Array] {
  const keys = new Float64Array(size);
  const texts: string[] = [];
  const [sourceOf, rowOf] = [new Uint8Array(size), new Int32Array(size)];
  let place = 0;
  sources.forEach(({ columns, rows }, source) => {
    const seen = columns.map((column) => !hidden.includes(column));
    rows.forEach((cells, row) => {
      const text = cells.filter((_, column) => seen[column]).join('\u001f');
      texts.push(text);
      keys[place] = hashKey(text);
      sourceOf[place] = source;
      rowOf[place] = row;
      place += 1;
    });
  });
  const order = Uint32Array.from({ length: size }, (_, i) => i).toSorted(
    (one, other) =>
      keys[one]! - keys[other]! ||
      (texts[one]! < texts[other]! ? -1 : texts[one]! > texts[other]! ? 1 : sourceOf[one]! - sourceOf[other]!) ||
      rowOf[one]! - rowOf[other]!,
  );
  return [Uint8Array.from(order, (i) => sourceOf[i]!), Int32Array.from(order, (i) => rowOf[i]!)];
}
