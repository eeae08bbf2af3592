-- What the engine is in doubt about, and what people have said of it. A decision outranks the engine for ever; it is appended, and
-- only its state goes on: proposed → effective → revoked. The linkage reads the effective ones:
--   same       the two records speak of one entity, whatever the evidence
--   different  they never do
--   unsure     nobody can tell: the pair leaves the queue, and nothing follows for the links
-- A decision is about two records, not two entities: records stay what they are while entities merge and split around them.

create sequence decision_id;
create table decision (
  county text not null,
  id bigint not null default nextval('decision_id'),
  kind text not null check (kind in ('person', 'household', 'building', 'dwelling')),
  one_record bigint not null,
  other_record bigint not null check (one_record < other_record),
  verdict text not null check (verdict in ('same', 'different', 'unsure')),
  reason text not null check (btrim(reason) <> ''),
  -- the person who answers for it, and the client through which the word came
  decided_by text not null check (btrim(decided_by) <> ''),
  decided_through text not null default 'command-line',
  decided_at timestamptz not null default clock_timestamp(),
  origin text not null check (origin in ('review', 'undo', 'command')),
  -- proposed waits for a second reviewer and decides nothing yet
  state text not null check (state in ('proposed', 'effective', 'revoked')),
  confirmed_by text,
  confirmed_through text,
  confirmed_at timestamptz,
  revoked_by text,
  revoked_through text,
  revoked_at timestamptz,
  revoke_reason text,
  primary key (county, id),
  check ((confirmed_by is null) = (confirmed_at is null)),
  check (lower(regexp_replace(confirmed_by, '\s', '', 'g')) <> lower(regexp_replace(decided_by, '\s', '', 'g'))),
  check ((state = 'revoked') = (revoked_by is not null)),
  check ((revoked_by is null) = (revoked_at is null) and (revoked_by is null) = (revoke_reason is null))
);
-- What stands is asked for from either end, and all that was ever said by the pair.
create index decision_one on decision (county, kind, one_record, other_record);
create index decision_other on decision (county, kind, other_record) where state <> 'revoked';

-- The queue as the engine left it. The engine writes one row a pair: the columns below but those marked (database), which a trigger
-- and PostgreSQL fill; by INSERT with its columns named. It closes a pair that is no longer in doubt by closed_at, or takes it away.
create table review_pair (
  county text not null,
  kind text not null check (kind in ('person', 'household', 'building', 'dwelling')),
  one_record bigint not null,
  other_record bigint not null check (one_record < other_record),
  -- posterior, 0…1, and the sum of the evidence in bits
  probability real not null check (probability between 0 and 1),
  weight real not null,
  -- records that would change their entity, both clusters together
  people integer not null check (people >= 0),
  -- [{"comparison": …, "level": …, "bits": …}] in the order of the waterfall, the prior first; codes and figures, no value of a person
  evidence jsonb not null,
  opened_at timestamptz not null default clock_timestamp(),
  closed_at timestamptz,
  -- (database) where and whose the two records are: they narrow the queue before `pair_seen` looks at everything that would change
  one_register text,
  one_township text,
  one_village text,
  one_grid text,
  other_register text,
  other_township text,
  other_village text,
  other_grid text,
  -- (database) people affected × doubt: the order of the queue
  priority real generated always as (people * (1 - abs(2 * probability - 1))) stored,
  -- (database) the pair's own id: the same whenever it is written again, and it names neither record
  id bigint generated always as
    (hashtextextended(kind || ' ' || one_record::text || ' ' || other_record::text, 0) & 4503599627370495) stored,
  primary key (county, kind, one_record, other_record)
);
create index review_pair_order on review_pair (county, priority desc, id) where closed_at is null;
create index review_pair_id on review_pair (county, id);
create index review_pair_other on review_pair (county, kind, other_record);

