-- Counts for those who see no single person: made of all that a set of registers knows, protected, and kept until the next publication, so that
-- the same question has the same answer. Each person counts once, in one village, so that the areas add up. A count that is withheld is null and
-- stays so from one publication to the next; a cell without a row is a zero.
create table published_total (
  county text not null,
  registers text not null,
  area text not null,
  level text not null,
  township text,
  village text,
  -- '' for all of them, `none` where nothing is stated
  sex text not null,
  age text not null,
  tie text not null,
  programme text not null,
  people integer,
  primary key (county, registers, area, sex, age, tie, programme)
);

-- When, and how the figures were treated.
create table publication (
  county text not null,
  registers text not null,
  published_on date not null,
  threshold integer not null,
  -- Below the county figures are rounded to this; 1 is not at all.
  rounded_to integer not null,
  primary key (county, registers)
);

do $$
declare
  table_name text;
  in_registers constant text := 'registers = (select nullif(current_setting(''hub.registers'', true), ''''))';
  counties constant text := 'county = any ((select string_to_array(nullif(current_setting(''hub.counties'', true), ''''), '',''))::text[])';
  townships constant text := 'township = any ((select string_to_array(nullif(current_setting(''hub.townships'', true), ''''), '',''))::text[])';
  villages constant text := 'village = any ((select string_to_array(nullif(current_setting(''hub.villages'', true), ''''), '',''))::text[])';
  home constant text := 'county = (select nullif(current_setting(''hub.county'', true), ''''))';
begin
  foreach table_name in array array['published_total', 'publication'] loop
    execute format('alter table %I enable row level security', table_name);
    execute format('alter table %I force row level security', table_name);
    execute format('create policy import on %I to hub_import using (true) with check (true)', table_name);
    execute format('grant select on %I to hub_county, hub_township, hub_village, hub_mixed', table_name);
  end loop;
  -- The viewer's own set of registers and no other: what one register knows follows from what two know and what the other knows.
  execute format('create policy county on published_total for select to hub_county using (%s and %s)', counties, in_registers);
  execute format('create policy township on published_total for select to hub_township using (%s and %s and %s)', home, townships, in_registers);
  execute format('create policy village on published_total for select to hub_village using (%s and %s and %s)', home, villages, in_registers);
  execute format('create policy mixed on published_total for select to hub_mixed using (%s and (%s or %s or %s) and %s)', home, counties, townships, villages, in_registers);
  execute format('create policy own on publication for select to hub_county, hub_township, hub_village, hub_mixed using ((%s or %s) and %s)', home, counties, in_registers);
end $$;
