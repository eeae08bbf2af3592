-- Analysts: people who ask in SQL, with psql or a BI tool, each as a database role of their own. They see the views of the schema `seen` and
-- nothing else. These belong to a role that is bound by row-level security as everybody is, whose policies read the grants of whoever
-- signed in: no setting of a session widens what it sees, and no column shows a value outside of the granted classes.

-- Which dataset speaks first for which field; kept as src/model/priority.ts has it.
create table source_priority (
  field text not null,
  dataset text not null,
  rank integer not null,
  primary key (field, dataset)
);
-- The class of each field, and how a value outside of it is masked; kept as src/model/field.ts and mask-value.ts have it.
create table field_class (
  field text primary key,
  class text not null,
  mask text check (mask in ('name', 'number', 'phone', 'date', 'numbers'))
);

do $$
begin
  if not exists (select from pg_roles where rolname = 'hub_analyst') then
    create role hub_analyst nologin nobypassrls;
  end if;
  if not exists (select from pg_roles where rolname = 'hub_analyst_gate') then
    create role hub_analyst_gate nologin nobypassrls;
  end if;
  execute format('grant hub_analyst_gate to %I with inherit false, set true', current_user);
end $$;

-- The grants of whoever signed in; where they are for several purposes, for the one that the session names (`set hub.purpose = …`). Several
-- are one where they differ in nothing but their divisions, and none where they differ in more. session_user: neither SET ROLE nor the owner of a view changes it.
create function analyst_grants() returns setof access_grant
language sql stable security definer set search_path = pg_catalog, public as $$
  with held as (
    select g.* from access_grant g
    join client c on c.county = g.county and c.name = g.client and c.kind = 'analyst' and c.ended_at is null
    join purpose p on p.county = g.county and p.code = g.purpose and p.ended_at is null and p.valid_until > clock_timestamp()
    where session_user = 'analyst_' || replace(g.client, '-', '_') and g.purpose = coalesce(nullif(current_setting('hub.purpose', true), ''), g.purpose)
      and is_grant_effective(g) and g.records
  )
  select held.* from held
  where (select count(distinct (array(select unnest(registers) order by 1), array(select unnest(fields) order by 1),
    array(select unnest(ties) order by 1), county, purpose)) from held) = 1
$$;
create function analyst_divisions(digits integer) returns text[] language sql stable security definer set search_path = pg_catalog, public as $$
  select array_agg(code) from analyst_grants() g, unnest(g.divisions) as d (code) where length(code) = digits
$$;
create function analyst_registers() returns text[] language sql stable security definer set search_path = pg_catalog, public as $$
  select registers from analyst_grants() limit 1
$$;
create function analyst_ties() returns text[] language sql stable security definer set search_path = pg_catalog, public as $$
  select ties from analyst_grants() limit 1
$$;
create function analyst_county() returns text language sql stable security definer set search_path = pg_catalog, public as $$
  select county from analyst_grants() limit 1
$$;
create function analyst_fields() returns text[] language sql stable security definer set search_path = pg_catalog, public as $$
  select coalesce((select fields from analyst_grants() limit 1), '{}')
$$;
-- Whether people under age are shown as others are. @see src/serve/mask-evidence.ts
create function analyst_sees_minors() returns boolean language sql stable security definer set search_path = pg_catalog, public as $$
  select coalesce(bool_and(p.for_minors) or bool_and((select min(length(code)) from unnest(g.divisions) as d (code)) >= 12), false)
  from analyst_grants() g join purpose p on p.county = g.county and p.code = g.purpose
$$;

-- Who has asked in SQL: one row for each view of a question. What was asked is told by its hash alone, for it may hold a value.
create table analyst_reading (
  county text not null,
  id bigint generated always as identity,
  at timestamptz not null default clock_timestamp(),
  analyst text not null,
  purpose text,
  grants bigint[] not null,
  program text,
  question text not null,
  primary key (county, id)
);
create function keep_analyst_reading() returns trigger language plpgsql set search_path = pg_catalog, public as $$
begin
  raise exception 'What was read is never unwritten.' using errcode = '23001';
