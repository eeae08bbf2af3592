import { foldHeader } from '../model/header.js';
import type { Dataset } from '../model/importer.js';
import type { Cell, Row, Table } from '../model/record.js';
import { refusalOf } from '../model/refused-columns.js';
import type { FoundWhileReading } from './collect-findings.js';
import { LIMITS } from './limits.js';
import { LineCutter, type Line } from './split-records.js';

export type Item = Readonly<Record<string, unknown>>;

/**
 * Items, one JSON object a line, as rows under the dataset's own headers. A line that is no object or has no id is a finding
 * and is not delivered; keys outside the agreement are told once each and their values are not kept.
 *
 * `skip` leaves out an item, by its id and line, that a later one replaces.
 */
export class ItemReading {
  cutOff = false;
  readonly #keys = new Map<string, number | 'unknown' | 'ignored' | 'refused'>();
  readonly #columns: ReadonlyMap<string, number>;
  readonly #refused = new Map<string, number>();
  #told = 0;

  constructor(
    private readonly text: AsyncIterable<string>,
    private readonly dataset: Dataset,
    private readonly found: FoundWhileReading,
    private readonly options: {
      readonly brokenCharacters?: boolean;
      readonly skip?: (item: string, line: number) => boolean;
    } = {},
  ) {
    this.#columns = new Map(
      dataset.columns.flatMap((column, at) => column.headers.map((name) => [foldHeader(name), at] as const)),
    );
  }

  table(): Table {
    return { sheet: null, header: headerOf(this.dataset), rows: this.#rows() };
  }

  async *#rows(): AsyncGenerator<readonly Row[]> {
    const cutter = new LineCutter();
    let rows: Row[] = [];
    const take = (line: Line) => {
      const row = this.#row(line);
      if (row !== null) rows.push(row);
    };
    for await (const chunk of this.text) {
      for (const line of cutter.take(chunk)) {
        take(line);
        if (rows.length < LIMITS.rowsOfBatch) continue;
        yield rows;
        rows = [];
      }
    }
    for (const line of cutter.finish()) take(line);
    for (const [column, count] of this.#refused) this.found.add('COLUMN_REFUSED', { column, found: String(count) });
    if (rows.length > 0) yield rows;
  }

  #row(line: Line): Row | null {
    if (line.text.trim() === '') return null;
    const item = this.#parse(line);
    if (typeof item === 'string') {
      this.cutOff = !line.ended && item === 'not JSON';
      this.found.add('ROW_UNREADABLE', { row: line.line, found: item, accepted: 'one JSON object a line' });
      return null;
    }
    const id = Object.hasOwn(item, 'id') ? item['id'] : null;
    if ((typeof id !== 'string' || id === '') && typeof id !== 'number') {
      this.found.add('ROW_KEY', { row: line.line, accepted: 'id' });
      return null;
    }
    if (this.options.skip?.(String(id), line.line) === true) return null;
    return { sheet: null, row: null, item: String(id), cells: this.#cells(item, String(id)) };
  }

  #parse(line: Line): Item | string {
    if (line.tooLong) return `longer than ${LIMITS.line}`;
    if (this.options.brokenCharacters === true && line.text.includes('\uFFFD')) return 'a broken character';
    return parseItem(line.text);
  }

  #cells(item: Item, id: string): Cell[] {
    const cells: Cell[] = Array.from({ length: this.dataset.columns.length }, () => null);
    for (const key of Object.keys(item)) {
      const place = this.#place(key);
      const value = item[key] as Cell;
      if (typeof place === 'number') {
        cells[place] =
          typeof value === 'string' && value.length > LIMITS.cell ? this.#tooLong(key, id, value.length) : value;
      } else if (place === 'refused') {
        this.#refused.set(key, (this.#refused.get(key) ?? 0) + 1);
      }
    }
    return cells;
  }

  #tooLong(column: string, item: string, length: number): null {
    this.found.add('TEXT_TOO_LONG', { item, column, found: String(length), accepted: String(LIMITS.cell) });
    return null;
  }

  #place(key: string): number | 'unknown' | 'ignored' | 'refused' {
    const seen = this.#keys.get(key);
    if (seen !== undefined) return seen;
    const folded = foldHeader(key);
    const place = this.#columns.get(folded) ?? this.#outside(folded);
    // Keys that are never the same twice would fill the memory and the report.
    if (this.#keys.size < 10_000) this.#keys.set(key, place);
    if (place === 'unknown' && this.#told++ < 100) this.found.add('COLUMN_UNKNOWN', { column: key.slice(0, 60) });
    return place;
  }

  #outside(folded: string): 'unknown' | 'ignored' | 'refused' {
    const names = (columns: Readonly<Record<string, string>>) =>
      Object.keys(columns).some((name) => foldHeader(name) === folded);
    if (names(this.dataset.refused)) return 'refused';
    if (names(this.dataset.ignored)) return 'ignored';
    return refusalOf(folded) === null ? 'unknown' : 'refused';
  }
}

function headerOf(dataset: Dataset): readonly string[] {
  return dataset.columns.map((column) => column.headers[0] ?? column.field);
}

/** The object that a line holds, or why it is none. */
export function parseItem(text: string): Item | 'not JSON' | 'not an object' | 'nested too deep' {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return 'not JSON';
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'not an object';
  return isDeeper(value, LIMITS.jsonDepth) ? 'nested too deep' : (value as Item);
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  for (const child of Array.isArray(value) ? value : Object.values(value)) {
    if (typeof child === 'object' && child !== null && isDeeper(child, levels - 1)) return true;
  }
  return false;
}
