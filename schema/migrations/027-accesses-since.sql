-- What a client was shown on a day since a row of the log: how many rows, and which persons, at most so many of them. For who watches volumes:
-- counting the whole day anew at each look takes longer from hour to hour. Rows come in the order of their numbers, so none is missed.
-- Index: access_log_client.
create function accesses_since(of_county text, of_client text, of_day date, since bigint, most_persons bigint,
  out counted bigint, out upto bigint, out persons bigint[])
language plpgsql stable security definer set search_path = pg_catalog, public set jit = off as $$
declare
  midnight constant timestamptz := of_day::timestamp at time zone 'Asia/Shanghai';
  next_midnight constant timestamptz := (of_day + 1)::timestamp at time zone 'Asia/Shanghai';
begin
  with told as materialized (
    select l.number, l.persons from access_log l where l.county = of_county and l.client = of_client
      and l.month = date_trunc('month', of_day)::date and l.at >= midnight and l.at < next_midnight and l.number > since)
  select count(*), coalesce(max(told.number), since),
    array(select distinct id from told as of, unnest(of.persons) as id limit most_persons)
  into counted, upto, persons from told;
end $$;
revoke execute on function accesses_since from public;
grant execute on function accesses_since to hub_access_writer;
