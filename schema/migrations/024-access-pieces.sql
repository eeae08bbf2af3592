-- Whose data a client was shown, over millions of rows: the chain is added up in pieces of 4,096 rows, once each, client by client and in the
-- order of the persons. A question goes through the pieces that lie in its period, and through the log's own rows for the rest: what is
-- newer than the last piece, and pieces that begin before the period or end after it.

create table access_piece (
  county text not null,
  month date not null,
  -- numbers of its first and last row in the chain
  first bigint not null,
  last bigint not null,
  first_at timestamptz not null,
  last_at timestamptz not null,
  primary key (county, month, first)
) partition by list (month);

-- The persons of a piece whose ids are from `lowest` to `upto`, as many as make a hundred or so; those who were shown nowhere in it are none
-- of them. Moments in milliseconds since the month began, less 2^31.
create table access_shown (
  county text not null,
  month date not null,
  client text not null,
  piece bigint not null,
  lowest bigint not null,
  upto bigint not null,
  is_last boolean not null,
  -- above `lowest`, in order
  persons integer[] not null,
  times smallint[] not null,
  firsts integer[] not null,
  lasts integer[] not null,
  primary key (county, month, client, piece, upto)
) partition by list (month);
alter table access_shown alter persons set storage main, alter times set storage main, alter firsts set storage main, alter lasts set storage main;

-- Nobody reads or writes them but through the functions below; they go with their month.
do $$
declare
  table_name text;
begin
  foreach table_name in array array['access_piece', 'access_shown'] loop
    execute format('alter table %I enable row level security', table_name);
    execute format('alter table %I force row level security', table_name);
    execute format('create policy import on %I to hub_import using (true) with check (true)', table_name);
    execute format('create trigger refuse_change before update or delete or truncate on %I for each statement execute function refuse_access_change()', table_name);
    execute format('alter table %I enable always trigger refuse_change', table_name);
  end loop;
end $$;

create function make_access_piece_partitions(of_month date) returns void
language plpgsql security definer set search_path = pg_catalog, public as $$
declare
  table_name text;
  partition text;
begin
  foreach table_name in array array['access_piece', 'access_shown'] loop
    partition := table_name || to_char(of_month, '_YYYY_MM');
    continue when to_regclass('public.' || partition) is not null;
    execute format('create table public.%I (like public.%I including defaults including constraints including storage)', partition, table_name);
    execute format('alter table public.%I enable row level security', partition);
    execute format('alter table public.%I force row level security', partition);
    execute format('create policy import on public.%I to hub_import using (true) with check (true)', partition);
    execute format('create trigger refuse_direct_change before update or delete or truncate on public.%I for each statement execute function public.refuse_access_change()', partition);
    execute format('alter table public.%I enable always trigger refuse_direct_change', partition);
    execute format('alter table public.%I attach partition public.%I for values in (%L)', table_name, partition, of_month);
  end loop;
end $$;

-- Without settings of its own: so it is put in place where it is called.
create function access_month_began(of_month date) returns timestamptz language sql immutable parallel safe as $$
  select of_month::timestamp at time zone 'Asia/Shanghai'
$$;

-- Some rows of a chain, added up. As many ids lie in one part as hold `crowd` of the client's persons or so, counted from a round number, so
-- that the parts of different pieces begin and end together. Index: access_log's primary key.
create function add_up_accesses(of_county text, of_month date, from_number bigint, to_number bigint, crowd integer)
returns table (client text, lowest bigint, upto bigint, is_last boolean, persons integer[], times smallint[], firsts integer[], lasts integer[])
language sql stable set search_path = pg_catalog, public set work_mem = '64MB' set jit = off as $$
  with look as materialized (
    select l.client, dense_rank() over (order by l.client collate "C") << 48 as place, l.persons,
      (floor(extract(epoch from l.at) * 1000) - extract(epoch from access_month_began(of_month)) * 1000 - 2147483648)::integer as ms
    from access_log l where l.county = of_county and l.month = of_month and l.number between from_number and to_number),
  -- client and person in one number: a tenth of a second instead of one
  shown as materialized (
    select l.place | id as at_place, count(*)::smallint as times, min(l.ms) as first_ms, max(l.ms) as last_ms from look l, unnest(l.persons) as id group by 1),
  spread as (
    select s.at_place >> 48 as client, least(31, greatest(0, ceil(log(2, (max(s.at_place) - min(s.at_place) + 1) * crowd::numeric / count(*)))))::integer as bits
    from shown s group by 1),
  part as (
    select spread.client << 48 as place, (s.at_place & 281474976710655) >> bits << bits as lowest, min(bits) as bits, array_agg((s.at_place & ((1::bigint << bits) - 1))::integer order by s.at_place) as persons,
      array_agg(s.times order by s.at_place) as times, array_agg(s.first_ms order by s.at_place) as firsts, array_agg(s.last_ms order by s.at_place) as lasts
    from shown s join spread on spread.client = s.at_place >> 48 group by 1, 2)
  select named.client, p.lowest, p.lowest + (1::bigint << p.bits) - 1, lead(p.lowest) over (partition by place order by p.lowest) is null,
    p.persons, p.times, p.firsts, p.lasts
  from part p join (select distinct client, place from look) as named using (place)
