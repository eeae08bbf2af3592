import type { Hub } from '../hub.js';
import type { ReadDocuments, LastNight } from '../serve/index.js';

/** The registered operations, as the server reads them. */
export function openDocuments({ database }: Pick<Hub, 'database'>): ReadDocuments {
  return async (client) => {
    const rows = await database.query<{ hash: string; text: string }>(
      'select hash, text from document where client = $1',
      [client],
    );
    return new Map(rows.map(({ hash, text }) => [hash, text]));
  };
}

/** The deliveries of the last twelve hours in which any came: all taken, or not; two small reads by the primary key. */
export function openLastNight({ database }: Pick<Hub, 'database'>): () => Promise<LastNight | null> {
  return async () => {
    const [last] = await database.query<{ finished: Date; good: boolean }>(
      `with last as (select received_at as at from delivery order by county desc, id desc limit 1)
       select max(d.received_at) as finished, bool_and(d.state = 'taken') as good
       from (select received_at, state from delivery order by county desc, id desc limit 50) as d, last
       where d.received_at > last.at - interval '12 hours' having count(*) > 0`,
    );
    return last ?? null;
  };
}

/** Lines of JSON, written together a few times a second: one write a request would cost as much as a small request. */
export function openLog(): { write(line: Readonly<Record<string, unknown>>): void; close(): void } {
  let lines: string[] = [];
  const flush = () => {
    if (lines.length > 0) process.stderr.write(lines.join(''));
    lines = [];
  };
  const flushing = setInterval(flush, 100);
  flushing.unref();
  return {
    write: (line) => {
      lines.push(`${JSON.stringify(line)}\n`);
      if (lines.length > 500) flush();
    },
    close: () => {
      clearInterval(flushing);
      flush();
    },
  };
}
