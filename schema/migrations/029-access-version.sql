-- Every reading compares the version of the grants: looked at where it stands, a number of changes that tells nothing else, it costs a tenth
-- of what a function does.
create policy beginning on access_version for select to hub_api using (true);
grant select on access_version to hub_api;

-- HA001, as of expect_access_version: the API has to read them anew and ask again.
create function grants_have_changed() returns boolean language plpgsql set search_path = pg_catalog, public as $$
begin
  raise exception 'Grants have changed.' using errcode = 'HA001';
end $$;
revoke execute on function grants_have_changed from public;
grant execute on function grants_have_changed to hub_api;
revoke execute on function expect_access_version from hub_api;
