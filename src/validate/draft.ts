import { type Finding, type FindingCode, shapeOf } from '../model/finding.js';
import type { Cell, Row, Value } from '../model/record.js';
import type { Tie } from '../model/register.js';

/** A record while its cells are being read. */
export class Draft {
  readonly stated: Record<string, Value> = {};
  raw: Record<string, string> = NOTHING;
  findings: Finding[] | null = null;
  /** Key text of the fields whose key is not their value: a number as written, a village that no table knows. */
  keys: Record<string, string | null> = NO_KEYS;
  township: string | null = null;
  village: string | null = null;
  grid: string | null = null;
  deleted = false;

  constructor(
    readonly row: Row,
    readonly sheet: string | null,
    public tie: Tie | null,
  ) {}

  report(code: FindingCode, column: string | null, found: string | null = null, accepted: string | null = null): void {
    const { row, item } = this.row;
    (this.findings ??= []).push({ code, sheet: this.sheet, row, item, column, found, accepted });
  }

  /** Reports a cell that could not be read, by its shape; what was written stays. */
  refuse(code: FindingCode, column: string, field: string, cell: Cell, accepted: string | null = null): void {
    const written = writtenForm(cell);
    this.report(code, column, shapeOf(written), accepted);
    this.keep(field, written);
  }

  keep(field: string, written: string): void {
    if (this.raw === NOTHING) this.raw = {};
    this.raw[field] = storable(written);
  }

  keyOf(field: string, text: string | null): void {
    if (this.keys === NO_KEYS) this.keys = {};
    this.keys[field] = text;
  }
}

function writtenForm(cell: Cell): string {
  if (typeof cell !== 'object' || cell === null) return String(cell);
  try {
    return JSON.stringify(cell);
  } catch {
    // nested deeper than the stack
    return '';
  }
}

/** A text that a database takes: no half surrogate pair, no NUL, and no more than anybody reads. */
function storable(written: string): string {
  return written.slice(0, LONGEST_RAW).toWellFormed().replaceAll('\0', '');
}

const LONGEST_RAW = 500;
const NOTHING: Record<string, string> = Object.freeze({}) as Record<string, string>;
const NO_KEYS: Record<string, string | null> = Object.freeze({}) as Record<string, string | null>;
