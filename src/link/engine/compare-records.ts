import type { Level, PreparedComparator } from './comparator.js';
import type { LinkageModel } from './linkage-model.js';
import type { RecordTable } from './record-table.js';
import { TextTable } from './text-table.js';
import type { Vocabulary } from './vocabulary.js';

/** A comparison of a model, ready for the records of a table. */
export interface RecordComparison {
  readonly name: string;
  readonly levels: readonly Level[];
  /** @returns 0 where either record is silent, else 1 + the index of the level */
  compare(one: number, other: number): number;
  /** Where the codes of a record begin, and how many values it may state; they stand in for each other, over one dictionary. */
  readonly place: number;
  readonly width: number;
  /** Codes are below this. */
  readonly values: number;
  readonly prepared: PreparedComparator;
}

export interface RecordComparisons {
  readonly list: readonly RecordComparison[];
  /** All codes of record r are `cells[r × stride … (r + 1) × stride)`: a pair costs two looks into far memory, not two a field. */
  readonly cells: Int32Array;
  readonly stride: number;
}

export function compareRecords(
  model: LinkageModel,
  table: RecordTable,
  { comparators }: Pick<Vocabulary, 'comparators'>,
): RecordComparisons {
  const stride = model.comparisons.reduce((sum, { fields }) => sum + fields.length, 0);
  const cells = new Int32Array(table.size * stride);
  let place = 0;
  const list = model.comparisons.map(({ name, fields, comparator }) => {
    const { levels, prepare } = comparators[comparator]!;
    const [texts, columns] = shareDictionary(fields, table);
    columns.forEach((codes, i) => {
      for (let record = 0; record < table.size; record += 1) cells[record * stride + place + i] = codes[record]!;
    });
    const prepared = prepare(texts);
    prepared.extend();
    let values = 1;
    while (texts.textOf(values) !== '') values += 1;
    const [at, width] = [place, columns.length];
    place += width;
    const compare =
      width === 1
        ? (one: number, other: number) => prepared.compare(cells[one * stride + at]!, cells[other * stride + at]!)
        : compareAny(cells, stride, at, width, prepared, levels.length);
    return { name, levels, compare, place: at, width, values, prepared };
  });
  return { list, cells, stride };
}

/** The strongest that any value of the one has with any of the other. */
function compareAny(
  cells: Int32Array,
  stride: number,
  place: number,
  width: number,
  prepared: PreparedComparator,
  levels: number,
): RecordComparison['compare'] {
  return (one, other) => {
    let best = levels + 1;
    for (let i = 0; i < width; i += 1)
      for (let j = 0; j < width; j += 1) {
        const level = prepared.compare(cells[one * stride + place + i]!, cells[other * stride + place + j]!);
        if (level > 0 && level < best) best = level;
      }
    return best > levels ? 0 : best;
  };
}

function shareDictionary(fields: readonly string[], table: RecordTable): [TextTable, Int32Array[]] {
  const [first, ...rest] = fields.map((field) => table.fields[field]!);
  if (rest.length === 0) return [first!.texts, [first!.codes]];
  const shared = new TextTable();
  return [shared, [first!, ...rest].map(({ codes, texts }) => codes.map((code) => shared.codeOf(texts.textOf(code))))];
}
