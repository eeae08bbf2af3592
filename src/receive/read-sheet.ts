import type { Dataset } from '../model/importer.js';
import type { Cell, Row, Table } from '../model/record.js';
import type { FoundWhileReading } from './collect-findings.js';
import type { SheetHeader } from './find-header.js';
import { LIMITS } from './limits.js';
import type { WorkbookClient } from './workbook-client.js';
import type { Merge, SheetCell, SheetRow } from './workbook-messages.js';

/**
 * The rows of one sheet behind its header. A cell merged over several rows speaks for all of them. A total or note ends the data;
 * rows behind it that are as full as data are delivered all the same, as they would else be lost without a word.
 */
export function readSheet(
  client: WorkbookClient,
  sheet: string,
  header: SheetHeader,
  dataset: Dataset,
  found: FoundWhileReading,
): Table {
  return { sheet, header: header.names, rows: rowsOf(client, new SheetRows(sheet, header, untilOf(dataset), found)) };
}

async function* rowsOf(client: WorkbookClient, reader: SheetRows): AsyncGenerator<readonly Row[]> {
  const { merges } = await client.ask({ ask: 'sheet', name: reader.sheet }, 'sheet');
  reader.fillFrom(merges);
  for (let done = false; !done;) {
    const answer = await client.ask({ ask: 'rows', atMost: LIMITS.rowsOfBatch }, 'rows');
    const rows = answer.rows.flatMap((row) => reader.read(row) ?? []);
    if (rows.length > 0) yield rows;
    done = answer.done;
  }
}

class SheetRows {
  /** Merges over several rows, the next to begin last. */
  #waiting: Merge[] = [];
  #active: { readonly bottom: number; readonly column: number; value: SheetCell }[] = [];
  #ended = false;
  readonly #named: number;
  readonly #outside = new Set<number>();

  constructor(
    readonly sheet: string,
    private readonly header: SheetHeader,
    private readonly until: RegExp,
    private readonly found: FoundWhileReading,
  ) {
    this.#named = header.names.filter((name) => name !== '').length;
  }

  fillFrom(merges: readonly Merge[]): void {
    const tall = merges.filter((merge) => merge.bottom > merge.top && merge.bottom > this.header.bottom);
    this.#waiting = tall.toSorted((a, b) => b.top - a.top);
  }

  read([index, own]: SheetRow): Row | null {
    if (index <= this.header.bottom) return null;
    const filled = this.#fill(index, own);
    const stated = own.filter((cell) => !isBlank(cell));
    if (stated.length === 0) return null;
    const row = index + 1;
    const first = stated[0];
    const looksFull = stated.length >= Math.max(3, this.#named / 3);
    const isTotal = typeof first === 'string' && matches(this.until, first);
    if (isTotal || (this.#ended && !looksFull)) {
      this.#ended = true;
      this.found.add('ROW_SUMMARY', { sheet: this.sheet, row });
      return null;
    }
    this.#tellOutside(filled);
    return {
      sheet: this.sheet,
      row,
      item: null,
      cells: this.header.names.map((_, column) => this.#cell(filled[column], column, row)),
    };
  }

  #fill(index: number, own: readonly SheetCell[]): readonly SheetCell[] {
    if (this.#active.length > 0) this.#active = this.#active.filter((merge) => merge.bottom >= index);
    for (let next = this.#waiting.at(-1); next !== undefined && next.top <= index; next = this.#waiting.at(-1)) {
      this.#waiting.pop();
      // Where the first row of a merge has no cells at all, it says nothing.
      const value = next.top === index ? (own[next.left] ?? null) : null;
      if (next.bottom >= index) this.#active.push({ bottom: next.bottom, column: next.left, value });
    }
    if (this.#active.length === 0) return own;
    const filled = [...own];
    for (const { column, value } of this.#active) {
      if (column < LIMITS.columns && isBlank(filled[column])) filled[column] = value;
    }
    return filled;
  }

  #cell(cell: SheetCell | undefined, at: number, row: number): Cell {
    if (cell === undefined || cell === null) return null;
    const column = this.header.names[at] ?? null;
    if (typeof cell === 'object') {
      this.found.add('VALUE_SHAPE', { sheet: this.sheet, row, column, found: cell.error });
      return null;
    }
    if (typeof cell === 'string' && cell.length > LIMITS.cell) {
      const found = String(cell.length);
      this.found.add('TEXT_TOO_LONG', { sheet: this.sheet, row, column, found, accepted: String(LIMITS.cell) });
      return null;
    }
    return cell;
  }

  /** Values right of the header belong to no column: told once a column, by its letters. */
  #tellOutside(cells: readonly SheetCell[]): void {
    for (let column = this.header.names.length; column < cells.length && this.#outside.size < 100; column++) {
      if (isBlank(cells[column]) || this.#outside.has(column)) continue;
      this.#outside.add(column);
      this.found.add('COLUMN_UNKNOWN', { sheet: this.sheet, column: lettersOf(column) });
    }
  }
}

function untilOf(dataset: Dataset): RegExp {
  return dataset.file.format === 'workbook' ? dataset.file.until : /(?!)/;
}

/** A pattern with the flag `g` would remember where it stopped. */
function matches(pattern: RegExp, text: string): boolean {
  pattern.lastIndex = 0;
  return pattern.test(text.trim());
}

function isBlank(cell: SheetCell | undefined): boolean {
  return cell === null || cell === undefined || (typeof cell === 'string' && cell.trim() === '');
}

function lettersOf(column: number): string {
  const last = String.fromCharCode(65 + (column % 26));
  return column < 26 ? last : lettersOf(Math.floor(column / 26) - 1) + last;
}
