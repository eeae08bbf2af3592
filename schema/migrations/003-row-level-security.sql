-- Who sees which rows. One role a level of the division tree, so that each has one plan; the viewer's divisions and registers
-- are settings of the transaction. A setting that has ended reads as '' and must show nothing: hence nullif around each.

do $$
declare
  role_name text;
begin
  foreach role_name in array array['hub_county', 'hub_township', 'hub_village', 'hub_grid', 'hub_mixed', 'hub_import'] loop
    if not exists (select from pg_roles where rolname = role_name) then
      execute format('create role %I nologin nobypassrls', role_name);
    end if;
  end loop;
  if not exists (select from pg_roles where rolname = 'hub_api') then
    create role hub_api login noinherit nobypassrls;
  end if;
  grant hub_county, hub_township, hub_village, hub_grid, hub_mixed to hub_api with inherit false, set true;
  -- The owner's own statements pass by the policy of hub_import, also on a server where it is no superuser.
  execute format('grant hub_import to %I with inherit true', current_user);
end $$;

do $$
declare
  table_name text;
  in_register constant text := 'register = any ((select string_to_array(nullif(current_setting(''hub.registers'', true), ''''), '',''))::text[])';
  counties constant text := 'county = any ((select string_to_array(nullif(current_setting(''hub.counties'', true), ''''), '',''))::text[])';
  townships constant text := 'township = any ((select string_to_array(nullif(current_setting(''hub.townships'', true), ''''), '',''))::text[])';
  villages constant text := 'village = any ((select string_to_array(nullif(current_setting(''hub.villages'', true), ''''), '',''))::text[])';
  grids constant text := 'grid = any ((select string_to_array(nullif(current_setting(''hub.grids'', true), ''''), '',''))::text[])';
  home constant text := 'county = (select nullif(current_setting(''hub.county'', true), ''''))';
  both_seen constant text := '(other_record is null or exists (select from link as other where other.county = finding.county and other.record = finding.other_record))';
  also text;
begin
  foreach table_name in array array['record', 'record_version', 'link', 'mention', 'finding'] loop
    also := case table_name when 'finding' then ' and ' || both_seen else '' end;
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

  -- A delivery's name and day are provenance, seen with the register; its counts speak of the whole county.
  execute 'alter table delivery enable row level security';
  execute 'alter table delivery force row level security';
  execute 'create policy import on delivery to hub_import using (true) with check (true)';
  execute format('create policy register on delivery for select to hub_county, hub_township, hub_village, hub_grid, hub_mixed using ((%s or %s) and %s)', home, counties, in_register);
  execute 'grant select on delivery to hub_county, hub_township, hub_village, hub_grid, hub_mixed';
  execute 'alter table delivery_count enable row level security';
  execute 'alter table delivery_count force row level security';
  execute 'create policy import on delivery_count to hub_import using (true) with check (true)';
  execute 'create policy county on delivery_count for select to hub_county using (exists (select from delivery d where d.county = delivery_count.county and d.id = delivery_count.delivery))';
  execute 'grant select on delivery_count to hub_county';

  -- An entity is there for whoever can see a record that speaks of it; a merged one, through the one it went into.
  execute 'alter table entity enable row level security';
  execute 'alter table entity force row level security';
  execute 'create policy import on entity to hub_import using (true) with check (true)';
  execute $policy$
    create policy seen on entity for select to hub_county, hub_township, hub_village, hub_grid, hub_mixed using (
      case kind
        when 'person' then exists (select from link l where l.county = entity.county and l.person = coalesce(entity.merged_into, entity.id))
        when 'household' then exists (select from link l where l.county = entity.county and l.household = coalesce(entity.merged_into, entity.id))
        when 'dwelling' then exists (select from link l where l.county = entity.county and l.dwelling = coalesce(entity.merged_into, entity.id))
        when 'building' then exists (select from link l where l.county = entity.county and l.building = coalesce(entity.merged_into, entity.id))
        when 'organisation' then exists (select from link l where l.county = entity.county and l.organisation = coalesce(entity.merged_into, entity.id))
        when 'place' then exists (select from link l where l.county = entity.county and l.place = coalesce(entity.merged_into, entity.id))
        when 'event' then exists (select from link l where l.county = entity.county and l.event = coalesce(entity.merged_into, entity.id))
        when 'grid' then exists (select from link l where l.county = entity.county and l.grid_entity = coalesce(entity.merged_into, entity.id))
        else false
      end)
  $policy$;
  execute 'grant select on entity to hub_county, hub_township, hub_village, hub_grid, hub_mixed';

  -- The flow's own tables: nobody reads them but the flow.
  foreach table_name in array array['setting', 'feed_cursor', 'sighting', 'touched_record', 'touched_entity'] loop
    execute format('alter table %I enable row level security', table_name);
    execute format('alter table %I force row level security', table_name);
    execute format('create policy import on %I to hub_import using (true) with check (true)', table_name);
  end loop;
end $$;

-- The real divisions are public.
grant select on division to hub_county, hub_township, hub_village, hub_grid, hub_mixed;
