import type { Database } from '../database/connect.js';
import { UsageError } from './command.js';

const MOST_NAMED = 20;

/** A name that was mistyped is told from one of whom there is nothing to tell. @throws UsageError that names those there are */
export async function checkClient(database: Pick<Database, 'query'>, name: string): Promise<void> {
  const known = (await database.query<{ name: string }>('select name from client order by name')).map(
    (row) => row.name,
  );
  if (known.includes(name)) return;
  const named = known.slice(0, MOST_NAMED).join(', ') + (known.length > MOST_NAMED ? ' …' : '');
  throw new UsageError(
    known.length === 0
      ? { zh: `没有这个客户端：${name}；尚未登记任何客户端`, en: `There is no client ${name}; none is registered yet.` }
      : { zh: `没有这个客户端：${name}；已登记：${named}`, en: `There is no client ${name}; there are ${named}.` },
  );
}
