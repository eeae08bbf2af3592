import type { Database } from '../database/connect.js';

export interface TakenDelivery {
  readonly id: number;
  readonly file: string;
  readonly dataset: string;
  readonly statedOn: string | null;
  readonly rows: number;
}

/** The delivery already taken with the same bytes: taking it again would change nothing. Counts on delivery_sha256. */
export async function findTaken(database: Database, county: string, sha256: string): Promise<TakenDelivery | null> {
  const found = await database.query<TakenDelivery>(`${TAKEN} and d.sha256 = $2 order by d.id limit 1`, [
    county,
    sha256,
  ]);
  return found[0] ?? null;
}

/** The full delivery of the latest day taken so far; an older one would turn time back (`DELIVERY_STALE`). */
export async function newestFull(database: Database, county: string, dataset: string): Promise<TakenDelivery | null> {
  const found = await database.query<TakenDelivery>(
    `${TAKEN} and d.dataset = $2 and d.coverage = 'full' and d.stated_on is not null
     order by d.stated_on desc, d.id desc limit 1`,
    [county, dataset],
  );
  return found[0] ?? null;
}

const TAKEN = `
  select d.id, d.file, d.dataset, d.stated_on as "statedOn", coalesce(c.rows, 0) as rows
  from delivery d left join delivery_count c on c.county = d.county and c.delivery = d.id
  where d.county = $1 and d.state = 'taken'`;
