-- Who has looked: one row an operation that reads personal data, written before its answer leaves, and never changed. No value of a
-- person stands in it: ids, words of ours, and what the token and the purpose say.

-- Partitioned by month of Beijing. Within a county and month the rows are one chain: 1, 2, 3 …, each hashed with the hash before it
-- (src/accesses/access-row.ts has the text that is hashed).
create table access_log (
  county text not null,
  -- its first day
  month date not null,
  number bigint not null,
  at timestamptz not null,
  request text not null,
  client text not null,
  -- staff number of the officer behind the client
  person text,
  token text not null,
  purpose text not null,
  basis text not null,
  grants bigint[] not null,
  emergency boolean not null,
  operation text,
  document text not null,
  asked text[] not null,
  -- an operation that shows more than a thousand is several rows
  part integer not null,
  parts integer not null check (part between 1 and parts),
  persons bigint[] not null,
  households bigint[] not null,
  -- field classes
  shown text[] not null,
  masked text[] not null,
  revealed text[] not null,
  reveal_reasons text[] not null,
  outcome text not null check (outcome in ('ok', 'none', 'refused', 'error')),
  code text,
  ms integer not null,
  algorithm text not null check (algorithm in ('sha256', 'sm3')),
  previous bytea not null,
  hash bytea not null,
  primary key (county, month, number)
) partition by list (month);
create index access_log_client on access_log (county, client, at, number);
-- What is new waits in a list of its own, which a search goes through as well, until `tidy_access_index` puts it where it belongs: no answer
-- waits for that.
create index access_log_persons on access_log using gin (persons) with (fastupdate = on, gin_pending_list_limit = 65536);
alter table access_log enable row level security;
alter table access_log force row level security;
create policy import on access_log to hub_import using (true) with check (true);

-- More than this of one client on one day is looked at by somebody.
create table access_alarm (
  county text not null,
  day date not null,
  client text not null,
  kind text not null check (kind in ('persons', 'rows')),
  counted bigint not null,
  threshold bigint not null,
  raised_at timestamptz not null default clock_timestamp(),
  primary key (county, day, client, kind)
);
alter table access_alarm enable row level security;
alter table access_alarm force row level security;
create policy import on access_alarm to hub_import using (true) with check (true);

create function refuse_access_change() returns trigger language plpgsql as $$
begin
  raise exception 'What was read is never unread: the log is only appended to.' using errcode = '23001';
end $$;
create trigger refuse_change before update or delete or truncate on access_log for each statement execute function refuse_access_change();
alter table access_log enable always trigger refuse_change;

-- The partition of a month, made if it is not there; nobody reads or writes it but through access_log.
create function make_access_partition(of_month date) returns void
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
end $$;

-- Where the chain stands that the next rows go on: waits for whoever is writing, and holds it to the end of the transaction.
create function access_head(of_county text, out micros bigint, out month date, out number bigint, out hash bytea)
language plpgsql volatile security definer set search_path = pg_catalog, public as $$
declare
  moment timestamptz;
begin
  perform pg_advisory_xact_lock(hashtext('hub access log'), of_county::integer);
  moment := clock_timestamp();
  micros := (extract(epoch from moment) * 1000000)::bigint;
  month := date_trunc('month', moment at time zone 'Asia/Shanghai')::date;
  perform make_access_partition(month);
  select l.number, l.hash into number, hash from access_log l
    where l.county = of_county and l.month = access_head.month order by l.number desc limit 1;
end $$;

-- Alarms of a client's day that were not raised before. Index: access_log_client.
create function raise_access_alarms(of_county text, of_client text, of_day date, most_rows bigint, most_persons bigint)
returns table (kind text, counted bigint, threshold bigint)
language sql volatile security definer set search_path = pg_catalog, public as $$
  with told as materialized (
    select l.persons from access_log l where l.county = of_county and l.client = of_client
      and l.month = date_trunc('month', of_day)::date
      and l.at >= (of_day::timestamp at time zone 'Asia/Shanghai') and l.at < ((of_day + 1)::timestamp at time zone 'Asia/Shanghai')),
  found (kind, counted, threshold) as (
    select 'rows', (select count(*) from told), most_rows
    union all
    select 'persons', (select count(distinct id) from told, unnest(told.persons) as id), most_persons)
  insert into access_alarm (county, day, client, kind, counted, threshold)
  select of_county, of_day, of_client, f.kind, f.counted, f.threshold from found f where f.counted > f.threshold
  on conflict do nothing
  returning access_alarm.kind, access_alarm.counted, access_alarm.threshold