create function place_review_pair() returns trigger language plpgsql set search_path = pg_catalog, public as $$
begin
  select register, township, village, grid into new.one_register, new.one_township, new.one_village, new.one_grid
    from record where county = new.county and id = new.one_record;
  select register, township, village, grid into new.other_register, new.other_township, new.other_village, new.other_grid
    from record where county = new.county and id = new.other_record;
  return new;
end $$;
create trigger place_review_pair before insert or update on review_pair for each row execute function place_review_pair();

-- What is written here cannot be unwritten, whoever is at work ----------------------------------------------------------

create function keep_decision() returns trigger language plpgsql set search_path = pg_catalog, public as $$
begin
  if tg_op = 'DELETE' then
    raise exception 'A decision is never deleted; it is revoked.' using errcode = '23001';
  end if;
  if (new.county, new.id, new.kind, new.one_record, new.other_record, new.verdict, new.reason, new.decided_by, new.decided_through,
      new.decided_at, new.origin)
    is distinct from (old.county, old.id, old.kind, old.one_record, old.other_record, old.verdict, old.reason, old.decided_by,
      old.decided_through, old.decided_at, old.origin)
    or (old.confirmed_by is not null and (new.confirmed_by, new.confirmed_through, new.confirmed_at)
      is distinct from (old.confirmed_by, old.confirmed_through, old.confirmed_at))
    or not ((old.state = 'proposed' and new.state = 'effective' and new.confirmed_by is not null)
      or (old.state in ('proposed', 'effective') and new.state = 'revoked'))
  then
    raise exception 'A decision goes from proposed to effective by a second reviewer, and to revoked; nothing else of it changes.'
      using errcode = '23001';
  end if;
  return new;
end $$;
create trigger keep_decision before update or delete on decision for each row execute function keep_decision();

-- A decision that takes effect, or loses it, marks both records for the next run of the linkage. Security definer: a reviewer writes
-- the decision and nothing else.
create function apply_decision() returns trigger language plpgsql security definer set search_path = pg_catalog, public as $$
begin
  if new.state = 'effective' or (new.state = 'revoked' and old.state = 'effective') then
    insert into touched_record (county, record)
      select new.county, unnest(array[new.one_record, new.other_record]) on conflict do nothing;
    update review_pair set closed_at = case new.state when 'effective' then clock_timestamp() end
      where county = new.county and kind = new.kind and one_record = new.one_record and other_record = new.other_record;
  end if;
  return null;
end $$;
create trigger apply_decision after insert or update on decision for each row execute function apply_decision();

-- Who sees a pair -------------------------------------------------------------------------------------------------------

-- Every record of the two entities that the two records speak of, and on which side. The owner's own. In plpgsql, which keeps its plans:
-- a queue of thousands asks this of each pair.
create function records_of_pair(of_county text, of_kind text, one bigint, other bigint)
returns table (side smallint, entity bigint, record bigint, register text, township text, village text, grid text)
language plpgsql stable security definer set search_path = pg_catalog, public as $$
#variable_conflict use_column
declare
  entities bigint[] := array(
    select case of_kind when 'person' then l.person when 'household' then l.household
      when 'dwelling' then l.dwelling when 'building' then l.building end
    from (values (1, one), (2, other)) as s (side, record)
    left join link l on l.county = of_county and l.record = s.record order by s.side);
begin
  -- Counts on link_person, link_household, link_dwelling, link_building.
  if of_kind = 'person' then
    return query select s.side::smallint, s.entity, l.record, l.register, l.township, l.village, l.grid
      from unnest(entities) with ordinality as s (entity, side) join link l on l.county = of_county and l.person = s.entity;
  elsif of_kind = 'household' then
    return query select s.side::smallint, s.entity, l.record, l.register, l.township, l.village, l.grid
      from unnest(entities) with ordinality as s (entity, side) join link l on l.county = of_county and l.household = s.entity;
  elsif of_kind = 'dwelling' then
    return query select s.side::smallint, s.entity, l.record, l.register, l.township, l.village, l.grid
      from unnest(entities) with ordinality as s (entity, side) join link l on l.county = of_county and l.dwelling = s.entity;
  elsif of_kind = 'building' then
    return query select s.side::smallint, s.entity, l.record, l.register, l.township, l.village, l.grid
      from unnest(entities) with ordinality as s (entity, side) join link l on l.county = of_county and l.building = s.entity;
  end if;
