-- What becomes of entities over time, in an order that a client can page through, and what is needed to take a merge or a split back.

-- One row a county. Numbers of changes come from here and from nowhere else: whoever appends holds the row until it commits, so that
-- a change with a lower number is never seen after one with a higher. A first load appends nothing; it moves `first` and `last`.
create table entity_log (
  county text not null primary key,
  -- changes from this number on are kept
  first bigint not null,
  -- the newest number given
  last bigint not null
);

-- One row a change and scope (register and division) of a record that changed, moved, appeared or was retired in it: who sees none of
-- these rows does not see the change. Appended, and pruned on command.
create table entity_change (
  county text not null,
  id bigint not null,
  part integer not null,
  register text not null,
  township text,
  village text,
  grid text,
  run bigint not null,
  at timestamptz not null,
  kind text not null,
  entity bigint not null,
  -- content: records of the entity appeared, changed or went; merged: all of its records are now with `other`, and its id leads there;
  -- moved: some of its records are now with `other`
  what text not null,
  other bigint,
  -- of a movement: the changes that can only be undone together
  event bigint,
  -- the undo that asked for this movement
  undo bigint,
  -- how this scope alone showed the entity before and after: 0 not at all, 1 by retired records, 2 by a current one
  before smallint not null,
  after smallint not null,
  primary key (county, id, part)
);
create index entity_change_village on entity_change (county, village, id) where village is not null;
create index entity_change_grid on entity_change (county, grid, id) where grid is not null;

-- How the scopes that did not change showed the entity, where that decides what the change was to a viewer: a record that appears
-- makes an entity new only to whoever saw nothing of it before. Of a movement: how each scope showed `other` before it.
create table entity_change_beside (
  county text not null,
  change bigint not null,
  part integer not null,
  register text not null,
  township text,
  village text,
  grid text,
  state smallint not null,
  primary key (county, change, part)
);

-- Which records were on which side, for every entity that took part in an event, those that stayed (from = to) among them.
create table entity_movement (
  county text not null,
  event bigint not null,
  kind text not null,
  from_entity bigint not null,
  to_entity bigint not null,
  records bigint[] not null,
  primary key (county, event, from_entity, to_entity)
);
create index entity_movement_from on entity_movement (county, kind, from_entity);

-- A person's word that an event was wrong. Appended, never changed.
create sequence identity_undo_id;
create table identity_undo (
  county text not null,
  id bigint not null default nextval('identity_undo_id'),
  event bigint not null,
  kind text not null,
  undone_by text not null,
  reason text not null,
  undone_at timestamptz not null default clock_timestamp(),
  -- the decisions that it made, and those that it revoked
  decisions bigint[] not null,
  revoked bigint[] not null,
  primary key (county, id)
);
create index identity_undo_event on identity_undo (county, event);

-- Which entity these records shall count for when the next run gives out ids, once the undo's decisions are in effect; gone with it.
create table identity_restore (
  county text not null,
  kind text not null,
  record bigint not null,
  entity bigint not null,
  undo bigint not null,
  primary key (county, kind, record)
);

do $$
declare
  table_name text;
  in_register constant text := 'register = any ((select string_to_array(nullif(current_setting(''hub.registers'', true), ''''), '',''))::text[])';
  counties constant text := 'county = any ((select string_to_array(nullif(current_setting(''hub.counties'', true), ''''), '',''))::text[])';
  townships constant text := 'township = any ((select string_to_array(nullif(current_setting(''hub.townships'', true), ''''), '',''))::text[])';
  villages constant text := 'village = any ((select string_to_array(nullif(current_setting(''hub.villages'', true), ''''), '',''))::text[])';
  grids constant text := 'grid = any ((select string_to_array(nullif(current_setting(''hub.grids'', true), ''''), '',''))::text[])';
  home constant text := 'county = (select nullif(current_setting(''hub.county'', true), ''''))';
  -- What stood still beside a change is not shown without it: it would tell that a hidden record changed.
  change_seen constant text := 'exists (select from entity_change c where c.county = entity_change_beside.county and c.id = entity_change_beside.change)';
  also text;