end $$;
create trigger keep_analyst_reading before update or delete on analyst_reading for each row execute function keep_analyst_reading();
create trigger keep_analyst_readings before truncate on analyst_reading for each statement execute function keep_analyst_reading();

-- Written before the first row is shown; where it cannot be written, as in a read-only transaction, nothing is shown.
create function note_analyst() returns boolean language plpgsql volatile security definer set search_path = pg_catalog, public as $$
begin
  insert into analyst_reading (county, analyst, purpose, grants, program, question)
    select coalesce(min(g.county), '000000'), session_user, coalesce(min(g.purpose), nullif(current_setting('hub.purpose', true), '')), coalesce(array_agg(g.id), '{}'),
      left(current_setting('application_name', true), 63), encode(sha256(convert_to(coalesce(current_query(), ''), 'UTF8')), 'hex')
    from analyst_grants() g;
  return true;
end $$;

do $$
declare
  table_name text;
  name text;
  reach constant text := 'county = (select analyst_county()) and register = any ((select analyst_registers())::text[]) and (county = any ((select analyst_divisions(6))::text[])
    or township = any ((select analyst_divisions(9))::text[]) or village = any ((select analyst_divisions(12))::text[]) or grid = any ((select analyst_divisions(15))::text[]))';
begin
  foreach table_name in array array['record', 'link'] loop
    execute format('create policy analyst on %I for select to hub_analyst_gate using (%s and (tie is null or tie = any ((select analyst_ties())::text[])))', table_name, reach);
    execute format('grant select on %I to hub_analyst_gate', table_name);
  end loop;
  execute 'create policy analyst on delivery for select to hub_analyst_gate using (county = (select analyst_county()) and register = any ((select analyst_registers())::text[]))';
  execute 'grant select on delivery, division to hub_analyst_gate';
  foreach table_name in array array['source_priority', 'field_class', 'analyst_reading'] loop
    execute format('alter table %I enable row level security', table_name);
    execute format('alter table %I force row level security', table_name);
    execute format('create policy import on %I to hub_import using (true) with check (true)', table_name);
  end loop;
  create policy analyst on source_priority for select to hub_analyst_gate using (true);
  create policy analyst on field_class for select to hub_analyst_gate using (true);
  grant select on source_priority, field_class to hub_analyst_gate;
  foreach name in array array['analyst_grants()', 'analyst_divisions(integer)', 'analyst_registers()', 'analyst_ties()', 'analyst_county()',
    'analyst_fields()', 'analyst_sees_minors()', 'note_analyst()'] loop
    execute format('revoke execute on function %s from public', name);
  end loop;
  -- Functions of a view are called by whoever asks, and tell each of nothing but his own grants.
  grant execute on function analyst_divisions, analyst_registers, analyst_ties, analyst_county, analyst_fields, analyst_sees_minors, note_analyst
    to hub_analyst, hub_analyst_gate;
end $$;

-- As src/model/mask-value.ts masks. Null: half of the value would say all of it.
create function mask_value(mask text, value text) returns text language sql immutable parallel safe as $$
  select case mask
    when 'name' then left(value, 1) || repeat('*', greatest(0, length(value) - 1))
    when 'number' then case when length(value) < 12 then repeat('*', length(value)) else left(value, 3) || repeat('*', length(value) - 7) || right(value, 4) end
    when 'phone' then case when length(value) < 11 then repeat('*', length(value)) else left(value, 3) || repeat('*', length(value) - 7) || right(value, 4) end
    when 'date' then left(value, 4) || regexp_replace(substr(value, 5), '[0-9]', '*', 'g')
    when 'numbers' then regexp_replace(value, '[[:digit:]]+|[A-Za-z]+', '*', 'g')
  end
$$;

create schema seen;
grant usage on schema seen to hub_analyst, hub_analyst_gate;
grant create on schema seen to hub_analyst_gate;

-- What the visible records speak of: who lives or is registered where, who belongs to which household.
create view seen.link with (security_barrier) as
select l.county, l.record, l.register, l.dataset, l.township, l.village, l.grid, l.status, l.tie, l.person, l.household, l.dwelling, l.building,
  case when (select 'party' = any (analyst_fields())) or l.person is null then l.organisation end as organisation, l.place, l.event
