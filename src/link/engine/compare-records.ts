import type { Comparator, Level, PreparedComparator } from './comparator.js';
import type { ComparisonDeclaration, LinkageModel } from './linkage-model.js';
import type { RecordTable } from './record-table.js';
import { TextTable } from './text-table.js';
import type { Vocabulary } from './vocabulary.js';

/** A comparison of a model, ready for the records of a table. */
export interface RecordComparison {
  readonly name: string;
  readonly levels: readonly Level[];
  /** @returns 0 where either record is silent, else 1 + the index of the level */
  compare(one: number, other: number): number;
  /** The columns whose values stand in for each other, over one dictionary of `values` codes. */
  readonly columns: readonly Int32Array[];
  readonly values: number;
  readonly prepared: PreparedComparator;
}

export function compareRecords(
  model: LinkageModel,
  table: RecordTable,
  { comparators }: Pick<Vocabulary, 'comparators'>,
): RecordComparison[] {
  return model.comparisons.map((declared) => compareFields(declared, table, comparators[declared.comparator]!));
}

function compareFields(
  { name, fields }: ComparisonDeclaration,
  table: RecordTable,
  comparator: Comparator,
): RecordComparison {
  const [texts, columns] = shareDictionary(fields, table);
  const prepared = comparator.prepare(texts);
  prepared.extend();
  let values = 1;
  while (texts.textOf(values) !== '') values += 1;
  const compare =
    columns.length === 1 ? compareOne(columns[0]!, prepared) : compareAny(columns, prepared, comparator.levels.length);
  return { name, levels: comparator.levels, compare, columns, values, prepared };
}

function compareOne(column: Int32Array, prepared: PreparedComparator): RecordComparison['compare'] {
  return (one, other) => prepared.compare(column[one]!, column[other]!);
}

/** The strongest that any value of the one has with any of the other. */
function compareAny(
  columns: readonly Int32Array[],
  prepared: PreparedComparator,
  levels: number,
): RecordComparison['compare'] {
  return (one, other) => {
    let best = levels + 1;
    for (let i = 0; i < columns.length; i += 1)
      for (let j = 0; j < columns.length; j += 1) {
        const level = prepared.compare(columns[i]![one]!, columns[j]![other]!);
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
