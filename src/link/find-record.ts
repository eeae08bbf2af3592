import type { Database } from '../database/connect.js';

/**
 * The record that a ref cites: `FILE#ROW`, `FILE#SHEET!ROW` or `RESOURCE/ID`. A row cited is found in every delivery that showed it,
 * also where the record has since been stated elsewhere; of two deliveries of one name, the later counts.
 * @returns null where no delivery that was taken had such a row
 */
export async function findRecord(database: Database, county: string, ref: string): Promise<number | null> {
  const cited = /^(?<file>.+)#(?:(?<sheet>.+)!)?(?<row>\d{1,9})$/su.exec(ref)?.groups;
  const found = cited
    ? await database.query<{ record: number }>(
        `select s.records[array_position(s.rows, $4)] as record
         from delivery d join sighting s on s.county = d.county and s.delivery = d.id
         where d.county = $1 and d.file = $2 and d.state = 'taken' and s.sheet is not distinct from $3 and s.rows @> array[$4]::integer[]
         order by d.id desc limit 1`,
        [county, cited['file'], cited['sheet'] ?? null, Number(cited['row'])],
      )
    : await database.query<{ record: number }>(
        `select s.records[array_position(s.items, $3)] as record
         from delivery d join sighting s on s.county = d.county and s.delivery = d.id
         where d.county = $1 and split_part(d.dataset, '/', 2) = $2 and d.state = 'taken' and s.items @> array[$3]::text[]
         order by d.id desc limit 1`,
        [county, ref.slice(0, Math.max(0, ref.indexOf('/'))), ref.slice(ref.indexOf('/') + 1)],
      );
  return found[0]?.record ?? null;
}
