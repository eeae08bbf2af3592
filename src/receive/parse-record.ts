import { parse } from 'csv-parse/sync';
import type { TextRecord } from './split-records.js';

/** A record with its cells, or null where its quotes follow no rule. */
export type ParsedRecord = TextRecord & { readonly cells: readonly string[] | null };

/**
 * Cells of whole records. A record without a quote, or with one around every cell and nowhere else, has one reading: it is cut. All others are csv-parse's, together, as
 * one call costs less than many; where it disagrees about their number or finds fault, each is read alone, and where one
 * still fails it is taken apart into its physical lines, so that a misplaced quote costs no more than it must.
 */
export function parseRecords(records: readonly TextRecord[], delimiter: string): ParsedRecord[] {
  const cellsOf = new Map<TextRecord, readonly string[]>();
  const quoted: TextRecord[] = [];
  for (const record of records) {
    if (!record.quoted || record.broken !== null) continue;
    const cells = allQuoted(record.text, delimiter);
    if (cells === null) quoted.push(record);
    else cellsOf.set(record, cells);
  }
  const together = quoted.length > 0 ? tryParse(quoted.map((record) => record.text).join('\n'), delimiter) : [];
  const agreed = together?.length === quoted.length;
  for (const [position, record] of quoted.entries()) {
    const cells = agreed ? together[position] : onlyOne(tryParse(record.text, delimiter));
    if (cells !== undefined) cellsOf.set(record, cells);
  }
  const parsed: ParsedRecord[] = [];
  for (const record of records) {
    if (record.broken !== null) parsed.push({ ...record, cells: null });
    else if (!record.quoted) parsed.push({ ...record, cells: ownCopy(record.text).split(delimiter) });
    else if (cellsOf.has(record)) parsed.push({ ...record, cells: cellsOf.get(record) ?? null });
    else for (const line of linesOf(record)) parsed.push({ ...line, cells: cellsOfLine(line, delimiter) });
  }
  return parsed;
}

/** The cells of `"a","b"`; null where a quote stands anywhere else. */
function allQuoted(text: string, delimiter: string): readonly string[] | null {
  if (text.length < 2 || !text.startsWith('"') || !text.endsWith('"')) return null;
  const cells = ownCopy(text).slice(1, -1).split(`"${delimiter}"`);
  return cells.some((cell) => cell.includes('"')) ? null : cells;
}

function tryParse(text: string, delimiter: string): string[][] | null {
  try {
    // Counts of cells are compared with the header by the caller, who can say which line is wrong.
    return parse(text, { delimiter, relax_column_count: true, record_delimiter: ['\r\n', '\n', '\r'] });
  } catch {
    return null;
  }
}

function onlyOne(records: string[][] | null): readonly string[] | undefined {
  return records?.length === 1 ? records[0] : undefined;
}

function linesOf(record: TextRecord): TextRecord[] {
  const lines = record.text.split('\n');
  return lines.map((text, position) => ({
    line: record.line + position,
    text,
    quoted: text.includes('"'),
    ended: position < lines.length - 1 || record.ended,
    broken: null,
  }));
}

function cellsOfLine(line: TextRecord, delimiter: string): readonly string[] | null {
  if (!line.quoted) return line.text.split(delimiter);
  return onlyOne(tryParse(line.text, delimiter)) ?? null;
}

const scratch = Buffer.allocUnsafeSlow(64 * 1024);

/**
 * V8 keeps the whole chunk alive behind every slice of thirteen characters and more: a map of ID numbers downstream would hold the file.
 * A copy of the line bounds that to the line.
 */
function ownCopy(line: string): string {
  if (line.length * 2 > scratch.length) return Buffer.from(line, 'utf16le').toString('utf16le');
  return scratch.toString('utf16le', 0, scratch.write(line, 0, 'utf16le'));
}