$$;

-- Reading of the log, for the API: by what the viewer may, and as nobody else. ----------------------------------------------

create function viewer_may(what text) returns boolean language sql stable as $$
  select what = any (coalesce(string_to_array(nullif(current_setting('hub.may', true), ''), ','), '{}'))
$$;

-- The entity with all that were merged into it, at any remove. Index: entity_merged_into.
create function merged_ids(of_county text, of_entity bigint) returns bigint[]
language sql stable security definer set search_path = pg_catalog, public as $$
  with recursive one (id) as (
    select of_entity union select e.id from one join entity e on e.county = of_county and e.merged_into = one.id)
  select array_agg(id) from one
$$;

-- Which entity one was merged into in the end; itself where it was not.
create function surviving_id(of_county text, of_entity bigint) returns bigint
language sql stable security definer set search_path = pg_catalog, public as $$
  with recursive one (id, step) as (
    select of_entity, 0
    union all
    select e.merged_into, one.step + 1 from one join entity e on e.county = of_county and e.id = one.id
      where e.merged_into is not null and one.step < 100)
  select id from one order by step desc limit 1
$$;

-- One row as it is told: with the client's organ and the purpose in words.
create type told_access as (
  month text, number bigint, at timestamptz, request text, client text, organ text, person text, purpose text, purpose_zh text, purpose_en text,
  basis text, emergency boolean, operation text, asked text[], part integer, persons integer, households integer, shown text[], masked text[],
  revealed text[], reveal_reasons text[], outcome text, code text, ms integer);

create function tell_access(l access_log) returns told_access
language sql stable security definer set search_path = pg_catalog, public as $$
  select l.month::text, l.number, l.at, l.request, l.client, c.organ, l.person, l.purpose, p.zh, p.en, l.basis, l.emergency, l.operation, l.asked,
    l.part, cardinality(l.persons), cardinality(l.households), l.shown, l.masked, l.revealed, l.reveal_reasons, l.outcome, l.code, l.ms
  from (select) as one
  left join client c on c.county = l.county and c.name = l.client
  left join purpose p on p.county = l.county and p.code = l.purpose
$$;

-- Where a page begins.
create function moment_of_access(of_county text, of_month date, of_number bigint) returns timestamptz
language sql stable security definer set search_path = pg_catalog, public as $$
  select coalesce((select at from access_log where county = of_county and month = of_month and number = of_number), 'infinity')
$$;

-- Rows that showed a person, the newest first, before a place in the log. That the viewer may see the person is for the caller to know.
-- Index: access_log_persons.
create function data_usage(of_county text, of_person bigint, since timestamptz, until timestamptz, before_month date, before_number bigint, most integer)
returns setof told_access
language plpgsql stable security definer set search_path = pg_catalog, public as $$
declare
  ids constant bigint[] := merged_ids(of_county, of_person);
  before_at constant timestamptz := moment_of_access(of_county, before_month, before_number);
begin
  if not viewer_may('usage') or of_county is distinct from nullif(current_setting('hub.county', true), '') then
    return;
  end if;
  return query select (tell_access(l)).* from access_log l
    where l.persons && ids and l.county = of_county and l.outcome = 'ok' and l.at >= since and l.at < until
      and (l.at, l.number) < (before_at, coalesce(before_number, 0))
    order by l.at desc, l.number desc limit most;
end $$;

create function count_data_usage(of_county text, of_person bigint, since timestamptz, until timestamptz) returns bigint
language plpgsql stable security definer set search_path = pg_catalog, public as $$
declare
  ids constant bigint[] := merged_ids(of_county, of_person);
begin
  return (select count(*) from access_log l where viewer_may('usage') and of_county = nullif(current_setting('hub.county', true), '')
    and l.persons && ids and l.county = of_county and l.outcome = 'ok' and l.at >= since and l.at < until);
end $$;

-- What the client itself asked, the newest first. Index: access_log_client.
create function own_accesses(of_county text, since timestamptz, until timestamptz, before_month date, before_number bigint, most integer)
returns setof told_access
language plpgsql stable security definer set search_path = pg_catalog, public as $$
declare
  own constant text := nullif(current_setting('hub.client', true), '');
  before_at constant timestamptz := least(until, moment_of_access(of_county, before_month, before_number));
