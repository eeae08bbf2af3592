/**
 * The program of the process in which a workbook is parsed: it may hang or eat memory, and is then killed. The file comes as descriptor 4;
 * questions and answers are `workbook-messages.ts`. Nothing but types is imported from the house, so that it starts by itself.
 */
import { readFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import * as codePages from 'xlsx/dist/cpexcel.full.mjs';
import { read, set_cptable, SSF, type CellObject, type ParsingOptions, type WorkBook, type WorkSheet } from 'xlsx';
import type {
  Merge,
  SheetCell,
  SheetHead,
  SheetRow,
  WorkbookAnswer,
  WorkbookAsk,
  WorkbookFailure,
} from './workbook-messages.js';

const FILE = 4;
const DAYS_FROM_1900_TO_1904 = 1462;
const MOST_MERGES = 200_000;
/** @see APPNOTE.TXT 4.3.7, 4.3.12, 4.3.16, 4.4.4 */
const LOCAL_HEADER = 0x04034b50;
const DIRECTORY_ENTRY = 0x02014b50;
const END_OF_DIRECTORY = Buffer.from('PK\u0005\u0006');
const SIZES_BEHIND = 8;

const OPTIONS: ParsingOptions = {
  type: 'buffer',
  dense: true,
  // A sheet may claim sixteen thousand million cells.
  nodim: true,
  // Dates stay serial numbers: as moments they would shift by a time zone.
  cellDates: false,
  cellNF: true,
  cellText: false,
  cellFormula: false,
  cellHTML: false,
  // For BIFF5 and older that do not name theirs.
  codepage: 936,
};

set_cptable(codePages);
dieWithParent();

const bytes = readFileSync(FILE);
stateSizes(bytes);
let whole: WorkBook | null = null;
let sheet: { readonly data: readonly (readonly (CellObject | undefined)[] | undefined)[]; readonly shift: number } = {
  data: [],
  shift: 0,
};
let next = 0;

process.on('disconnect', () => process.exit(0));
process.on('message', (message: WorkbookAsk) => {
  let answered: WorkbookAnswer;
  try {
    answered = answer(message);
  } catch (error) {
    answered = { is: 'failed', why: reasonOf(error) };
  }
  process.send?.(answered);
});

function answer(message: WorkbookAsk): WorkbookAnswer {
  if (message.ask === 'heads') return { is: 'heads', heads: heads(message.whole, message.rows) };
  if (message.ask === 'sheet') return { is: 'sheet', merges: openSheet(message.name) };
  return rows(message.atMost);
}

function heads(keep: boolean, first: number): SheetHead[] {
  const book = read(bytes, keep ? OPTIONS : { ...OPTIONS, sheetRows: first });
  if (keep) whole = book;
  return book.SheetNames.map((name) => {
    const found = sheetOf(book, name);
    const top = dataOf(found).slice(0, first);
    const merges = mergesOf(found).filter((merge) => merge.top < first);
    return { name, merges, rows: top.flatMap((cells, row) => rowOf(row, cells, shiftOf(book))) };
  });
}

function openSheet(name: string): Merge[] {
  sheet = { data: [], shift: 0 };
  const book = whole ?? read(bytes, { ...OPTIONS, sheets: [name] });
  const found = sheetOf(book, name);
  sheet = { data: dataOf(found), shift: shiftOf(book) };
  next = 0;
  return mergesOf(found);
}

function rows(atMost: number): WorkbookAnswer {
  const out: SheetRow[] = [];
  const { data, shift } = sheet;
  for (; next < data.length && out.length < atMost; next++) out.push(...rowOf(next, data[next], shift));
  return { is: 'rows', rows: out, done: next >= data.length };
}

function rowOf(row: number, cells: readonly (CellObject | undefined)[] | undefined, shift: number): SheetRow[] {
  if (cells === undefined || cells === null) return [];
  const values = Array.from(cells, (cell) => valueOf(cell, shift));
  while (values.length > 0 && values.at(-1) === null) values.pop();
  return values.length === 0 ? [] : [[row, values]];
}

function valueOf(cell: CellObject | undefined | null, shift: number): SheetCell {
  if (cell === undefined || cell === null || cell.v === undefined) return null;
  if (cell.t === 'e') return { error: ERRORS[Number(cell.v)] ?? '#ERROR!' };
  if (cell.v instanceof Date) return cell.v.toISOString();
  // The office's own count of days begins in 1904 there: readers shall see one count only.
  if (typeof cell.v === 'number' && shift > 0 && typeof cell.z === 'string' && SSF.is_date(cell.z))
    return cell.v + shift;
  return cell.v;
}

const ERRORS: Readonly<Record<number, string>> = {
  0: '#NULL!',
  7: '#DIV/0!',
  15: '#VALUE!',
  23: '#REF!',
  29: '#NAME?',
  36: '#NUM!',
  42: '#N/A',
  43: '#GETTING_DATA',
};

class MissingSheet extends Error {}

/** SheetJS names a sheet that it could not hold and leaves it away. */
function sheetOf(book: WorkBook, name: string): WorkSheet {
  const found = Object.hasOwn(book.Sheets, name) ? book.Sheets[name] : undefined;
  if (found === undefined) throw new MissingSheet();
  return found;
}

function dataOf(found: WorkSheet): (CellObject[] | undefined)[] {
  return found['!data'] ?? [];
}

function mergesOf(found: WorkSheet): Merge[] {
  const merges = found['!merges'] ?? [];
  if (merges.length > MOST_MERGES) throw new MissingSheet();
  return merges.map(({ s, e }) => ({ top: s.r, bottom: e.r, left: s.c, right: e.c }));
}

function shiftOf(book: WorkBook): number {
  return book.Workbook?.WBProps?.date1904 === true ? DAYS_FROM_1900_TO_1904 : 0;
}

/** The parser's own words may quote the file; only their kind leaves the process. */
function reasonOf(error: unknown): WorkbookFailure {
  if (error instanceof MissingSheet) return 'a sheet that cannot be read';
  return error instanceof Error && /password|encrypt/i.test(error.message)
    ? 'a password'
    : 'no workbook that can be read';
}

/**
 * A program that writes an archive as a stream states an entry's sizes behind it; SheetJS looks for them before it and loses its way where
 * the entry is not compressed. The directory, which was checked against the entries, has them.
 */
function stateSizes(archive: Buffer): void {
  const directory = archive.lastIndexOf(END_OF_DIRECTORY);
  if (directory === -1 || directory + 22 > archive.length) return;
  let at = archive.readUInt32LE(directory + 16);
  while (at + 46 <= archive.length && archive.readUInt32LE(at) === DIRECTORY_ENTRY) {
    const local = archive.readUInt32LE(at + 42);
    const isStreamed = (archive.readUInt16LE(at + 8) & SIZES_BEHIND) !== 0;
    if (isStreamed && local + 30 <= archive.length && archive.readUInt32LE(local) === LOCAL_HEADER) {
      archive.writeUInt16LE(archive.readUInt16LE(local + 6) & ~SIZES_BEHIND, local + 6);
      archive.copy(archive, local + 14, at + 16, at + 28);
    }
    at += 46 + archive.readUInt16LE(at + 28) + archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32);
  }
}

/** A parse that hangs hears no message: another thread looks whether anybody still waits for it. */
function dieWithParent(): void {
  const watch = `setInterval(() => { if (process.ppid !== ${process.ppid}) process.kill(process.pid, 'SIGKILL'); }, 2000);`;
  new Worker(watch, { eval: true }).unref();
}
