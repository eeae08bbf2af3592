-- Households, dwellings and buildings for analysts, each value as the API shows it: chosen among the visible records, masked outside of the
-- granted classes, the village by the first current record that names one.

grant create on schema seen to hub_analyst_gate;
set local role hub_analyst_gate;

-- As before, but: where what is basic is not granted, no value is chosen by a time that is not shown; and of a child all is shown that has nothing to
-- do with finding it.
create or replace view seen.person_value with (security_barrier) as
with age as (
  select l.county, l.person,
    bool_or(coalesce(r.stated ->> 'birthDate', case
      when l.person_reason is not distinct from 'NUMBER_SET_ASIDE' then null
      when length(r.stated ->> 'idNumber') = 18 then regexp_replace(substr(r.stated ->> 'idNumber', 7, 8), '(....)(..)(..)', '\1-\2-\3')
      else r.stated -> 'idNumber' ->> 'born' end)
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

-- Every value that a visible record states of a home. A record that tells of a child tells whoever sees no minors nothing of where it lives.
create view seen.home_value with (security_barrier) as
select l.county, l.record, l.person, l.household, l.dwelling, l.building, said.field, said.value, l.dataset, l.register, l.status, said.stated_at, said.rank
from public.link l
join public.record r on r.county = l.county and r.id = l.record
join public.delivery d on d.county = r.county and d.id = r.delivery
cross join lateral (
  select case when l.person is null or (select analyst_sees_minors()) then false
    else coalesce(coalesce(r.stated ->> 'birthDate', case
        when l.person_reason is not distinct from 'NUMBER_SET_ASIDE' then null
        when length(r.stated ->> 'idNumber') = 18 then regexp_replace(substr(r.stated ->> 'idNumber', 7, 8), '(....)(..)(..)', '\1-\2-\3')
        else r.stated -> 'idNumber' ->> 'born' end)
      > to_char((clock_timestamp() at time zone 'Asia/Shanghai') - interval '14 years', 'YYYY-MM-DD'), false) end as is_child
) as who
cross join lateral (
  select stated.key as field,
    case when coalesce(c.class, 'basic') = any ((select analyst_fields())::text[])
        and not (who.is_child and (coalesce(c.class, 'basic') in ('contact', 'identity', 'location') or c.mask is not distinct from 'name'))
      then stated.value
      else mask_value(c.mask, stated.value) end as value,
    coalesce(p.rank, 1000) as rank,
    coalesce((r.carried -> stated.key ->> 'statedOn') || 'T00:00:00+08:00',
      case when (select 'basic' = any (analyst_fields())) then coalesce(r.stated ->> 'updatedAt', r.stated ->> 'collectedAt') end,
      d.stated_on || 'T00:00:00+08:00', to_char(r.valid_from at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) as stated_at
  from (
    select key, public.shown_value(r.stated -> key) as value
    from unnest(array['householdNumber', 'headName', 'address', 'dwellingCode', 'estateOrRoad', 'buildingNumber', 'unit', 'room', 'dwellingKind',
      'buildingCode', 'buildingName', 'buildingKind', 'units', 'floors', 'longitude', 'latitude']) as of_homes (key)
    where r.stated ? key
  ) as stated
  left join public.field_class c on c.field = stated.key
  left join public.source_priority p on p.field = stated.key and p.dataset = l.dataset
  where stated.value <> ''
) as said
where coalesce(l.household, l.dwelling, l.building) is not null and said.value is not null and (select public.note_analyst());

-- The current records of each home, or all where none is current.
create view seen.household with (security_barrier) as
with spoken as (
  select l.*, bool_or(l.status = 'current') over (partition by l.county, l.household) as is_active
  from public.link l where l.household is not null and (select public.note_analyst())
), chosen as (
  select distinct on (county, household, field) county, household, field, value
  from seen.home_value where household is not null
  order by county, household, field, status <> 'current', rank, stated_at collate "C" desc, record
), said as (
  select county, household, max(value) filter (where field = 'householdNumber') as number,
    max(value) filter (where field = 'address') as address, max(value) filter (where field = 'headName') as head_name
  from chosen group by county, household
)
select s.county, s.household,
  rtrim(translate(encode(convert_to('Household:' || s.county || ':' || s.household, 'UTF8'), 'base64'), '+/' || chr(10), '-_'), '=') as id,
  case when bool_or(s.is_active) then 'ACTIVE' else 'RETIRED' end as status,
  case when v.number is not null or not bool_or(s.tie is not distinct from 'resident') then 'REGISTERED' else 'RESIDENTIAL' end as kind,
  v.number, v.address, v.head_name,
  count(distinct s.person) filter (where s.status = 'current' or not s.is_active) as members,
  (array_agg(s.dwelling order by s.record) filter (where s.dwelling is not null and (s.status = 'current' or not s.is_active)))[1] as dwelling,
  (array_agg(s.building order by s.record) filter (where s.building is not null and (s.status = 'current' or not s.is_active)))[1] as building,
  (array_agg(s.village order by s.record) filter (where s.village is not null and (s.status = 'current' or not s.is_active)))[1] as village
from spoken s left join said v using (county, household)
group by s.county, s.household, v.number, v.address, v.head_name;

-- Who keeps the dwelling's own record says best what it is; what is known of those who live there comes after.
create view seen.dwelling with (security_barrier) as
with spoken as (
  select l.*, bool_or(l.status = 'current') over (partition by l.county, l.dwelling) as is_active
  from public.link l where l.dwelling is not null and (select public.note_analyst())
), chosen as (
  select distinct on (county, dwelling, field) county, dwelling, field, value
  from seen.home_value where dwelling is not null
  order by county, dwelling, field, person is not null, status <> 'current', rank, stated_at collate "C" desc, record
), said as (
  select county, dwelling, max(value) filter (where field = 'dwellingCode') as code, max(value) filter (where field = 'address') as address,
    max(value) filter (where field = 'estateOrRoad') as estate_or_road, max(value) filter (where field = 'buildingNumber') as building_number,
    max(value) filter (where field = 'unit') as unit, max(value) filter (where field = 'room') as room,
    max(value) filter (where field = 'dwellingKind') as kind, max(value) filter (where field = 'longitude') as longitude,
    max(value) filter (where field = 'latitude') as latitude
  from chosen group by county, dwelling
)
select s.county, s.dwelling,
  rtrim(translate(encode(convert_to('Dwelling:' || s.county || ':' || s.dwelling, 'UTF8'), 'base64'), '+/' || chr(10), '-_'), '=') as id,
  case when bool_or(s.is_active) then 'ACTIVE' else 'RETIRED' end as status,
  v.code, v.address, v.estate_or_road, v.building_number, v.unit, v.room, v.kind,
  case when v.longitude ~ '^-?[0-9]+(\.[0-9]+)?$' then v.longitude::double precision end as longitude,
  case when v.latitude ~ '^-?[0-9]+(\.[0-9]+)?$' then v.latitude::double precision end as latitude,
  count(distinct s.household) filter (where s.status = 'current' or not s.is_active) as households,
  (array_agg(s.building order by s.record) filter (where s.building is not null and (s.status = 'current' or not s.is_active)))[1] as building,
  (array_agg(s.village order by s.record) filter (where s.village is not null and (s.status = 'current' or not s.is_active)))[1] as village
from spoken s left join said v using (county, dwelling)
group by s.county, s.dwelling, v.code, v.address, v.estate_or_road, v.building_number, v.unit, v.room, v.kind, v.longitude, v.latitude;

-- The records that speak of the building and of nobody in it; where there is none, the first twenty of the others. A dwelling's address is not
-- the building's: it goes on to the room.
create view seen.building with (security_barrier) as
with ranked as (
  select l.*, bool_or(l.person is null) over of_building as has_own, row_number() over (partition by l.county, l.building order by l.record) as nth
  from public.link l where l.building is not null and (select public.note_analyst())
  window of_building as (partition by l.county, l.building)
), spoken as (
  select *, bool_or(status = 'current') over (partition by county, building) as is_active
  from ranked where case when has_own then person is null else nth <= 20 end
), chosen as (
  select distinct on (county, building, field) county, building, field, value
  from seen.home_value v join (select county, building, record from spoken) as s using (county, building, record)
  where v.field <> 'address' or v.dwelling is null
  order by county, building, field, status <> 'current', rank, stated_at collate "C" desc, record
), said as (
  select county, building, max(value) filter (where field = 'buildingCode') as code, max(value) filter (where field = 'buildingName') as name,
    max(value) filter (where field = 'buildingKind') as kind, max(value) filter (where field = 'address') as address,
    max(value) filter (where field = 'units') as units, max(value) filter (where field = 'floors') as floors,
    max(value) filter (where field = 'longitude') as longitude, max(value) filter (where field = 'latitude') as latitude
  from chosen group by county, building
)
select s.county, s.building,
  rtrim(translate(encode(convert_to('Building:' || s.county || ':' || s.building, 'UTF8'), 'base64'), '+/' || chr(10), '-_'), '=') as id,
  case when bool_or(s.is_active) then 'ACTIVE' else 'RETIRED' end as status,
  v.code, v.name, v.kind, v.address, v.units, v.floors,
  case when v.longitude ~ '^-?[0-9]+(\.[0-9]+)?$' then v.longitude::double precision end as longitude,
  case when v.latitude ~ '^-?[0-9]+(\.[0-9]+)?$' then v.latitude::double precision end as latitude,
  count(distinct s.dwelling) filter (where s.status = 'current' or not s.is_active) as dwellings,
  (array_agg(s.village order by s.record) filter (where s.village is not null and (s.status = 'current' or not s.is_active)))[1] as village
from spoken s left join said v using (county, building)
group by s.county, s.building, v.code, v.name, v.kind, v.address, v.units, v.floors, v.longitude, v.latitude;

grant select on seen.home_value, seen.household, seen.dwelling, seen.building to hub_analyst;
reset role;
revoke create on schema seen from hub_analyst_gate;
