-- People and homes for analysts, found before they are described: who asks for one village, one person or the first twenty has what is asked
-- for described, and nobody else; who counts, nobody. Each is found under the place that it has, so that a condition on the place is one on an
-- index. A person has the place that `divisionChain` tells: where it lives, else where it is registered, by the newest record.

-- The rows of `link` that the grants of whoever signed in reach, by the index of each level, none by two of them.
-- Indexes: link_<kind>, link_<kind>_township, link_<kind>_village, link_grid_code.
create function pg_temp.reached(columns text, condition text) returns text language sql as $$
  select string_agg(format('select distinct %s from public.link where %s and %s', columns, condition, level), ' union all ') from unnest(array[
    'county = any ((select analyst_divisions(6))::text[])',
    '(select analyst_divisions(6)) is null and township = any ((select analyst_divisions(9))::text[])',
    '(select analyst_divisions(6)) is null and coalesce(township <> all ((select analyst_divisions(9))::text[]), true)
      and village = any ((select analyst_divisions(12))::text[])',
    '(select analyst_divisions(6)) is null and coalesce(township <> all ((select analyst_divisions(9))::text[]), true)
      and coalesce(village <> all ((select analyst_divisions(12))::text[]), true) and grid = any ((select analyst_divisions(15))::text[])'
  ]) as by_level (level)
$$;
-- Each under every place that one of its records names, and under none where it may be that none counts: of these the view keeps the one that is so.
create function pg_temp.placed(kind text, places text, condition text) returns text language sql as $$
  select format('%s union all select distinct county, %I, %s from (%s) as without_place',
    pg_temp.reached(format('county, %I, %s', kind, places), format('%I is not null and coalesce(%s) is not null and %s', kind, places, condition)),
    kind, regexp_replace(places, '\w+', 'null::text', 'g'),
    pg_temp.reached(format('county, %I', kind), format('%I is not null and (status <> ''current'' or coalesce(%s) is null)', kind, places)))
$$;
create function pg_temp.global_id(kind text) returns text language sql as $$
  select format('rtrim(translate(encode(convert_to(''%s:'' || k.county || '':'' || k.%I, ''UTF8''), ''base64''), ''+/'' || chr(10), ''-_''), ''='')',
    initcap(kind), kind)
$$;

grant create on schema seen to hub_analyst_gate;
set local role hub_analyst_gate;

