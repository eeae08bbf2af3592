import type { Row, Table } from '../model/record.js';
import type { FoundWhileReading } from './collect-findings.js';
import { LIMITS } from './limits.js';
import { parseRecords, type ParsedRecord } from './parse-record.js';
import { LineCutter, RecordJoiner, type TextRecord } from './split-records.js';

export interface CsvShape {
  readonly header: readonly string[];
  readonly headerLine: number;
  readonly delimiter: string;
  /** Set where the decoding put U+FFFD for broken bytes: such rows are not delivered. */
  readonly brokenCharacters: boolean;
}

/**
 * The rows of a CSV file behind its header, about a thousand at a time. A row that cannot be read, or has another number of cells than the
 * header, is a finding with its line and is not delivered; blank lines and rows without any content are nothing.
 */
export class CsvReading {
  /** Known when the rows are read: the file ends in the middle of a row. */
  cutOff = false;

  constructor(
    private readonly text: AsyncIterable<string>,
    private readonly shape: CsvShape,
    private readonly found: FoundWhileReading,
  ) {}

  table(): Table {
    return { sheet: null, header: this.shape.header, rows: this.#rows() };
  }

  async *#rows(): AsyncGenerator<readonly Row[]> {
    const { delimiter, headerLine } = this.shape;
    const cutter = new LineCutter();
    const joiner = new RecordJoiner((line) => countCells(line, delimiter) === this.shape.header.length);
    let records: TextRecord[] = [];
    for await (const chunk of this.text) {
      for (const line of cutter.take(chunk)) {
        if (line.line > headerLine) joiner.take(line, records);
        if (records.length >= LIMITS.rowsOfBatch) {
          const batch = this.#batch(records);
          records = [];
          if (batch.length > 0) yield batch;
        }
      }
    }
    for (const line of cutter.finish()) if (line.line > headerLine) joiner.take(line, records);
    joiner.finish(records);
    const last = this.#batch(records);
    this.#judgeEnd(records.at(-1));
    if (last.length > 0) yield last;
  }

  #batch(records: readonly TextRecord[]): Row[] {
    const rows: Row[] = [];
    for (const record of parseRecords(records, this.shape.delimiter)) {
      if (record.text.trim() === '') continue;
      const cells = this.#cells(record);
      if (cells !== null) rows.push({ sheet: null, row: record.line, item: null, cells });
    }
    return rows;
  }

  #cells(record: ParsedRecord): readonly (string | null)[] | null {
    const row = record.line;
    if (record.cells === null) {
      const reason = record.broken === 'long' ? `longer than ${LIMITS.line}` : 'a quote in the wrong place';
      this.found.add('ROW_UNREADABLE', { row, found: reason, accepted: 'RFC 4180' });
      return null;
    }
    const { cells } = record;
    const wanted = this.shape.header.length;
    if (cells.length !== wanted) {
      if (cells.every((cell) => cell.trim() === '')) return null;
      this.found.add('ROW_CELLS', { row, found: String(cells.length), accepted: String(wanted) });
      return null;
    }
    if (this.shape.brokenCharacters && record.text.includes('\uFFFD')) {
      this.found.add('ROW_UNREADABLE', { row, found: 'a broken character' });
      return null;
    }
    if (record.text.length > LIMITS.cell) return this.#withoutHuge(cells, row);
    return cells.every((cell) => cell === '') ? null : cells;
  }

  #withoutHuge(cells: readonly string[], row: number): (string | null)[] {
    return cells.map((cell, position) => {
      if (cell.length <= LIMITS.cell) return cell;
      const column = this.shape.header[position] ?? null;
      this.found.add('TEXT_TOO_LONG', { row, column, found: String(cell.length), accepted: String(LIMITS.cell) });
      return null;
    });
  }

  /** A quote left open in the very last line, or a last line that nothing ends and that has too few cells. */
  #judgeEnd(last: TextRecord | undefined): void {
    if (last === undefined) return;
    const { delimiter, header } = this.shape;
    const ends = parseRecords([last], delimiter).at(-1);
    const short = ends?.cells !== null && (ends?.cells.length ?? 0) < header.length && last.text.trim() !== '';
    this.cutOff = last.broken === 'unclosed' || (!last.ended && (short || ends?.cells === null));
  }
}

export function countCells(line: string, delimiter: string): number {
  let count = 1;
  for (let at = line.indexOf(delimiter); at !== -1; at = line.indexOf(delimiter, at + 1)) count++;
  return count;
}