from public.link l where (select public.note_analyst());

-- Every value that a visible record states of a person, as it is shown: masked outside of the granted classes, or not there.
create view seen.person_value with (security_barrier) as
with age as (
  select l.county, l.person,
    bool_or(coalesce(r.stated ->> 'birthDate', case when l.person_reason is distinct from 'NUMBER_SET_ASIDE' and length(r.stated ->> 'idNumber') = 18
      then regexp_replace(substr(r.stated ->> 'idNumber', 7, 8), '(....)(..)(..)', '\1-\2-\3') end)
      > to_char((clock_timestamp() at time zone 'Asia/Shanghai') - interval '14 years', 'YYYY-MM-DD')) as is_child
  from public.link l join public.record r on r.county = l.county and r.id = l.record
  where l.person is not null and not (select analyst_sees_minors())
  group by l.county, l.person
)
select l.county, l.person, said.field, said.value, l.record, l.dataset, l.register, l.status, said.stated_at, said.rank
from public.link l
join public.record r on r.county = l.county and r.id = l.record
join public.delivery d on d.county = r.county and d.id = r.delivery
left join age on age.county = l.county and age.person = l.person
cross join lateral (
  select stated.key as field,
    case when coalesce(c.class, 'basic') = any ((select analyst_fields())::text[])
        and not (coalesce(age.is_child, false) and (c.class in ('contact', 'identity', 'location') or c.mask = 'name'))
      then stated.value else mask_value(c.mask, stated.value) end as value,
    coalesce(p.rank, 1000) as rank,
    coalesce((r.carried -> stated.key ->> 'statedOn') || 'T00:00:00+08:00', r.stated ->> 'updatedAt', r.stated ->> 'collectedAt',
      d.stated_on || 'T00:00:00+08:00', to_char(r.valid_from at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) as stated_at
  from jsonb_each_text(r.stated) as stated
  left join public.field_class c on c.field = stated.key
  left join public.source_priority p on p.field = stated.key and p.dataset = l.dataset
  where stated.value <> '' and not (stated.key = 'idNumber' and l.person_reason is not distinct from 'NUMBER_SET_ASIDE')
) as said
where l.person is not null and said.value is not null and (select public.note_analyst());

-- A person, with each value chosen among the visible records as the API chooses it: current before withdrawn, the source that speaks first,
-- the newest, the lowest record.
create view seen.person with (security_barrier) as
select chosen.county, chosen.person,
  rtrim(translate(encode(convert_to('Person:' || chosen.county || ':' || chosen.person, 'UTF8'), 'base64'), '+/' || chr(10), '-_'), '=') as id,
  max(value) filter (where field = 'name') as name,
  max(value) filter (where field = 'formerName') as former_name,
  max(value) filter (where field = 'sex') as sex,
  max(value) filter (where field = 'birthDate') as birth_date,
  max(value) filter (where field = 'idNumber') as id_number,
  max(value) filter (where field = 'phone') as phone,
  max(value) filter (where field = 'address') as address,
  max(value) filter (where field = 'maritalStatus') as marital_status,
  max(value) filter (where field = 'education') as education,
  max(value) filter (where field = 'householdStatus') as household_status,
  max(value) filter (where field = 'programme') as programme,
  max(value) filter (where field = 'memberStatus') as member_status
from (
  select distinct on (county, person, field) county, person, field, value from seen.person_value
  order by county, person, field, status <> 'current', rank, stated_at collate "C" desc, record
) as chosen
group by chosen.county, chosen.person;

grant select on seen.link, seen.person_value, seen.person to hub_analyst;
alter view seen.link owner to hub_analyst_gate;
alter view seen.person_value owner to hub_analyst_gate;
alter view seen.person owner to hub_analyst_gate;
revoke create on schema seen from hub_analyst_gate;
grant select on division to hub_analyst;

-- These go by settings of the session, which an analyst may set.
revoke execute on function pair_seen, pair_weight, standing_decisions, needs_second_reviewer from public;
grant execute on function pair_seen, pair_weight, standing_decisions, needs_second_reviewer
  to hub_import, hub_county, hub_township, hub_village, hub_grid, hub_mixed, hub_reviewer;
