import type { PoolClient } from 'pg';
import { to as copyTo } from 'pg-copy-streams';

/** Reads a query's rows by COPY, the cheapest way out of the database; calls back with each row's cells, null for `\N`. */
export async function readCopy(
  client: PoolClient,
  query: string,
  onRow: (cells: (string | null)[]) => void,
): Promise<void> {
  const decoder = new TextDecoder('utf-8');
  let rest = '';
  for await (const chunk of client.query(copyTo(`copy (${query}) to stdout`))) {
    const text = rest + decoder.decode(chunk as Buffer, { stream: true });
    let from = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
      onRow(cellsOf(text.slice(from, end)));
      from = end + 1;
    }
    rest = text.slice(from);
  }
}

function cellsOf(line: string): (string | null)[] {
  const cells: (string | null)[] = line.split('\t');
  if (!line.includes('\\')) return cells;
  for (let i = 0; i < cells.length; i += 1) {
    const cell = cells[i]!;
    if (cell === '\\N') cells[i] = null;
    else if (cell.includes('\\')) cells[i] = cell.replace(/\\(.)/g, (_, letter: string) => ESCAPED[letter] ?? letter);
  }
  return cells;
}

const ESCAPED: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', b: '\b', f: '\f', v: '\v' };
