-- A group of rows in one statement: whoever wrote the last group knows where the chain stands and what time it is, and the database says
-- whether that still holds. Holds the chain as access_head does, to the end of the transaction; false where somebody else wrote meanwhile,
-- where another month has begun, and where the writer's clock is not the database's: then access_head is to be asked. Index: access_log_pkey.
create function access_continues(of_county text, of_month date, of_number bigint, of_hash bytea, of_micros bigint) returns boolean
language plpgsql volatile security definer set search_path = pg_catalog, public as $$
declare
  moment constant timestamptz := timestamptz 'epoch' + of_micros * interval '1 microsecond';
  last_number bigint;
  last_hash bytea;
  last_at timestamptz;
begin
  perform pg_advisory_xact_lock(hashtext('hub access log'), of_county::integer);
  if abs(extract(epoch from clock_timestamp() - moment)) > 1 or date_trunc('month', moment at time zone 'Asia/Shanghai')::date <> of_month then
    return false;
  end if;
  select l.number, l.hash, l.at into last_number, last_hash, last_at from access_log l
    where l.county = of_county and l.month = of_month order by l.number desc limit 1;
  return coalesce(last_number = of_number and last_hash = of_hash and last_at <= moment, false);
end $$;
revoke execute on function access_continues from public;
grant execute on function access_continues to hub_access_writer;