begin
  foreach table_name in array array['entity_change', 'entity_change_beside'] loop
    also := case table_name when 'entity_change_beside' then ' and ' || change_seen else '' end;
    execute format('alter table %I enable row level security', table_name);
    execute format('alter table %I force row level security', table_name);
    execute format('create policy import on %I to hub_import using (true) with check (true)', table_name);
    execute format('create policy county on %I for select to hub_county using (%s and %s%s)', table_name, counties, in_register, also);
    execute format('create policy township on %I for select to hub_township using (%s and %s and %s%s)', table_name, home, townships, in_register, also);
    execute format('create policy village on %I for select to hub_village using (%s and %s and %s%s)', table_name, home, villages, in_register, also);
    execute format('create policy grid on %I for select to hub_grid using (%s and %s and %s%s)', table_name, home, grids, in_register, also);
    execute format('create policy mixed on %I for select to hub_mixed using (%s and (%s or %s or %s or %s) and %s%s)', table_name, home, counties, townships, villages, grids, in_register, also);
    execute format('grant select on %I to hub_county, hub_township, hub_village, hub_grid, hub_mixed', table_name);
  end loop;

  -- A reader must know where the log begins, to tell a cursor that is too old, and where it ends, to stand there.
  execute 'alter table entity_log enable row level security';
  execute 'alter table entity_log force row level security';
  execute 'create policy import on entity_log to hub_import using (true) with check (true)';
  execute format('create policy home on entity_log for select to hub_county, hub_township, hub_village, hub_grid, hub_mixed using (%s or %s)', home, counties);
  execute 'grant select on entity_log to hub_county, hub_township, hub_village, hub_grid, hub_mixed';

  -- An undo is decisions of its own origin; they are bound like a reviewer's.
  execute format($policy$create policy undo on decision for insert to hub_reviewer with check (
    'review' = any ((select string_to_array(nullif(current_setting('hub.may', true), ''), ','))::text[]) and %s
    and pair_seen(county, kind, one_record, other_record) and origin = 'undo' and confirmed_by is null and revoked_by is null
    and state in ('proposed', 'effective')
    and (state = 'proposed' or not needs_second_reviewer(county, kind, one_record, other_record, verdict)))$policy$, home);

  foreach table_name in array array['entity_movement', 'identity_undo', 'identity_restore'] loop
    execute format('alter table %I enable row level security', table_name);
    execute format('alter table %I force row level security', table_name);
    execute format('create policy import on %I to hub_import using (true) with check (true)', table_name);
  end loop;
end $$;

-- Writes an undo beside its decisions, in the transaction that made them. A reviewer may: what an undo does, its decisions do, and each
-- of those was made or revoked under the reviewer's own rights.
create function record_undo(of_county text, of_event bigint, word_by text, word_reason text, made bigint[], taken_back bigint[])
returns bigint language plpgsql security definer set search_path = pg_catalog, public as $$
declare
  given bigint;
begin
  if not pg_has_role(session_user, 'hub_import', 'usage') and (
    cardinality(made) + cardinality(taken_back) = 0
    or exists (
      select from unnest(made || taken_back) as u (id)
      left join decision d on d.county = of_county and d.id = u.id
      where d.id is null or d.origin <> 'undo' or not pair_seen(of_county, d.kind, d.one_record, d.other_record)))
  then
    raise exception 'An undo consists of decisions that its author may make.' using errcode = '42501';
  end if;
  insert into identity_undo (county, event, kind, undone_by, reason, decisions, revoked)
    select of_county, of_event, min(m.kind), word_by, word_reason, made, taken_back from entity_movement m
    where m.county = of_county and m.event = of_event having count(*) > 0
    returning id into strict given;
  insert into identity_restore (county, kind, record, entity, undo)
    select of_county, m.kind, r.record, m.from_entity, given from entity_movement m cross join unnest(m.records) as r (record)
    where m.county = of_county and m.event = of_event and m.from_entity <> m.to_entity
    on conflict (county, kind, record) do update set entity = excluded.entity, undo = excluded.undo;
  return given;
end $$;
revoke execute on function record_undo from public;
grant execute on function record_undo to hub_reviewer;
