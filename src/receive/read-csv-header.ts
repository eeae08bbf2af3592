import type { Dataset } from '../model/importer.js';
import { foldHeader } from '../model/header.js';
import { countCells, type CsvShape } from './read-csv.js';
import { parseRecords } from './parse-record.js';
import { LineCutter, RecordJoiner, type TextRecord } from './split-records.js';

/** Comma first: tab and semicolon only where the header says more that way. */
const DELIMITERS = [',', '\t', ';'] as const;

/**
 * The header of a CSV text: its first line that is not blank, a header over several quoted lines too; null where there is none.
 * The delimiter is the one under which most of the datasets' headers are found.
 */
export async function readCsvHeader(
  text: AsyncIterable<string>,
  datasets: readonly Dataset[],
): Promise<Omit<CsvShape, 'brokenCharacters'> | null> {
  const first = await firstRecord(text);
  if (first === null) return null;
  const known = new Set(
    datasets.flatMap((dataset) => dataset.columns.flatMap((column) => column.headers.map(foldHeader))),
  );
  let best: { header: readonly string[]; delimiter: string; score: number } | null = null;
  for (const delimiter of DELIMITERS) {
    const cells = parseRecords([first], delimiter)[0]?.cells ?? null;
    if (cells === null) continue;
    const header = cells.map((cell) => cell.trim());
    const score = header.filter((cell) => known.has(foldHeader(cell))).length;
    if (best === null || score > best.score) best = { header, delimiter, score };
  }
  if (best === null) return null;
  return { header: best.header, delimiter: best.delimiter, headerLine: first.line + first.text.split('\n').length - 1 };
}

async function firstRecord(text: AsyncIterable<string>): Promise<TextRecord | null> {
  const cutter = new LineCutter();
  // The width of a row is not known yet; the second line of a header with a line break in it is no row.
  const joiner = new RecordJoiner((line) => countCells(line, ',') < 1);
  const records: TextRecord[] = [];
  const find = () => records.find((record) => record.text.trim() !== '') ?? null;
  for await (const chunk of text) {
    for (const line of cutter.take(chunk)) {
      joiner.take(line, records);
      const found = find();
      if (found !== null) return found;
    }
  }
  for (const line of cutter.finish()) joiner.take(line, records);
  joiner.finish(records);
  return find();
}
