import type { PoolClient } from 'pg';
import type { DeliveryAtWork } from './delivery-head.js';
import { standsForOne } from './fold-repeats.js';

/** What became of the rows that were compared, and how many records vanish. Nothing is written yet. */
export interface Matched {
  readonly added: number;
  /** Records come back to life included. */
  readonly changed: number;
  readonly unchanged: number;
  /** Records that the source itself says are over. */
  readonly ended: number;
  /** Records that a full delivery no longer has. */
  readonly vanished: number;
}

/** Finds for each staged row the record that it continues, and what it does to it: tables `outcome` and `vanished`. */
export async function matchRows(client: PoolClient, work: DeliveryAtWork): Promise<Matched> {
  const { county, dataset, coverage, statedOn } = work.head;
  const full = coverage === 'full';
  await client.query('analyze staged_row (n, kind, key, rank, fresh)');
  await client.query(UNSEEN);
  await client.query('analyze unseen_record');
  await client.query(CONTINUES, [county, dataset.name, full, standsForOne(work.head)]);
  await client.query('analyze continued');
  const tieField = dataset.columns.find((column) => column.word.kind === 'tie')?.field ?? null;
  const confirmedOn = full ? null : await newestFullDay(client, county, dataset.name);
  await client.query(OUTCOME, [county, full, statedOn, confirmedOn, tieField]);
  await client.query('analyze outcome (n, fresh, record, what, seen)');
  await client.query(VANISHED, [county, statedOn]);
  const { rows } = await client.query<{ what: string; count: number }>(
    `select what, count(*) as count from outcome group by what
     union all select 'vanished', count(*) from vanished`,
  );
  const count = (...kinds: string[]) =>
    rows.filter(({ what }) => kinds.includes(what)).reduce((sum, row) => sum + row.count, 0);
  return {
    added: count('added'),
    changed: count('changed', 'revived'),
    unchanged: count('unchanged', 'older', 'unknown'),
    ended: count('ended'),
    vanished: count('vanished'),
  };
}

async function newestFullDay(client: PoolClient, county: string, dataset: string): Promise<string | null> {
  const { rows } = await client.query<{ day: string | null }>(
    `select max(stated_on) as day from delivery
     where county = $1 and dataset = $2 and state = 'taken' and coverage = 'full'`,
    [county, dataset],
  );
  return rows[0]!.day;
}

const UNSEEN = `
  create temporary table unseen_record on commit drop as
  select unnest(records) as id from staged_row where kind = 'u'`;

/**
 * A key may stand for several records (rows of one delivery with the same key). In a full delivery those already seen by
 * their hash are out of the question; the others go to the rows in order, current ones before retired ones.
 * Counts on record_key.
 */
const CONTINUES = `
  create temporary table continued on commit drop as
  with wanted as materialized (
    select n, key, rank from staged_row where kind = 'r'
  ), standing as materialized (
    select r.id, r.key, r.status, r.occurrence,
      (not $3 or $4 or r.status = 'retired' or u.id is not null) as free
    from record r left join unseen_record u on u.id = r.id
    where r.county = $1 and r.dataset = $2 and r.key in (select key from wanted)
  ), free as (
    select id, key, row_number() over (partition by key order by status = 'retired', occurrence) as rank
    from standing where free
  ), held as (
    select key, max(occurrence) as last, count(*) filter (where free) as free,
      min(id) filter (where not free) as seen
    from standing group by key
  )
  select w.n, f.id as record, (coalesce(h.last, 0) + w.rank - coalesce(h.free, 0))::integer as occurrence, h.seen
  from wanted w
    left join free f on f.key = w.key and f.rank = w.rank
    left join held h on h.key = w.key`;

/**
 * What a row does. Read from the top. `older`: the record was stated later than this row; for a delta the newest full
 * delivery counts too, since it confirmed every current record without touching it.
 */
const OUTCOME = `
  create temporary table outcome on commit drop as
  with compared as (
    select s.n, s.fresh, c.occurrence, c.seen, r.id, r.status, s.deleted, s.hash <> r.hash as other_hash,
      case
        when r.id is null then false
        when not $2 and s.stated ? 'updatedAt' and r.stated ? 'updatedAt'
          then s.stated ->> 'updatedAt' < r.stated ->> 'updatedAt' collate "C"
        else coalesce($3::date < greatest(d.stated_on, $4::date), false)
      end as older,
      case when r.id is null or s.drops is null then s.stated else kept.stated || s.stated end as stated,
      case when r.id is null or s.drops is null then s.raw
        else nullif(coalesce(r.raw - s.drops, '{}')
          || coalesce(s.raw - array(select jsonb_object_keys(kept.stated)), '{}'), '{}') end as raw,
      case when r.id is not null and s.drops is not null then (
        select jsonb_object_agg(field, coalesce(r.carried -> field, jsonb_strip_nulls(jsonb_build_object(
          'delivery', r.delivery, 'sheet', r.sheet, 'row', r.row_no, 'item', r.item))))
        from jsonb_object_keys(kept.stated) field) end as carried,
      case when s.drops is null then s.township else coalesce(s.township, r.township) end as township,
      -- A finer place is kept only within the coarser one that the row states.
      case when s.drops is null then s.village
        else coalesce(s.village, case when s.township is null or left(r.village, 9) = s.township then r.village end)
      end as village,
      case when s.drops is null then s.grid
        else coalesce(s.grid, case
          when (s.township is null or left(r.grid, 9) = s.township) and (s.village is null or left(r.grid, 12) = s.village)
          then r.grid end)
      end as grid,
      -- Where a column tells the tie, a row that leaves it out has only the dataset's usual one to give.
      case when s.drops is not null and r.tie is not null and (s.tie is null or not s.stated ? $5::text)
        then r.tie else s.tie end as tie,
      r.stated as old_stated, r.raw as old_raw, r.carried as old_carried,
      r.township as old_township, r.village as old_village, r.grid as old_grid, r.tie as old_tie
    from continued c
      join staged_row s on s.n = c.n
      left join record r on r.county = $1 and r.id = c.record
      left join delivery d on d.county = $1 and d.id = r.delivery
      cross join lateral (select r.stated - s.drops as stated) kept
  ), decided as (
    select *,
      case
        when id is null then case when deleted then 'unknown' else 'added' end
        when older then 'older'
        when deleted then case status when 'retired' then 'unchanged' else 'ended' end
        when status = 'retired' then 'revived'
        when states_same(stated, old_stated)
          and (township, village, grid, tie) is not distinct from (old_township, old_village, old_grid, old_tie)
          and (not $2 or (old_carried is null and states_same(raw, old_raw)))
          then 'unchanged'
        else 'changed'
      end as what
    from compared
  )
  select n, fresh, occurrence, seen, what, coalesce(id, fresh) as record, other_hash, township, village, grid, tie,
    case when what in ('changed', 'revived', 'ended') then stated end as stated,
    case when what in ('changed', 'revived', 'ended') then raw end as raw,
    case when what in ('changed', 'revived', 'ended') then carried end as carried
  from decided`;

/** A delta taken since may have stated a record after the day of this full delivery: that one has not vanished. */
const VANISHED = `
  create temporary table vanished on commit drop as
  select u.id as record
  from unseen_record u
    join record r on r.county = $1 and r.id = u.id
    left join delivery d on d.county = $1 and d.id = r.delivery
  where not exists (select from outcome o where o.record = u.id)
    and coalesce(d.stated_on <= $2::date, true)`;
