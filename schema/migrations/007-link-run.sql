-- One row a run of the linkage: what it did, and how good its result is. Figures of the whole county, written once and never changed.

create sequence link_run_id;
create table link_run (
  county text not null,
  id bigint not null default nextval('link_run_id'),
  started timestamptz not null,
  finished timestamptz not null,
  -- everything was read, not only what a night touched and its neighbours
  whole boolean not null,
  -- version of the trained model; null while only rules link
  model text,
  -- registers of which the figures speak
  registers text[] not null check (cardinality(registers) > 0),
  -- what the run did: records read, entities by kind, links by reason
  counts jsonb not null,
  -- how the county stands after it, and what the engine says of its own work; `src/model/link-run.ts` has the shape
  quality jsonb not null,
  -- what must never be: entities with two valid numbers, two rows of a register without duplicates in one person
  violations integer not null,
  primary key (county, id)
);

-- A total over rows that a viewer may not see would tell of them: only who sees the whole county and every register that the figures
-- speak of sees the run at all.
alter table link_run enable row level security;
alter table link_run force row level security;
create policy import on link_run to hub_import using (true) with check (true);
create policy county on link_run for select to hub_county using (
  county = any ((select string_to_array(nullif(current_setting('hub.counties', true), ''), ','))::text[])
  and registers <@ (select string_to_array(nullif(current_setting('hub.registers', true), ''), ',')));
grant select on link_run to hub_county;
