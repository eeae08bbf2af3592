-- Counts of people. Two tables that the night keeps beside the links, and nothing that a viewer could not count from the links alone.

-- What a record says of who its person is, in a row so narrow that a county is grouped in memory. `sex_choice` and `birth_choice` end with the
-- value (from the 31st character) and begin with what the choice goes by: current before retired, the source that speaks first, the newest, the
-- lowest record. The least of them among the visible records is the value that src/model/priority.ts chooses among the visible records.
create table person_trait (
  county text not null,
  record bigint not null,
  register text not null,
  township text,
  village text,
  grid text,
  status text not null,
  tie text,
  person bigint not null,
  sex_choice text collate "C",
  birth_choice text collate "C",
  programme text,
  primary key (county, record)
) with (fillfactor = 90);

-- How many persons the registers named know in an area, by current records: a person whom two of them know counts once. Kept for every set of
-- registers, so that one row answers whatever a viewer may see, and tells nothing of registers outside the set.
-- `level`: county, township, village; `no township` and `no village` count, within the area, records that do not say where they belong.
-- `tie`: registered, resident, none, or '' for whichever.
create table person_total (
  county text not null,
  registers text not null,
  tie text not null,
  level text not null,
  area text not null,
  township text,
  village text,
  people integer not null,
  primary key (county, registers, tie, level, area)
) with (fillfactor = 70);

do $$
declare
  policy record;
  in_registers constant text := 'string_to_array(registers, '','') <@ (select string_to_array(nullif(current_setting(''hub.registers'', true), ''''), '',''))::text[]';
  counties constant text := 'county = any ((select string_to_array(nullif(current_setting(''hub.counties'', true), ''''), '',''))::text[])';
  townships constant text := 'township = any ((select string_to_array(nullif(current_setting(''hub.townships'', true), ''''), '',''))::text[])';
  villages constant text := 'village = any ((select string_to_array(nullif(current_setting(''hub.villages'', true), ''''), '',''))::text[])';
  -- The totals do not say what is seen by one tie alone.
  both_ties constant text := '(select coalesce(string_to_array(nullif(current_setting(''hub.ties'', true), ''''), '',''), array[''resident'', ''registered'']) @> array[''resident'', ''registered''])';
  home constant text := 'county = (select nullif(current_setting(''hub.county'', true), ''''))';
begin
  execute 'alter table person_trait enable row level security';
  execute 'alter table person_trait force row level security';
  -- Word for word the policies of the links, whatever they have become.
  for policy in select * from pg_policies where schemaname = 'public' and tablename = 'link' loop
    execute format('create policy %I on person_trait as %s for %s to %s using (%s)%s', policy.policyname, policy.permissive, policy.cmd,
      (select string_agg(quote_ident(name), ', ') from unnest(policy.roles) as name), policy.qual,
      case when policy.with_check is null then '' else format(' with check (%s)', policy.with_check) end);
  end loop;
  execute 'grant select on person_trait to hub_county, hub_township, hub_village, hub_grid, hub_mixed';

  execute 'alter table person_total enable row level security';
  execute 'alter table person_total force row level security';
  execute 'create policy import on person_total to hub_import using (true) with check (true)';
  execute format('create policy county on person_total for select to hub_county using (%s and %s)', counties, in_registers);
  execute format('create policy township on person_total for select to hub_township using (%s and %s and %s)', home, townships, in_registers);
  execute format('create policy village on person_total for select to hub_village using (%s and %s and %s)', home, villages, in_registers);
  execute format('create policy mixed on person_total for select to hub_mixed using (%s and (%s or %s or %s) and %s and %s)', home, counties, townships, villages, in_registers, both_ties);
  -- A grid's rows are few: who sees one grid counts them.
  execute 'grant select on person_total to hub_county, hub_township, hub_village, hub_mixed';
end $$;

-- For analysts: everybody whom they may see, once for each place and tie by which a visible record knows them; `count(distinct person)` over it
-- says what `peopleAggregate` says.
create view person_seen with (security_invoker) as
select seen.county, seen.person, seen.township, seen.village, seen.grid, seen.tie, who.sex, who.birth_date
from (select distinct county, person, township, village, grid, tie from person_trait where status = 'current') as seen
join (
  select county, person, substr(min(sex_choice), 31) as sex, substr(min(birth_choice), 31) as birth_date
  from person_trait group by county, person) as who using (county, person);

create view people_total with (security_invoker) as
select county, township, village, sex, left(birth_date, 4) as birth_year, count(distinct person) as people
from person_seen group by 1, 2, 3, 4, 5;

grant select on person_seen, people_total to hub_county, hub_township, hub_village, hub_grid, hub_mixed;