$$;

-- Adds up the next pieces of the county's chains, as many as are asked for: those that are whole, and what is left of a month that is over.
-- A piece that lacks rows, or has one that is of another month, is left as it is, and so is what comes after it: the log itself answers.
-- @param whole rows of a piece
-- @param crowd persons of a part
-- @returns how many were added
create function keep_access_pieces(of_county text, most integer, whole integer default 4096, crowd integer default 128) returns integer
language plpgsql volatile security definer set search_path = pg_catalog, public as $$
declare
  added integer := 0;
  chain record;
  from_number bigint;
  to_number bigint;
  head bigint;
  stretch record;
begin
  if not pg_try_advisory_xact_lock(hashtext('hub access pieces'), of_county::integer) then
    return 0;
  end if;
  for chain in
    with recursive one (month) as (
      (select l.month from access_log l where l.county = of_county order by l.month limit 1)
      union all
      select (select l.month from access_log l where l.county = of_county and l.month > one.month order by l.month limit 1) from one where one.month is not null)
    select month, clock_timestamp() > access_month_began((month + interval '1 month')::date) + interval '1 hour' as is_over from one where month is not null
  loop
    select l.number into head from access_log l where l.county = of_county and l.month = chain.month order by l.number desc limit 1;
    from_number := 1 + coalesce((select p.last from access_piece p where p.county = of_county and p.month = chain.month order by p.first desc limit 1), 0);
    while added < most and (head - from_number + 1 >= whole or (chain.is_over and head >= from_number)) loop
      to_number := least(head, from_number + whole - 1);
      select count(*) as rows, min(l.at) as first_at, max(l.at) as last_at into stretch
        from access_log l where l.county = of_county and l.month = chain.month and l.number between from_number and to_number;
      exit when stretch.rows <> to_number - from_number + 1 or stretch.first_at < access_month_began(chain.month)
        or stretch.last_at >= access_month_began((chain.month + interval '1 month')::date);
      perform make_access_piece_partitions(chain.month);
      insert into access_piece values (of_county, chain.month, from_number, to_number, stretch.first_at, stretch.last_at);
      insert into access_shown (county, month, client, piece, lowest, upto, is_last, persons, times, firsts, lasts)
        select of_county, chain.month, a.client, from_number, a.lowest, a.upto, a.is_last, a.persons, a.times, a.firsts, a.lasts
        from add_up_accesses(of_county, chain.month, from_number, to_number, crowd) a order by a.client, a.lowest;
      added := added + 1;
      from_number := to_number + 1;
    end loop;
  end loop;
  return added;
end $$;

-- These three have no settings of their own, and so are put in place by what calls them, which has.
-- Stretches of the chains for a period: pieces that lie in it, and numbers whose rows have to be looked at.
create function access_stretches(of_county text, since timestamptz, until timestamptz)
returns table (month date, first bigint, last bigint, is_kept boolean)
language sql stable as $$
  with recursive chain (month) as (
    (select l.month from access_log l where l.county = of_county order by l.month limit 1)
    union all
    select (select l.month from access_log l where l.county = of_county and l.month > chain.month order by l.month limit 1) from chain where chain.month is not null)
  select p.month, p.first, p.last, p.first_at >= since and p.last_at < until
  from access_piece p where p.county = of_county and p.last_at >= since and p.first_at < until
  union all
  select c.month, 1 + coalesce((select p.last from access_piece p where p.county = of_county and p.month = c.month order by p.first desc limit 1), 0), null, false
  from chain c where c.month is not null and access_month_began((c.month + interval '1 month')::date) > since and access_month_began(c.month) < until
$$;

-- Of a client: the parts of pieces that lie in a period and have persons of these ids. Index: access_shown's primary key.
create function access_parts(of_county text, of_client text, since timestamptz, until timestamptz, above bigint, to_id bigint)
returns table (ms bigint, lowest bigint, persons integer[], times smallint[], firsts integer[], lasts integer[])
language sql stable as $$
  select (extract(epoch from access_month_began(t.month)) * 1000)::bigint + 2147483648, s.lowest, s.persons, s.times, s.firsts, s.lasts
  from access_stretches(of_county, since, until) t
  cross join lateral (select * from access_shown s
    where s.county = of_county and s.month = t.month and s.client = of_client and s.piece = t.first and s.upto > above and s.lowest <= to_id offset 0) as s
  where t.is_kept offset 0
