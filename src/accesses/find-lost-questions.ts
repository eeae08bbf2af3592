import type { Database } from '../database/connect.js';

/** Questions of an analyst that were numbered, and left no row: taken back or broken off, or the server was. */
export interface LostQuestions {
  /** The role. */
  readonly analyst: string;
  readonly first: number;
  readonly last: number;
  /** Of the analyst's row before them and the one after them; null where there is none. */
  readonly after: Date | null;
  readonly before: Date | null;
}

/** What is still under way is not lost yet. */
export async function findLostQuestions(database: Database): Promise<LostQuestions[]> {
  return await database.query<LostQuestions & Record<string, unknown>>(
    `with said (analyst, number, at) as (
       select analyst, number, at from analyst_reading where number is not null
       union all
       select sequencename, last_value + 1, null from pg_sequences where schemaname = 'asked' and last_value is not null),
     step as (
       select analyst, number, at, lag(number, 1, 0::bigint) over by_number as previous, lag(at) over by_number as previous_at
       from said window by_number as (partition by analyst order by number))
     select analyst, previous + 1 as first, number - 1 as last, previous_at as after, at as before from step
     where number > previous + 1 and not exists (
       select from pg_stat_activity a where a.usename = step.analyst and a.xact_start <= coalesce(step.at, clock_timestamp()))
     order by analyst, number`,
  );
}
