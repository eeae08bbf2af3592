import type { KeyMaker } from './keys.js';
import type { BlockingRule } from './linkage-model.js';
import { NumberIndex } from './number-index.js';
import type { RecordTable } from './record-table.js';
import { TextTable } from './text-table.js';
import type { Vocabulary } from './vocabulary.js';

/** A rule's blocks: members of block b are `members[starts[b] … starts[b + 1])`, ascending; blocks of one are not kept. */
export interface Blocks {
  readonly rule: string;
  readonly starts: Int32Array;
  readonly members: Int32Array;
  /** The blocks of record r: `blocks[recordStarts[r] … recordStarts[r + 1])`. */
  readonly recordStarts: Int32Array;
  readonly blocks: Int32Array;
  readonly capped: { readonly blocks: number; readonly records: number };
}

/** Where a rule declares no cap. */
const MOST = 500;

export function blockRecords(
  rule: BlockingRule,
  table: RecordTable,
  { keys: makers }: Pick<Vocabulary, 'keys'>,
): Blocks {
  const parts = rule.parts.map(({ field, take = 'whole' }) => {
    const { codes, texts } = table.fields[field]!;
    return { codes, ...keysOfValues(texts, makers[take]!) };
  });
  const index = new NumberIndex(table.size);
  const rawStarts = new Int32Array(table.size + 1);
  let raw = new Int32Array(table.size * 2);
  let filled = 0;
  let [some, next]: [number[], number[]] = [[], []];
  for (let record = 0; record < table.size; record += 1) {
    some.length = 0;
    some.push(0);
    for (const { codes, starts, keys, count } of parts) {
      next.length = 0;
      const code = codes[record]!;
      for (const before of some)
        for (let i = starts[code]!; i < starts[code + 1]!; i += 1) next.push(before * count + keys[i]!);
      [some, next] = [next, some];
      // Numbered anew after each part: products of many parts would leave what a number holds exactly.
      if (parts.length > 2) for (let i = 0; i < some.length; i += 1) some[i] = index.add(some[i]!) + 1;
    }
    for (const key of some) {
      if (filled === raw.length) {
        const more = new Int32Array(raw.length * 2);
        more.set(raw);
        raw = more;
      }
      raw[filled] = index.add(key);
      filled += 1;
    }
    rawStarts[record + 1] = filled;
  }
  return gather(rule, table.size, rawStarts, raw, index.size);
}

function gather(rule: BlockingRule, size: number, rawStarts: Int32Array, raw: Int32Array, keys: number): Blocks {
  const most = rule.most ?? MOST;
  const counts = new Int32Array(keys);
  for (let i = 0; i < rawStarts[size]!; i += 1) counts[raw[i]!] = counts[raw[i]!]! + 1;
  const numbers = new Int32Array(keys).fill(-1);
  const capped = { blocks: 0, records: 0 };
  const starts: number[] = [0];
  for (let key = 0; key < keys; key += 1) {
    if (counts[key]! > most) {
      capped.blocks += 1;
      capped.records += counts[key]!;
    } else if (counts[key]! > 1) {
      numbers[key] = starts.length - 1;
      starts.push(starts.at(-1)! + counts[key]!);
    }
  }
  const members = new Int32Array(starts.at(-1)!);
  const recordStarts = new Int32Array(size + 1);
  const blocks = new Int32Array(starts.at(-1)!);
  const fill = Int32Array.from(starts);
  let filled = 0;
  for (let record = 0; record < size; record += 1) {
    for (let i = rawStarts[record]!; i < rawStarts[record + 1]!; i += 1) {
      const block = numbers[raw[i]!]!;
      if (block < 0) continue;
      members[fill[block]!] = record;
      fill[block] = fill[block]! + 1;
      blocks[filled] = block;
      filled += 1;
    }
    recordStarts[record + 1] = filled;
  }
  return { rule: rule.name, starts: Int32Array.from(starts), members, recordStarts, blocks, capped };
}

/** The keys that each distinct value gives, numbered from 1 to below `count`. */
function keysOfValues(values: TextTable, make: KeyMaker): { starts: Int32Array; keys: Int32Array; count: number } {
  const table = new TextTable();
  const starts = [0, 0];
  const keys: number[] = [];
  for (let code = 1; values.textOf(code) !== ''; code += 1) {
    for (const key of make(values.textOf(code))) if (key !== '') keys.push(table.codeOf(key));
    starts.push(keys.length);
  }
  let count = 1;
  while (table.textOf(count) !== '') count += 1;
  return { starts: Int32Array.from(starts), keys: Int32Array.from(keys), count };
}

/**
 * Calls `visit` once for every pair of records that meet in a block of any rule, with the place of the first rule that brings them together.
 * Only pairs whose later record stands in `[from, to)`: workers share the pairs by that.
 */
export function visitCandidates(
  rules: readonly Blocks[],
  from: number,
  to: number,
  size: number,
  visit: (one: number, other: number, rule: number) => void,
): void {
  const seen = new Int32Array(size).fill(-1);
  for (let record = from; record < to; record += 1) {
    for (let rule = 0; rule < rules.length; rule += 1) {
      const { starts, members, recordStarts, blocks } = rules[rule]!;
      for (let i = recordStarts[record]!; i < recordStarts[record + 1]!; i += 1) {
        const end = starts[blocks[i]! + 1]!;
        for (let place = starts[blocks[i]!]!; place < end; place += 1) {
          const other = members[place]!;
          if (other >= record) break;
          if (seen[other] === record) continue;
          seen[other] = record;
          visit(other, record, rule);
        }
      }
    }
  }
}