$$;

-- Of a client: the rows of a period that are in no such piece. Gone by is the number, and not the client, for a stretch is short. Index:
-- access_log's primary key.
create function access_looks(of_county text, of_client text, since timestamptz, until timestamptz)
returns table (ms bigint, persons bigint[])
language sql stable as $$
  select floor(extract(epoch from l.at) * 1000)::bigint, l.persons
  from access_stretches(of_county, since, until) t
  cross join lateral (select l.client, l.at, l.persons from access_log l
    where l.county = of_county and l.month = t.month and l.number >= t.first and l.number <= coalesce(t.last, 9223372036854775807) offset 0) as l
  where not t.is_kept and l.client = of_client and l.at >= since and l.at < until offset 0
$$;

-- Persons that a client was shown in a period, with ids above one and up to another.
create function shown_persons(of_county text, of_client text, since timestamptz, until timestamptz, above bigint, upto bigint)
returns table (person bigint, times bigint, first_at timestamptz, last_at timestamptz)
language sql stable set search_path = pg_catalog, public set work_mem = '128MB' set jit = off set enable_sort = off as $$
  with entry (id, times, first_ms, last_ms) as (
    select p.lowest + unnest(p.persons), unnest(p.times), p.ms + unnest(p.firsts), p.ms + unnest(p.lasts)
    from access_parts(of_county, of_client, since, until, $5, $6) p
    union all
    select unnest(l.persons), 1, l.ms, l.ms from access_looks(of_county, of_client, since, until) l)
  select e.id, sum(e.times)::bigint, timestamptz 'epoch' + min(e.first_ms) * interval '1 millisecond', timestamptz 'epoch' + max(e.last_ms) * interval '1 millisecond'
  from entry e where e.id > $5 and e.id <= $6 group by e.id
$$;

-- Up to which id a page above another may be looked for at once: to where the nearest of the pieces' next parts ends. Null: to the end.
create function shown_upto(of_county text, of_client text, since timestamptz, until timestamptz, above bigint) returns bigint
language sql stable set search_path = pg_catalog, public as $$
  select min(s.upto) filter (where not s.is_last)
  from access_stretches(of_county, since, until) t
  cross join lateral (select s.upto, s.is_last from access_shown s
    where s.county = of_county and s.month = t.month and s.client = of_client and s.piece = t.first and s.upto > above order by s.upto limit 1) as s
  where t.is_kept
$$;

-- Whose data a client was shown between two moments: persons in the order of their ids, with how often and when, to the millisecond.
create or replace function persons_shown_to(of_county text, of_client text, since timestamptz, until timestamptz, above bigint, most integer)
returns table (person bigint, survivor bigint, times bigint, first_at timestamptz, last_at timestamptz)
language plpgsql stable security definer set search_path = pg_catalog, public set jit = off as $$
declare
  wanted integer := most;
  place bigint := above;
  upto bigint;
  found_rows bigint;
begin
  if not viewer_may('audit') or of_county is distinct from nullif(current_setting('hub.county', true), '') then
    return;
  end if;
  while wanted > 0 and place is not null loop
    upto := shown_upto(of_county, of_client, since, until, place);
    return query select s.person, surviving_id(of_county, s.person), s.times, s.first_at, s.last_at
      from (select * from shown_persons(of_county, of_client, since, until, place, coalesce(upto, 9223372036854775807)) p order by p.person limit wanted) as s
      order by s.person;
    get diagnostics found_rows = row_count;
    wanted := wanted - found_rows;
    place := upto;
  end loop;
end $$;

create or replace function count_persons_shown_to(of_county text, of_client text, since timestamptz, until timestamptz) returns bigint
language plpgsql stable security definer set search_path = pg_catalog, public set work_mem = '128MB' set jit = off as $$
begin
  if not viewer_may('audit') or of_county is distinct from nullif(current_setting('hub.county', true), '') then
    return 0;
  end if;
  return (select count(*) from (
    select p.lowest + unnest(p.persons) from access_parts(of_county, of_client, since, until, 0, 9223372036854775807) p
    union
    select unnest(l.persons) from access_looks(of_county, of_client, since, until) l) as one);
end $$;

