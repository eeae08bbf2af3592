import type { DivisionTable } from '../model/division.js';
import type { Cell } from '../model/record.js';
import { narrow } from './clean-text.js';
import type { Draft } from './draft.js';

/** What a reader of cells knows besides the cell. */
export interface ReaderContext {
  readonly divisions: DivisionTable;
  /** `YYYY-MM-DD`; nobody is born after it. */
  readonly receivedOn: string;
}

export interface CellContext extends ReaderContext {
  /** `receivedOn` as the number YYYYMMDD. */
  readonly latest: number;
  readonly workbook: boolean;
}

/** Puts what a cell says into the draft. The cell is neither null nor an empty text. */
export type CellReader = (cell: StatedCell, draft: Draft) => void;
export type StatedCell = Exclude<Cell, null>;

/** What is typed for "nothing" where a number, a code or a date belongs. */
export function isPlaceholder(written: string): boolean {
  return written.length < 5 && PLACEHOLDERS.has(written.trim().toLowerCase());
}

export function asText(cell: StatedCell, draft: Draft, header: string, field: string): string | null {
  if (typeof cell !== 'object') return String(cell);
  draft.refuse('VALUE_SHAPE', header, field, cell, '文字 text');
  return null;
}

/** A single value as text; a list or an object is no text, and may not even be turned into one (`{ toString: 1 }`). */
export function plainForm(cell: StatedCell): string {
  return typeof cell === 'object' ? '' : String(cell);
}

export function asNumber(cell: Cell): number | null {
  if (typeof cell === 'number') return Number.isFinite(cell) ? cell : null;
  if (typeof cell !== 'string') return null;
  const text = narrow(cell).replace(/[,\s'’]/gu, '');
  return /^[+-]?(?:\d+\.?\d*|\.\d+)$/u.test(text) ? Number(text) : null;
}

/** A list or an object, also where a file has it as text. */
export function parseJson(cell: Cell): unknown {
  if (typeof cell !== 'string') return cell;
  try {
    return JSON.parse(cell);
  } catch {
    return cell;
  }
}

const PLACEHOLDERS = new Set([
  '',
  '无',
  '/',
  '\\',
  '-',
  '--',
  '—',
  '——',
  '暂无',
  '不详',
  '未知',
  '没有',
  'null',
  'none',
  'n/a',
  '空',
]);
