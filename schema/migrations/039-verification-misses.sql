-- Numbers and names that were asked about and are no visible person's, by client and day: whoever may ask without end finds every number.
create table verification_miss (
  county text not null,
  client text not null,
  day date not null,
  missed integer not null,
  primary key (county, client, day)
);
do $$
begin
  alter table verification_miss enable row level security;
  alter table verification_miss force row level security;
  create policy import on verification_miss to hub_import using (true) with check (true);
end $$;

-- Counts so many more, also those above the allowance: a refusal that cost nothing would be an answer. The day is Beijing's.
create function count_misses(of_county text, of_client text, more integer) returns integer
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  today constant date := (clock_timestamp() at time zone 'Asia/Shanghai')::date;
  so_far integer;
begin
  if more > 0 then
    insert into verification_miss as m (county, client, day, missed) values (of_county, of_client, today, more)
      on conflict (county, client, day) do update set missed = m.missed + excluded.missed returning missed into so_far;
  else
    select m.missed into so_far from verification_miss m where m.county = of_county and m.client = of_client and m.day = today;
  end if;
  return coalesce(so_far, 0);
end $$;
revoke execute on function count_misses from public;
grant execute on function count_misses to hub_gatekeeper;
