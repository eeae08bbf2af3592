-- Alarms of a client's day, of the kinds that it has passed, which were not raised before: where all of them were, as after a start in the middle
-- of the day, the day is not counted again. Index: access_log_client.
drop function raise_access_alarms(text, text, date, bigint, bigint);
create function raise_access_alarms(of_county text, of_client text, of_day date, most_rows bigint, most_persons bigint, passed text[])
returns table (kind text, counted bigint, threshold bigint)
language plpgsql volatile security definer set search_path = pg_catalog, public set jit = off as $$
#variable_conflict use_column
declare
  midnight constant timestamptz := of_day::timestamp at time zone 'Asia/Shanghai';
  next_midnight constant timestamptz := (of_day + 1)::timestamp at time zone 'Asia/Shanghai';
begin
  if passed <@ array(select a.kind from access_alarm a where a.county = of_county and a.day = of_day and a.client = of_client) then
    return;
  end if;
  return query
    with told as materialized (
      select l.persons from access_log l where l.county = of_county and l.client = of_client
        and l.month = date_trunc('month', of_day)::date and l.at >= midnight and l.at < next_midnight),
    found (kind, counted, threshold) as (
      select 'rows', (select count(*) from told), most_rows
      union all
      select 'persons', (select count(*) from (select distinct id from told, unnest(told.persons) as id) as one), most_persons)
    insert into access_alarm (county, day, client, kind, counted, threshold)
    select of_county, of_day, of_client, f.kind, f.counted, f.threshold from found f where f.counted > f.threshold
    on conflict do nothing
    returning access_alarm.kind, access_alarm.counted, access_alarm.threshold;
end $$;
revoke execute on function raise_access_alarms from public;
grant execute on function raise_access_alarms to hub_access_writer;
