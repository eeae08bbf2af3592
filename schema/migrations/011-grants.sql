-- Who may see what, and for what: clients, purposes, grants. A token names a client and nothing more; what the client may see is read
-- here, so that what was changed or revoked holds from the next request, whatever the token says.

-- Which state of clients, purposes, grants and revocations the API knows: raised by every change of these, compared by every reading.
create table access_version (
  only_one boolean primary key default true check (only_one),
  version bigint not null
);
insert into access_version (version) values (1);

create function bump_access_version() returns trigger language plpgsql security definer set search_path = pg_catalog, public as $$
begin
  update access_version set version = version + 1;
  return null;
end $$;

-- HA001: the API has to read them anew and ask again.
create function expect_access_version(known bigint) returns void
language plpgsql stable security definer set search_path = pg_catalog, public as $$
begin
  if (select version from access_version) is distinct from known then
    raise exception 'Grants have changed.' using errcode = 'HA001';
  end if;
end $$;

-- A program of a department, or an analyst's database role.
create table client (
  county text not null,
  name text not null check (name ~ '^[a-z][a-z0-9-]{0,47}$'),
  -- the organ that answers for it, in words
  organ text not null check (btrim(organ) <> ''),
  kind text not null check (kind in ('program', 'analyst')),
  registered_by text not null check (btrim(registered_by) <> ''),
  registered_at timestamptz not null default clock_timestamp(),
  ended_at timestamptz,
  primary key (county, name)
);

-- What data may be used for. @see 政务数据共享条例 (国务院令第 809 号) art. 20: an application names scenario, basis and term.
create table purpose (
  county text not null,
  code text not null check (code ~ '^[a-z][a-z0-9-]{0,47}$'),
  zh text not null check (btrim(zh) <> ''),
  en text not null check (btrim(en) <> ''),
  legal_basis text not null check (btrim(legal_basis) <> ''),
  scenario text not null check (btrim(scenario) <> ''),
  -- children and young people are seen whole for it, also outside of one's own village
  for_minors boolean not null default false,
  valid_until timestamptz not null,
  registered_by text not null check (btrim(registered_by) <> ''),
  registered_at timestamptz not null default clock_timestamp(),
  ended_at timestamptz,
  primary key (county, code)
);

create sequence access_grant_id;
create table access_grant (
  county text not null,
  id bigint not null default nextval('access_grant_id'),
  client text not null,
  purpose text not null,
  divisions text[] not null check (cardinality(divisions) between 1 and 500),
  registers text[] not null check (cardinality(registers) between 1 and 500),
  -- classes of fields that are shown as stated; others are masked
  fields text[] not null check (fields <@ array['basic', 'contact', 'identity', 'benefit', 'party', 'location']),
  -- rows by where a person is served (lives), by where it is registered, or by both
  ties text[] not null default array['resident', 'registered'] check (cardinality(ties) > 0 and ties <@ array['resident', 'registered']),
  -- false: totals only
  records boolean not null default true,
  may text[] not null default '{}',
  -- whole values that may be revealed a day, outside of the classes
  reveals integer not null default 0 check (reveals between 0 and 10000),
  sharing text not null check (sharing in ('unconditional', 'conditional', 'refused')),
  condition text check ((condition is not null) = (sharing = 'conditional')),
  emergency boolean not null default false,
  valid_from timestamptz not null default clock_timestamp(),
  valid_until timestamptz not null,
  proposed_by text not null check (btrim(proposed_by) <> ''),
  proposed_at timestamptz not null default clock_timestamp(),
  confirmed_by text check (btrim(confirmed_by) <> ''),
  confirmed_at timestamptz,
  revoked_by text,
  revoked_at timestamptz,
  revoke_reason text,
  primary key (county, id),
  foreign key (county, client) references client (county, name),
  foreign key (county, purpose) references purpose (county, code),
  check (valid_until > valid_from),
  check ((confirmed_by is null) = (confirmed_at is null)),
  check (lower(regexp_replace(confirmed_by, '\s', '', 'g')) <> lower(regexp_replace(proposed_by, '\s', '', 'g'))),
  check ((revoked_by is null) = (revoked_at is null) and (revoked_by is null) = (revoke_reason is null))
);
create index access_grant_client on access_grant (county, client, purpose);

-- Anything above a village takes a second person.
create function is_grant_effective(of access_grant) returns boolean language sql stable as $$
  select of.revoked_at is null and of.sharing <> 'refused' and clock_timestamp() >= of.valid_from and clock_timestamp() < of.valid_until
    and (of.confirmed_at is not null or (select min(length(code)) from unnest(of.divisions) as d (code)) >= 12)
$$;

create function keep_grant() returns trigger language plpgsql set search_path = pg_catalog, public as $$
begin
  if tg_op = 'DELETE' then
    raise exception 'A grant is never deleted; it is revoked.' using errcode = '23001';
  end if;
  if (to_jsonb(new) - array['confirmed_by', 'confirmed_at', 'revoked_by', 'revoked_at', 'revoke_reason'])
      is distinct from (to_jsonb(old) - array['confirmed_by', 'confirmed_at', 'revoked_by', 'revoked_at', 'revoke_reason'])
    or (old.confirmed_by is not null and (new.confirmed_by, new.confirmed_at) is distinct from (old.confirmed_by, old.confirmed_at))
    or (old.revoked_by is not null and (new.revoked_by, new.revoked_at, new.revoke_reason)
      is distinct from (old.revoked_by, old.revoked_at, old.revoke_reason))
  then
    raise exception 'A grant is confirmed and revoked; nothing else of it changes.' using errcode = '23001';
  end if;
  return new;
