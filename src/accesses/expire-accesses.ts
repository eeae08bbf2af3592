import type { Database } from '../database/connect.js';
import { readHead, type AnchoredChain } from './anchor.js';
import { listChains } from './list-chains.js';

/** Days. @see 网络安全法: logs are kept for no less than six months */
export const SHORTEST_KEPT = 180;
/** Days. @see 网络数据安全管理条例 art. 12: what was provided to others, three years; every client of the API is another organ. */
export const KEPT_OF_WHAT_LEFT = 1096;

export interface Expiry {
  /** Months that were, or would be, let go. */
  readonly expired: readonly AnchoredChain[];
  /** Months older than asked for that hold rows of what left the house less than three years ago. */
  readonly kept: readonly { readonly county: string; readonly month: string }[];
}

/** Which months have ended so many days ago, and may go. @throws RangeError for fewer days than the law allows */
export async function findExpired(database: Database, days: number, now: Date): Promise<Expiry> {
  if (!(days >= SHORTEST_KEPT)) throw new RangeError(`The access log is kept for ${SHORTEST_KEPT} days at least.`);
  const expired: AnchoredChain[] = [];
  const kept: { county: string; month: string }[] = [];
  for (const chain of await listChains(database)) {
    const age = (now.getTime() - endOf(chain.month)) / 86_400_000;
    if (age < days) continue;
    if (age < KEPT_OF_WHAT_LEFT && (await hasLeft(database, chain))) kept.push(chain);
    else expired.push(await readHead(database, chain.county, chain.month));
  }
  // A partition is all counties' of its month: it goes with the last of them.
  const staying = new Set(kept.map(({ month }) => month));
  return { expired: expired.filter(({ month }) => !staying.has(month)), kept };
}

/** Lets months go, whole, with what was added up of them: a partition is taken off and dropped, for no row of it can be deleted. */
export async function dropExpired(database: Database, expired: readonly AnchoredChain[]): Promise<void> {
  await database.transaction(async (client) => {
    for (const month of new Set(expired.map((each) => each.month))) {
      for (const table of ['access_log', 'access_piece', 'access_shown']) {
        const partition = `${table}_${month.slice(0, 7).replace('-', '_')}`;
        const { rows } = await client.query('select where to_regclass($1) is not null', [partition]);
        if (rows.length === 0) continue;
        await client.query(`alter table ${table} detach partition ${partition}`);
        await client.query(`drop table ${partition}`);
      }
    }
  });
}

/** The first moment after a month of Beijing; milliseconds since 1970. */
export function endOf(month: string): number {
  const [year, number] = month.split('-').map(Number) as [number, number];
  return Date.UTC(year, number, 1) - 8 * 3_600_000;
}

async function hasLeft(database: Database, { county, month }: { county: string; month: string }): Promise<boolean> {
  const rows = await database.query(
    `select from access_log where county = $1 and month = $2 and outcome = 'ok' limit 1`,
    [county, month],
  );
  return rows.length > 0;
}
