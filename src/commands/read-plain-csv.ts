import { basename } from 'node:path';
import { CsvError, parse } from 'csv-parse/sync';
import type { SourceTable } from '../link/engine/record-table.js';
import { decodeText } from '../receive/decode-text.js';
import { inspectText } from '../receive/inspect-text.js';
import { openSource, type Source } from '../receive/open-source.js';
import { UsageError } from './command.js';

/** Comma first: the others only where they part the header further. */
const DELIMITERS = [',', '\t', ';'] as const;

/**
 * A CSV of any columns, whole: UTF-8, UTF-16 or GB18030, found from its bytes; the first line names the columns; blanks around cells
 * are dropped. @throws UsageError where it cannot be opened or read
 */
export async function readPlainCsv(path: string): Promise<SourceTable> {
  const file = basename(path);
  const source = await openFile(path, file);
  try {
    const { encoding, brokenAt } = await inspectText(source);
    if (encoding === null)
      throw new UsageError({
        zh: `${file}：第 ${brokenAt} 行既不是 UTF-8 也不是 GB18030 文本`,
        en: `${file}: line ${brokenAt} is neither UTF-8 nor GB18030 text.`,
      });
    let text = '';
    for await (const chunk of decodeText(source, encoding)) text += chunk;
    return readTable(text, file);
  } finally {
    await source.close();
  }
}

async function openFile(path: string, file: string): Promise<Source> {
  try {
    return await openSource(path);
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? (error as Error).message;
    throw new UsageError({ zh: `${file}：无法打开（${reason}）`, en: `${file}: cannot be opened (${reason}).` });
  }
}

function readTable(text: string, file: string): SourceTable {
  const header = text.slice(0, text.search(/[\r\n]|$/));
  const delimiter = DELIMITERS.toSorted((one, other) => header.split(other).length - header.split(one).length)[0]!;
  let rows: string[][];
  try {
    rows = parse(text, { delimiter, trim: true, skip_empty_lines: true });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line = (error as CsvError & { lines?: number }).lines ?? '?';
    throw new UsageError({
      zh: `${file}：第 ${line} 行附近不是有效的 CSV（${error.code}）`,
      en: `${file}: near line ${line} it is no CSV (${error.code}).`,
    });
  }
  const [columns, ...rest] = rows;
  if (columns === undefined || rest.length === 0)
    throw new UsageError({
      zh: `${file}：没有数据；首行应为列名，其后至少一行`,
      en: `${file}: nothing to link; the first line names the columns, and at least one row follows.`,
    });
  const twice = columns.find((column, i) => columns.indexOf(column) !== i);
  if (twice !== undefined)
    throw new UsageError({ zh: `${file}：列名「${twice}」重复`, en: `${file}: the column ${twice} stands twice.` });
  return { columns, rows: rest };
}
