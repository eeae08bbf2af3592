-- Whether there is a client of that name: an auditor who mistyped one was told that it was shown nobody.
create function is_client_known(of_county text, of_client text) returns boolean
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select viewer_may('audit') and of_county = nullif(current_setting('hub.county', true), '')
    and exists (select from client c where c.county = of_county and c.name = of_client)
$$;
revoke execute on function is_client_known from public;
grant execute on function is_client_known to hub_county, hub_township, hub_village, hub_grid, hub_mixed;