end $$;
revoke execute on function records_of_pair from public;

-- Whether whoever asks may review these two records: the token says `review`; every record of both entities, which is all that could
-- change, lies in the viewer's divisions; and each entity is there for the viewer through a record of a register that the token
-- names. The owner's own sessions (the command line) see every pair that exists.
create function pair_seen(of_county text, of_kind text, one bigint, other bigint) returns boolean
language plpgsql stable security definer set search_path = pg_catalog, public as $$
declare
  -- The one who signed in; neither SET ROLE nor this function's owner changes it.
  own constant boolean := pg_has_role(session_user, 'hub_import', 'usage');
  counties constant text[] := string_to_array(nullif(current_setting('hub.counties', true), ''), ',');
  townships constant text[] := string_to_array(nullif(current_setting('hub.townships', true), ''), ',');
  villages constant text[] := string_to_array(nullif(current_setting('hub.villages', true), ''), ',');
  grids constant text[] := string_to_array(nullif(current_setting('hub.grids', true), ''), ',');
  registers constant text[] := string_to_array(nullif(current_setting('hub.registers', true), ''), ',');
begin
  if own then
    return (select count(distinct p.side) = 2 from records_of_pair(of_county, of_kind, one, other) p);
  end if;
  if ('review' = any (string_to_array(current_setting('hub.may', true), ','))) is not true
    or (of_county = nullif(current_setting('hub.county', true), '')) is not true
  then
    return false;
  end if;
  return (
    -- bool_and passes over null: a record whose township is not known lies in nobody's.
    select coalesce(bool_and(coalesce(of_county = any (counties) or p.township = any (townships)
        or p.village = any (villages) or p.grid = any (grids), false)), false)
      and count(distinct p.side) filter (where p.register = any (registers)) = 2
    from records_of_pair(of_county, of_kind, one, other) p);
end $$;

-- What `same` about a pair that is seen would do: the entities as they are (equal: nothing would merge), how many records they have
-- together, and whether two different valid identity numbers would meet. A record keeps a number only where it is valid.
create function pair_weight(of_county text, of_kind text, one bigint, other bigint)
returns table (one_entity bigint, other_entity bigint, records integer, numbers_differ boolean)
language sql stable security definer set search_path = pg_catalog, public as $$
  select min(p.entity) filter (where p.side = 1), min(p.entity) filter (where p.side = 2), count(distinct p.record)::integer,
    of_kind = 'person' and count(distinct r.id_number) > 1
  from records_of_pair(of_county, of_kind, one, other) p join record r on r.county = of_county and r.id = p.record
  where pair_seen(of_county, of_kind, one, other)
  having count(distinct p.side) = 2
$$;

-- A second, different person has to confirm what merges more than three records, or two valid numbers.
create function needs_second_reviewer(of_county text, of_kind text, one bigint, other bigint, verdict text) returns boolean
language sql stable set search_path = pg_catalog, public as $$
  select verdict = 'same' and coalesce(bool_or(w.numbers_differ or (w.one_entity <> w.other_entity and w.records > 3)), true)
  from pair_weight(of_county, of_kind, one, other) w
$$;

-- The decisions that stand (proposed or effective) and hang together with a pair that is seen: all about the records that `same` leads
-- to from either of the two. Also those that the viewer cannot see, for a contradiction is one all the same; told by their ids alone.
create function standing_decisions(of_county text, of_kind text, one bigint, other bigint)
returns table (id bigint, one_record bigint, other_record bigint, verdict text)
language sql stable security definer set search_path = pg_catalog, public as $$
  with recursive reached (record) as (
    select unnest(array[one, other]) where pair_seen(of_county, of_kind, one, other)
    union
    select case d.one_record when r.record then d.other_record else d.one_record end
    from reached r join decision d on d.county = of_county and d.kind = of_kind and d.verdict = 'same' and d.state <> 'revoked'
      and r.record in (d.one_record, d.other_record)
  )
  select d.id, d.one_record, d.other_record, d.verdict from decision d
  where d.county = of_county and d.kind = of_kind and d.state <> 'revoked'
    and (d.one_record in (select record from reached) or d.other_record in (select record from reached))
  order by d.id
