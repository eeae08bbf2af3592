import type { Database } from '../database/connect.js';
import { VIOLATIONS, type LinkageQuality, type LinkRun, type RunCounts } from '../model/link-run.js';
import { compareRuns } from './compare-runs.js';
import { measureDoubt, type Standing } from './measure-standing.js';
import { readRun } from './read-runs.js';

/** What the linkage reports of a run, as far as the record keeps it. */
export interface ReportedRun extends RunCounts {
  /** Number of the run in the log of changes. */
  readonly run: number | null;
  readonly full: boolean;
  readonly model?: string;
  readonly quality?: LinkageQuality;
}

/**
 * Writes the row of a run that has been assembled: what it did, how the county stands, and each figure beside the run before.
 * @param standing measured after the links were written @param started of the run, milliseconds
 */
export async function recordRun(
  database: Database,
  county: string,
  reported: ReportedRun,
  standing: Standing & { readonly seconds: number },
  started: number,
): Promise<LinkRun> {
  const before = await readRun(database, county, null);
  const id = await database.transaction(async (client) => {
    const measured = { ...standing, ...(await measureDoubt(client, county)), engine: reported.quality ?? null };
    const quality = { ...measured, drift: compareRuns(before?.quality ?? null, measured) };
    const { touched, recordsRead, added, merged, split, retired, seconds } = reported;
    const counts: RunCounts = { touched, recordsRead, added, merged, split, retired, seconds };
    const { rows } = await client.query<{ id: number }>(
      `insert into link_run (county, id, started, finished, whole, model, registers, counts, quality, violations)
       select $1, coalesce($8::bigint, nextval('link_run_id')), $2, clock_timestamp(), $3, $4,
         (select array_agg(distinct register order by register) from delivery where county = $1 and state = 'taken'), $5, $6, $7
       returning id`,
      [
        county,
        new Date(started),
        reported.full,
        reported.model ?? null,
        JSON.stringify(counts),
        JSON.stringify(quality),
        measured.violations.reduce((n, { code, persons }) => n + (VIOLATIONS[code].never ? persons : 0), 0),
        reported.run,
      ],
    );
    return rows[0]!.id;
  });
  return (await readRun(database, county, id))!;
}
