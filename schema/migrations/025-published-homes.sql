-- How many households and dwellings, for those who see no single one: as 014-published-totals.sql has it of people. Each counts once, in one village.
create table published_home (
  county text not null,
  registers text not null,
  -- household or dwelling
  what text not null check (what in ('household', 'dwelling')),
  area text not null,
  level text not null,
  township text,
  village text,
  -- '' for all of them, `none` where nothing is stated
  kind text not null,
  people text not null,
  homes integer,
  primary key (county, registers, what, area, kind, people)
);
-- False: published before homes were.
alter table publication add column of_homes boolean not null default false;

do $$
declare
  policy record;
begin
  execute 'alter table published_home enable row level security';
  execute 'alter table published_home force row level security';
  execute 'grant select on published_home to hub_county, hub_township, hub_village, hub_mixed';
  -- Word for word the policies of the figures of people; those of analysts see them nowhere yet.
  for policy in select * from pg_policies where schemaname = 'public' and tablename = 'published_total' and policyname <> 'analyst' loop
    execute format('create policy %I on published_home as %s for %s to %s using (%s)%s', policy.policyname, policy.permissive, policy.cmd,
      (select string_agg(quote_ident(name), ', ') from unnest(policy.roles) as name), policy.qual,
      case when policy.with_check is null then '' else format(' with check (%s)', policy.with_check) end);
  end loop;
end $$;
