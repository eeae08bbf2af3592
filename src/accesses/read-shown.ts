import type { Database } from '../database/connect.js';

/** A person whose data a client was shown. */
export interface Shown {
  /** The entity's id as it was then, and the one it was merged into in the end; the same where it was not. */
  readonly person: number;
  readonly survivor: number;
  readonly times: number;
  readonly firstAt: Date;
  readonly lastAt: Date;
}

const AT_ONCE = 10_000;

/**
 * Whose data a client was shown from one moment and before another, in the order of their ids, all of one moment's log. What has to be told
 * after a breach: whoever owns the database asks it here, an auditor `accessesOf`.
 */
export async function readShown(
  database: Database,
  { county, client, from, to }: { county: string; client: string; from: Date | null; to: Date | null },
  onRows: (rows: readonly Shown[]) => Promise<void> | void,
): Promise<number> {
  return await database.transaction(async (connection) => {
    await connection.query(`set transaction isolation level repeatable read, read only`);
    // Index: the primary key of entity.
    await connection.query(
      `declare shown no scroll cursor for
       select s.person, case when e.id is null then s.person else surviving_id($1, s.person) end as survivor, s.times, s.first_at as "firstAt", s.last_at as "lastAt"
       from shown_persons($1, $2, coalesce($3::timestamptz, '-infinity'), coalesce($4::timestamptz, 'infinity'), 0, 9223372036854775807) s
       left join entity e on e.county = $1 and e.id = s.person and e.merged_into is not null
       order by s.person`,
      [county, client, from, to],
    );
    let read = 0;
    for (;;) {
      const { rows } = await connection.query<Shown>(`fetch ${AT_ONCE} from shown`);
      await onRows(rows);
      read += rows.length;
      if (rows.length < AT_ONCE) return read;
    }
  });
}