-- Planned for the very ids each time: without them the index of persons looks no better than going through the client's or the whole log.
-- As before, but that only what is on the page is put into words.
create or replace function data_usage(of_county text, of_person bigint, since timestamptz, until timestamptz, before_month date, before_number bigint, most integer)
returns setof told_access
language plpgsql stable security definer set search_path = pg_catalog, public set plan_cache_mode = force_custom_plan as $$
declare
  ids constant bigint[] := merged_ids(of_county, of_person);
  before_at constant timestamptz := moment_of_access(of_county, before_month, before_number);
begin
  if not viewer_may('usage') or of_county is distinct from nullif(current_setting('hub.county', true), '') then
    return;
  end if;
  return query select t.* from (
      select l from access_log l
      where l.persons && ids and l.county = of_county and l.outcome = 'ok' and l.at >= since and l.at < until
        and (l.at, l.number) < (before_at, coalesce(before_number, 0))
      order by l.at desc, l.number desc limit most) as page
    cross join lateral tell_access(page.l) as t;
end $$;

alter function count_data_usage(text, bigint, timestamptz, timestamptz) set plan_cache_mode = force_custom_plan;

-- Alarms of a client's day that were not raised before; who has raised both is not counted again. Index: access_log_client.
create or replace function raise_access_alarms(of_county text, of_client text, of_day date, most_rows bigint, most_persons bigint)
returns table (kind text, counted bigint, threshold bigint)
language plpgsql volatile security definer set search_path = pg_catalog, public set jit = off as $$
#variable_conflict use_column
declare
  midnight constant timestamptz := of_day::timestamp at time zone 'Asia/Shanghai';
  next_midnight constant timestamptz := (of_day + 1)::timestamp at time zone 'Asia/Shanghai';
begin
  if (select count(*) from access_alarm a where a.county = of_county and a.day = of_day and a.client = of_client) = 2 then
    return;
  end if;
  return query
    with told as materialized (
      select l.persons from access_log l where l.county = of_county and l.client = of_client
        and l.month = date_trunc('month', of_day)::date and l.at >= midnight and l.at < next_midnight),
    found (kind, counted, threshold) as (
      select 'rows', (select count(*) from told), most_rows
      union all
      select 'persons', (select count(*) from (select distinct id from told, unnest(told.persons) as id) as one), most_persons)
    insert into access_alarm (county, day, client, kind, counted, threshold)
    select of_county, of_day, of_client, f.kind, f.counted, f.threshold from found f where f.counted > f.threshold
    on conflict do nothing
    returning access_alarm.kind, access_alarm.counted, access_alarm.threshold;
end $$;

-- What waits to be put into the index of persons is put there by who writes next, once it is more than this: 16 MB
-- take a second or two, and no writer waits longer than five.
create function limit_pending_persons() returns void
language plpgsql volatile set search_path = pg_catalog, public as $$
declare
  partition regclass;
begin
  for partition in select i.inhrelid::regclass from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'public.access_log_persons'::regclass and not c.reloptions @> array['gin_pending_list_limit=16384']
  loop
    execute format('alter index %s set (gin_pending_list_limit = 16384)', partition);
  end loop;
end $$;

-- The partition of a month, made if it is not there; nobody reads or writes it but through access_log.
create or replace function make_access_partition(of_month date) returns void
language plpgsql security definer set search_path = pg_catalog, public as $$
declare
  partition constant text := 'access_log_' || to_char(of_month, 'YYYY_MM');
begin
  if to_regclass('public.' || partition) is not null then
    return;
  end if;
  perform pg_advisory_xact_lock(hashtext('hub access partition'));
  if to_regclass('public.' || partition) is not null then
    return;
  end if;
  -- Attached rather than made in place, which would hold back whoever reads.
  execute format('create table public.%I (like public.access_log including defaults including constraints)', partition);
  execute format('alter table public.%I enable row level security', partition);
  execute format('alter table public.%I force row level security', partition);
  execute format('create policy import on public.%I to hub_import using (true) with check (true)', partition);
  execute format('create trigger refuse_direct_change before update or delete or truncate on public.%I for each statement execute function public.refuse_access_change()', partition);
  execute format('alter table public.%I enable always trigger refuse_direct_change', partition);
  execute format('alter table public.access_log attach partition public.%I for values in (%L)', partition, of_month);
  perform limit_pending_persons();
end $$;

do $$
declare
  function_name text;
begin
  perform limit_pending_persons();
  for function_name in
    select oid::regprocedure::text from pg_proc where pronamespace = 'public'::regnamespace
      and proname in ('make_access_piece_partitions', 'limit_pending_persons', 'add_up_accesses', 'keep_access_pieces', 'access_stretches', 'access_parts', 'access_looks', 'shown_persons', 'shown_upto')
  loop
    execute format('revoke execute on function %s from public', function_name);
  end loop;
  grant execute on function keep_access_pieces to hub_access_writer;
end $$;