end $$;
create trigger keep_grant before update or delete on access_grant for each row execute function keep_grant();

do $$
declare
  table_name text;
begin
  -- Reads what clients may see, for the API; sees nothing else.
  if not exists (select from pg_roles where rolname = 'hub_gatekeeper') then
    create role hub_gatekeeper nologin nobypassrls;
  end if;
  grant hub_gatekeeper to hub_api with inherit false, set true;
  foreach table_name in array array['client', 'purpose', 'access_grant', 'access_version'] loop
    execute format('alter table %I enable row level security', table_name);
    execute format('alter table %I force row level security', table_name);
    execute format('create policy import on %I to hub_import using (true) with check (true)', table_name);
    execute format('create policy gate on %I for select to hub_gatekeeper using (true)', table_name);
    execute format('grant select on %I to hub_gatekeeper', table_name);
    if table_name <> 'access_version' then
      execute format('create trigger bump_access_version after insert or update or delete or truncate on %I for each statement execute function bump_access_version()', table_name);
    end if;
  end loop;
  revoke execute on function expect_access_version from public;
  grant execute on function expect_access_version to hub_county, hub_township, hub_village, hub_grid, hub_mixed, hub_reviewer;
end $$;

-- Rows by where a person is served, or by where it is registered ------------------------------------------------------------
-- A viewer of one of the two reads as hub_mixed, which alone has this condition: the others' indexes would have to hold the tie.
do $$
declare
  table_name text;
begin
  foreach table_name in array array['record', 'record_version', 'link'] loop
    execute format($policy$create policy tie on %I as restrictive for select to hub_mixed using (tie is null
      or tie = any (coalesce((select string_to_array(nullif(current_setting('hub.ties', true), ''), ',')), array['resident', 'registered'])))$policy$, table_name);
  end loop;
  -- What is said of a record goes with the record.
  foreach table_name in array array['mention', 'finding'] loop
    execute format($policy$create policy tie on %1$I as restrictive for select to hub_mixed using (record is null
      or exists (select from link l where l.county = %1$I.county and l.record = %1$I.record))$policy$, table_name);
  end loop;
end $$;

-- The dual-grid rule: who is shown where a person is registered learns that the person lives elsewhere, and nothing of where.
create function lives_elsewhere(of_county text, of_person bigint) returns boolean
language sql stable security definer set search_path = pg_catalog, public as $$
  select exists (
    select from link l where l.county = of_county and l.person = of_person and l.status = 'current' and l.tie = 'resident'
      and l.register = any (string_to_array(nullif(current_setting('hub.registers', true), ''), ','))
      and (l.county = any (string_to_array(nullif(current_setting('hub.counties', true), ''), ','))
        or l.township = any (string_to_array(nullif(current_setting('hub.townships', true), ''), ','))
        or l.village = any (string_to_array(nullif(current_setting('hub.villages', true), ''), ','))
        or l.grid = any (string_to_array(nullif(current_setting('hub.grids', true), ''), ','))) is not true
  ) and exists (
    -- Said to nobody but whom a visible record of the registration names: the same rows that the policies show.
    select from link l where l.county = of_county and l.person = of_person and l.status = 'current' and l.tie = 'registered'
      and of_county = nullif(current_setting('hub.county', true), '')
      and l.register = any (string_to_array(nullif(current_setting('hub.registers', true), ''), ','))
      and 'registered' = any (coalesce(string_to_array(nullif(current_setting('hub.ties', true), ''), ','), array['resident', 'registered']))
      and (l.county = any (string_to_array(nullif(current_setting('hub.counties', true), ''), ','))
        or l.township = any (string_to_array(nullif(current_setting('hub.townships', true), ''), ','))
        or l.village = any (string_to_array(nullif(current_setting('hub.villages', true), ''), ','))
        or l.grid = any (string_to_array(nullif(current_setting('hub.grids', true), ''), ','))) is true
  )
$$;
revoke execute on function lives_elsewhere from public;
grant execute on function lives_elsewhere to hub_county, hub_township, hub_village, hub_grid, hub_mixed;

-- Whole values that were shown outside of the granted classes, by client, purpose and day ----------------------------------
create table reveal_count (
  county text not null,
  client text not null,
  purpose text not null,
  day date not null,
  revealed integer not null,
  primary key (county, client, purpose, day)
);
do $$
begin
  alter table reveal_count enable row level security;
  alter table reveal_count force row level security;
  create policy import on reveal_count to hub_import using (true) with check (true);
end $$;

-- Counts one more where that is no more than so many: false, and nothing is counted, where it would be. The day is Beijing's.
create function count_reveal(of_county text, of_client text, of_purpose text, most integer) returns boolean
language plpgsql security definer set search_path = pg_catalog, public as $$
begin
  insert into reveal_count as r (county, client, purpose, day, revealed)
    select of_county, of_client, of_purpose, (clock_timestamp() at time zone 'Asia/Shanghai')::date, 1 where most > 0
    on conflict (county, client, purpose, day) do update set revealed = r.revealed + 1 where r.revealed < most;
  return found;
end $$;
revoke execute on function count_reveal from public;
grant execute on function count_reveal to hub_gatekeeper;