-- As before, but whether somebody is a child is asked of those alone who are asked for: a time that moves within the statement, or a `with` that
-- holds one, would have it worked out of everybody first.
create or replace view seen.person_value with (security_barrier) as
select l.county, l.person, said.field, said.value, l.record, l.dataset, l.register, l.status, said.stated_at, said.rank
from public.link l
join public.record r on r.county = l.county and r.id = l.record
join public.delivery d on d.county = r.county and d.id = r.delivery
left join (
  select l.county, l.person,
    bool_or(coalesce(r.stated ->> 'birthDate', case
      when l.person_reason is not distinct from 'NUMBER_SET_ASIDE' then null
      when length(r.stated ->> 'idNumber') = 18 then regexp_replace(substr(r.stated ->> 'idNumber', 7, 8), '(....)(..)(..)', '\1-\2-\3')
      else r.stated -> 'idNumber' ->> 'born' end)
      > to_char((statement_timestamp() at time zone 'Asia/Shanghai') - interval '14 years', 'YYYY-MM-DD')) as is_child
  from public.link l join public.record r on r.county = l.county and r.id = l.record
  where l.person is not null and not (select analyst_sees_minors())
  group by l.county, l.person
) as age on age.county = l.county and age.person = l.person
cross join lateral (
  select stated.key as field,
    case when coalesce(c.class, 'basic') = any ((select analyst_fields())::text[])
        and not (coalesce(age.is_child, false) and (coalesce(c.class, 'basic') in ('contact', 'identity', 'location') or c.mask is not distinct from 'name'))
      then stated.value
      -- Half of a value that has no mask would say all of it.
      when stated.masked is null or c.mask is null then mask_value(c.mask, stated.value) else stated.masked end as value,
    coalesce(p.rank, 1000) as rank,
    coalesce((r.carried -> stated.key ->> 'statedOn') || 'T00:00:00+08:00',
      case when (select 'basic' = any (analyst_fields())) then coalesce(r.stated ->> 'updatedAt', r.stated ->> 'collectedAt') end,
      d.stated_on || 'T00:00:00+08:00', to_char(r.valid_from at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) as stated_at
  from (
    select key, public.shown_value(value) as value, case when value ? 'sealed' then value ->> 'masked' end as masked from jsonb_each(r.stated)
  ) as stated
  left join public.field_class c on c.field = stated.key
  left join public.source_priority p on p.field = stated.key and p.dataset = l.dataset
  where stated.value <> '' and not (stated.key = 'idNumber' and l.person_reason is not distinct from 'NUMBER_SET_ASIDE')
) as said
where l.person is not null and said.value is not null and (select public.note_analyst());

reset role;
do $$
begin
set local role hub_analyst_gate;

execute format($view$
create or replace view seen.person with (security_barrier) as
select k.county, k.person, %s as id, v.name, v.former_name, v.sex, v.birth_date, v.id_number, v.phone, v.address, v.marital_status, v.education,
  v.household_status, v.programme, v.member_status, k.township, k.village
from (%s) as k
cross join lateral (
  select min(township) as township, min(village) as village,
    min(township) = max(township) and min(village) = max(village) and count(*) = count(township) and count(*) = count(village) as is_one
  from public.link l where l.county = k.county and l.person = k.person and l.status = 'current' and coalesce(l.township, l.village) is not null
) as every
-- Of most people all records name one place: the records themselves are read of the others.
left join lateral (
  select l.township, l.village
  from public.link l join public.record r on r.county = l.county and r.id = l.record
  where not every.is_one and l.county = k.county and l.person = k.person and l.status = 'current' and coalesce(l.township, l.village) is not null
  order by case l.tie when 'resident' then 0 when 'registered' then 1 else 2 end, date_trunc('milliseconds', r.valid_from) desc, l.record
  limit 1
) as home on true
left join lateral (
  select max(value) filter (where field = 'name') as name,
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
    select distinct on (field) field, value from seen.person_value s where s.county = k.county and s.person = k.person
    order by field, status <> 'current', rank, stated_at collate "C" desc, record
  ) as chosen
) as v on true
where (case when every.is_one then every.township else home.township end, case when every.is_one then every.village else home.village end)
  is not distinct from (k.township, k.village) and (select public.note_analyst())
$view$, pg_temp.global_id('person'), pg_temp.placed('person', 'township, village', 'status = ''current'''));

-- The current records of each home, or all where none is current.
execute format($view$
create or replace view seen.household with (security_barrier) as
select k.county, k.household, %s as id, s.status,
  case when v.number is not null or not s.is_resident then 'REGISTERED' else 'RESIDENTIAL' end as kind,
  v.number, v.address, v.head_name, s.members, s.dwelling, s.building, k.village
from (%s) as k
cross join lateral (
  select case when bool_or(is_active) then 'ACTIVE' else 'RETIRED' end as status, bool_or(tie is not distinct from 'resident') as is_resident,
    count(distinct person) filter (where counts) as members,
    (array_agg(dwelling order by record) filter (where dwelling is not null and counts))[1] as dwelling,
    (array_agg(building order by record) filter (where building is not null and counts))[1] as building,
    (array_agg(village order by record) filter (where village is not null and counts))[1] as village
  from (select *, bool_or(status = 'current') over () as is_active, status = 'current' or not bool_or(status = 'current') over () as counts
    from public.link l where l.county = k.county and l.household = k.household) as spoken
) as s
left join lateral (
  select max(value) filter (where field = 'householdNumber') as number, max(value) filter (where field = 'address') as address,
    max(value) filter (where field = 'headName') as head_name
  from (
    select distinct on (field) field, value from seen.home_value h where h.county = k.county and h.household = k.household
    order by field, status <> 'current', rank, stated_at collate "C" desc, record
  ) as chosen
) as v on true
where s.village is not distinct from k.village and (select public.note_analyst())
$view$, pg_temp.global_id('household'), pg_temp.placed('household', 'village', 'true'));

