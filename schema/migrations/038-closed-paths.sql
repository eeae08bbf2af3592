-- What runs with its owner's rights finds nothing that whoever calls it has made. A temporary table comes before every other one, unless
-- `pg_temp` is named last: an analyst's own `analyst_reading` was written to by `note_analyst`, and a trigger on it ran as the owner of everything.
do $$
declare
  closed record;
  called text;
begin
  for closed in select p.oid::regprocedure as name from pg_proc p
    where p.pronamespace in ('public'::regnamespace, 'seen'::regnamespace) and (p.prosecdef or array_to_string(p.proconfig, ',') like '%search_path=%')
  loop
    execute format('alter function %s set search_path = pg_catalog, public, pg_temp', closed.name);
  end loop;
  -- Nobody makes a table whose trigger is one of ours: an owner's trigger on an analyst's table decided pairs and held the grants' version.
  for closed in select p.oid::regprocedure as name from pg_proc p where p.pronamespace = 'public'::regnamespace and p.prorettype = 'trigger'::regtype loop
    execute format('revoke execute on function %s from public', closed.name);
  end loop;
  execute format('revoke temporary on database %I from public', current_database());

  for called in select distinct 'analyst_' || replace(c.name, '-', '_') from client c join pg_roles r on r.rolname = 'analyst_' || replace(c.name, '-', '_')
    where c.kind = 'analyst'
  loop
    execute format('alter role %I connection limit 5', called);
  end loop;
end $$;

-- As before, but read when it is made and not when it is called: an analyst's own `left` would be told what is to be masked.
create or replace function mask_value(mask text, value text) returns text language sql immutable parallel safe
return case mask
  when 'name' then left(value, 1) || repeat('*', greatest(0, length(value) - 1))
  when 'number' then case when length(value) < 12 then repeat('*', length(value)) else left(value, 3) || repeat('*', length(value) - 7) || right(value, 4) end
  when 'phone' then case when length(value) < 11 then repeat('*', length(value)) else left(value, 3) || repeat('*', length(value) - 7) || right(value, 4) end
  when 'date' then left(value, 4) || regexp_replace(substr(value, 5), '[0-9]', '*', 'g')
  when 'numbers' then regexp_replace(value, '[[:digit:]]+|[A-Za-z]+', '*', 'g')
end;

-- An analyst builds views, in which everybody sees what he is granted; a table would keep what he saw after his grant has gone, for whomever he
-- lets in.
create function refuse_analyst_copy() returns event_trigger language plpgsql set search_path = pg_catalog, public, pg_temp as $$
begin
  if session_user like 'analyst\_%' then
    raise exception 'Analysts make views, not tables: what was seen is not kept here. 分析员可建视图，不可建表' using errcode = '42501';
  end if;
end $$;
revoke execute on function refuse_analyst_copy from public;

-- What an owner who is no superuser may not do is left as it is, and README says what then holds.
do $$
declare
  lock record;
  roles constant text := (select string_agg(quote_ident(rolname), ', ') from pg_roles
    where starts_with(rolname, 'hub_') and not starts_with(rolname, 'hub_analyst') or rolname = current_user);
begin
  if not (select rolsuper from pg_roles where rolname = current_user) then
    return;
  end if;
  create event trigger refuse_analyst_copy on ddl_command_start
    when tag in ('CREATE TABLE', 'CREATE TABLE AS', 'SELECT INTO', 'CREATE MATERIALIZED VIEW', 'CREATE FOREIGN TABLE')
    execute function refuse_analyst_copy();
  -- Who holds a lock of ours has everybody's readings wait for him.
  for lock in select p.oid::regprocedure as name from pg_proc p where p.pronamespace = 'pg_catalog'::regnamespace and p.proname ~ '^pg_(try_)?advisory_' loop
    execute format('revoke execute on function %s from public', lock.name);
    execute format('grant execute on function %s to %s', lock.name, roles);
  end loop;
  grant pg_use_reserved_connections to hub_api;
end $$;
