import type { Database } from '../database/connect.js';

/** Every county and month that the log has rows of. */
export async function listChains(database: Database): Promise<{ county: string; month: string }[]> {
  return await database.query(
    `with recursive one (county, month) as (
       (select county, month::text from access_log order by county, month limit 1)
       union all
       select next.county, next.month from one cross join lateral (
         select l.county, l.month::text from access_log l where (l.county, l.month) > (one.county, one.month::date)
         order by l.county, l.month limit 1) as next)
     select county, month from one order by month, county`,
  );
}