-- Who keeps the dwelling's own record says best what it is; what is known of those who live there comes after.
execute format($view$
create or replace view seen.dwelling with (security_barrier) as
select k.county, k.dwelling, %s as id, s.status, v.code, v.address, v.estate_or_road, v.building_number, v.unit, v.room, v.kind,
  case when v.longitude ~ '^-?[0-9]+(\.[0-9]+)?$' then v.longitude::double precision end as longitude,
  case when v.latitude ~ '^-?[0-9]+(\.[0-9]+)?$' then v.latitude::double precision end as latitude,
  s.households, s.building, k.village
from (%s) as k
cross join lateral (
  select case when bool_or(is_active) then 'ACTIVE' else 'RETIRED' end as status,
    count(distinct household) filter (where counts) as households,
    (array_agg(building order by record) filter (where building is not null and counts))[1] as building,
    (array_agg(village order by record) filter (where village is not null and counts))[1] as village
  from (select *, bool_or(status = 'current') over () as is_active, status = 'current' or not bool_or(status = 'current') over () as counts
    from public.link l where l.county = k.county and l.dwelling = k.dwelling) as spoken
) as s
left join lateral (
  select max(value) filter (where field = 'dwellingCode') as code, max(value) filter (where field = 'address') as address,
    max(value) filter (where field = 'estateOrRoad') as estate_or_road, max(value) filter (where field = 'buildingNumber') as building_number,
    max(value) filter (where field = 'unit') as unit, max(value) filter (where field = 'room') as room,
    max(value) filter (where field = 'dwellingKind') as kind, max(value) filter (where field = 'longitude') as longitude,
    max(value) filter (where field = 'latitude') as latitude
  from (
    select distinct on (field) field, value from seen.home_value h where h.county = k.county and h.dwelling = k.dwelling
    order by field, person is not null, status <> 'current', rank, stated_at collate "C" desc, record
  ) as chosen
) as v on true
where s.village is not distinct from k.village and (select public.note_analyst())
$view$, pg_temp.global_id('dwelling'), pg_temp.placed('dwelling', 'village', 'true'));

-- The records that speak of the building and of nobody in it; where there is none, the first twenty of the others. A dwelling's address is not
-- the building's: it goes on to the room.
execute format($view$
create or replace view seen.building with (security_barrier) as
select k.county, k.building, %s as id, s.status, v.code, v.name, v.kind, v.address, v.units, v.floors,
  case when v.longitude ~ '^-?[0-9]+(\.[0-9]+)?$' then v.longitude::double precision end as longitude,
  case when v.latitude ~ '^-?[0-9]+(\.[0-9]+)?$' then v.latitude::double precision end as latitude,
  s.dwellings, k.village
from (%s) as k
cross join lateral (
  select case when bool_or(is_active) then 'ACTIVE' else 'RETIRED' end as status, array_agg(record) as records,
    count(distinct dwelling) filter (where counts) as dwellings,
    (array_agg(village order by record) filter (where village is not null and counts))[1] as village
  from (
    select *, bool_or(status = 'current') over () as is_active, status = 'current' or not bool_or(status = 'current') over () as counts
    from (
      select *, bool_or(person is null) over () as has_own, row_number() over (order by record) as nth
      from public.link l where l.county = k.county and l.building = k.building
    ) as ranked
    where case when has_own then person is null else nth <= 20 end
  ) as spoken
) as s
left join lateral (
  select max(value) filter (where field = 'buildingCode') as code, max(value) filter (where field = 'buildingName') as name,
    max(value) filter (where field = 'buildingKind') as kind, max(value) filter (where field = 'address') as address,
    max(value) filter (where field = 'units') as units, max(value) filter (where field = 'floors') as floors,
    max(value) filter (where field = 'longitude') as longitude, max(value) filter (where field = 'latitude') as latitude
  from (
    select distinct on (field) field, value from seen.home_value h
    where h.county = k.county and h.building = k.building and h.record = any (s.records) and (h.field <> 'address' or h.dwelling is null)
    order by field, status <> 'current', rank, stated_at collate "C" desc, record
  ) as chosen
) as v on true
where s.village is not distinct from k.village and (select public.note_analyst())
$view$, pg_temp.global_id('building'), pg_temp.placed('building', 'village', 'true'));

reset role;
end $$;
revoke create on schema seen from hub_analyst_gate;
drop function pg_temp.reached, pg_temp.placed, pg_temp.global_id;
