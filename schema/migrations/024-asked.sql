-- A question in SQL that is taken back with its transaction, or broken off while its rows come, takes its row of `analyst_reading` with it. A
-- sequence is not taken back: each analyst's questions are numbered by one of his own, and a number without a row says whose is missing.
create schema asked;
alter table analyst_reading add column number bigint;

do $$
declare
  analyst text;
begin
  for analyst in select distinct 'analyst_' || replace(name, '-', '_') from client where kind = 'analyst' loop
    execute format('create sequence asked.%I', analyst);
  end loop;
end $$;

create or replace function note_analyst() returns boolean language plpgsql volatile security definer set search_path = pg_catalog, public as $$
declare
  -- Whoever has none is no analyst, and is shown nothing by his grants.
  numbers constant regclass := to_regclass(format('asked.%I', session_user));
begin
  insert into analyst_reading (county, analyst, purpose, grants, program, question, number)
    select coalesce(min(g.county), '000000'), session_user, coalesce(min(g.purpose), nullif(current_setting('hub.purpose', true), '')), coalesce(array_agg(g.id), '{}'),
      left(current_setting('application_name', true), 63), encode(sha256(convert_to(coalesce(current_query(), ''), 'UTF8')), 'hex'),
      case when numbers is not null then nextval(numbers) end
    from analyst_grants() g;
  return true;
end $$;
