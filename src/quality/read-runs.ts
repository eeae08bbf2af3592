import type { Database } from '../database/connect.js';
import type { LinkRun } from '../model/link-run.js';

/** One run by its number, or the last; null where there is none. */
export async function readRun(database: Database, county: string, id: number | null): Promise<LinkRun | null> {
  const [run] = await database.query<LinkRun>(
    `select county, id, started, finished, whole, model, registers, counts, quality, violations
     from link_run where county = $1 and ($2::bigint is null or id = $2) order by id desc limit 1`,
    [county, id],
  );
  return run ?? null;
}