begin
  if of_county is distinct from nullif(current_setting('hub.county', true), '') then
    return;
  end if;
  return query select (tell_access(l)).* from access_log l
    where l.county = of_county and l.client = own and l.at >= since and l.at < until
      and (l.at, l.number) < (before_at, coalesce(before_number, 0))
    order by l.at desc, l.number desc limit most;
end $$;

create function count_own_accesses(of_county text, since timestamptz, until timestamptz) returns bigint
language plpgsql stable security definer set search_path = pg_catalog, public as $$
declare
  own constant text := nullif(current_setting('hub.client', true), '');
begin
  return (select count(*) from access_log l where of_county = nullif(current_setting('hub.county', true), '')
    and l.county = of_county and l.client = own and l.at >= since and l.at < until);
end $$;

-- Whose data a client was shown between two moments: persons in the order of their ids, with how often and when. Index: access_log_client.
create function persons_shown_to(of_county text, of_client text, since timestamptz, until timestamptz, above bigint, most integer)
returns table (person bigint, survivor bigint, times bigint, first_at timestamptz, last_at timestamptz)
language plpgsql stable security definer set search_path = pg_catalog, public set work_mem = '128MB' set jit = off as $$
begin
  if not viewer_may('audit') or of_county is distinct from nullif(current_setting('hub.county', true), '') then
    return;
  end if;
  return query
    with shown as (
      select id, l.at from access_log l, unnest(l.persons) as id
      where l.county = of_county and l.client = of_client and l.at >= since and l.at < until and id > above),
    page as (
      select s.id, count(*) as times, min(s.at) as first_at, max(s.at) as last_at from shown s group by s.id order by s.id limit most)
    select p.id, surviving_id(of_county, p.id), p.times, p.first_at, p.last_at from page p order by p.id;
end $$;

create function count_persons_shown_to(of_county text, of_client text, since timestamptz, until timestamptz) returns bigint
language plpgsql stable security definer set search_path = pg_catalog, public set work_mem = '128MB' set jit = off as $$
begin
  return (select count(distinct id) from access_log l, unnest(l.persons) as id
    where viewer_may('audit') and of_county = nullif(current_setting('hub.county', true), '')
      and l.county = of_county and l.client = of_client and l.at >= since and l.at < until);
end $$;

create function access_alarms(of_county text, before_at timestamptz, most integer)
returns setof access_alarm
language plpgsql stable security definer set search_path = pg_catalog, public as $$
begin
  if not viewer_may('audit') or of_county is distinct from nullif(current_setting('hub.county', true), '') then
    return;
  end if;
  return query select a.* from access_alarm a where a.county = of_county and (before_at is null or a.raised_at < before_at)
    order by a.raised_at desc, a.client, a.kind limit most;
end $$;

-- Puts the newest ids into the index of persons.
create function tidy_access_index() returns void
language plpgsql volatile security definer set search_path = pg_catalog, public set work_mem = '32MB' as $$
begin
  perform gin_clean_pending_list(i.inhrelid::regclass) from pg_inherits i where i.inhparent = 'public.access_log_persons'::regclass;
end $$;

do $$
declare
  function_name text;
begin
  if not exists (select from pg_roles where rolname = 'hub_access_writer') then
    create role hub_access_writer nologin nobypassrls;
  end if;
  grant hub_access_writer to hub_api with inherit false, set true;
  grant insert on access_log to hub_access_writer;
  create policy write on access_log for insert to hub_access_writer with check (true);
  for function_name in
    select oid::regprocedure::text from pg_proc where pronamespace = 'public'::regnamespace
      and proname in ('make_access_partition', 'access_head', 'raise_access_alarms', 'merged_ids', 'surviving_id', 'tell_access', 'moment_of_access', 'tidy_access_index',
        'data_usage', 'count_data_usage', 'own_accesses', 'count_own_accesses', 'persons_shown_to', 'count_persons_shown_to', 'access_alarms')
  loop
    execute format('revoke execute on function %s from public', function_name);
  end loop;
  grant execute on function access_head, raise_access_alarms, tidy_access_index to hub_access_writer;
  grant execute on function data_usage, count_data_usage, own_accesses, count_own_accesses, persons_shown_to, count_persons_shown_to, access_alarms
    to hub_county, hub_township, hub_village, hub_grid, hub_mixed;
  perform make_access_partition((date_trunc('month', now() at time zone 'Asia/Shanghai') + make_interval(months => n))::date) from generate_series(0, 1) as n;
end $$;