$$;

-- Who may read and write ------------------------------------------------------------------------------------------------

do $$
declare
  table_name text;
  registers constant text := '(select string_to_array(nullif(current_setting(''hub.registers'', true), ''''), '',''))::text[]';
  may constant text := '''review'' = any ((select string_to_array(nullif(current_setting(''hub.may'', true), ''''), '',''))::text[])';
  counties constant text := 'county = any ((select string_to_array(nullif(current_setting(''hub.counties'', true), ''''), '',''))::text[])';
  home constant text := 'county = (select nullif(current_setting(''hub.county'', true), ''''))';
  sides text;
  level text;
begin
  -- The one role of the API that writes: a reviewer's word, and how it goes on.
  if not exists (select from pg_roles where rolname = 'hub_reviewer') then
    create role hub_reviewer nologin nobypassrls;
  end if;
  grant hub_reviewer to hub_api with inherit false, set true;

  foreach table_name in array array['decision', 'review_pair'] loop
    execute format('alter table %I enable row level security', table_name);
    execute format('alter table %I force row level security', table_name);
    execute format('create policy import on %I to hub_import using (true) with check (true)', table_name);
    execute format('grant select on %I to hub_county, hub_township, hub_village, hub_grid, hub_mixed, hub_reviewer', table_name);
  end loop;

  -- To a viewer of the county who knows both registers everything lies in bounds: no need to look at the records.
  execute format($policy$create policy county on review_pair for select to hub_county using (%s and %s
    and ((one_register = any (%s) and other_register = any (%3$s)) or pair_seen(county, kind, one_record, other_record)))$policy$,
    may, counties, registers);
  foreach level in array array['township', 'village', 'grid'] loop
    sides := format('%%1$s_%s = any ((select string_to_array(nullif(current_setting(''hub.%ss'', true), ''''), '',''))::text[])', level, level);
    execute format('create policy %I on review_pair for select to %I using (%s and %s and %s and %s and pair_seen(county, kind, one_record, other_record))',
      level, 'hub_' || level, may, home, format(sides, 'one'), format(sides, 'other'));
  end loop;
  execute format('create policy mixed on review_pair for select to hub_mixed, hub_reviewer using (%s and %s and pair_seen(county, kind, one_record, other_record))', may, home);
  execute format('create policy seen on decision for select to hub_county, hub_township, hub_village, hub_grid, hub_mixed, hub_reviewer using (%s and %s and pair_seen(county, kind, one_record, other_record))', may, home);

  execute format($policy$create policy decide on decision for insert to hub_reviewer with check (%s and %s
    and pair_seen(county, kind, one_record, other_record) and origin = 'review' and confirmed_by is null and revoked_by is null
    and state in ('proposed', 'effective')
    and (state = 'proposed' or not needs_second_reviewer(county, kind, one_record, other_record, verdict)))$policy$, may, home);
  execute format($policy$create policy go_on on decision for update to hub_reviewer
    using (%s and %s and pair_seen(county, kind, one_record, other_record)) with check (true)$policy$, may, home);
  -- Who said it through which client is the session's to say; see `decided_through`.
  grant insert (county, kind, one_record, other_record, verdict, reason, decided_by, decided_through, origin, state) on decision to hub_reviewer;
  grant update (state, confirmed_by, confirmed_through, confirmed_at, revoked_by, revoked_through, revoked_at, revoke_reason) on decision to hub_reviewer;
  grant usage on sequence decision_id to hub_reviewer;
end $$;
