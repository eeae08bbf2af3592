-- Analysts have no keys: of a number or a telephone that is sealed they see the mask, whatever their grants name, and a child is told by the
-- date beside the number.

-- A value as text, with the mask of each that is sealed in the place of it. In JSON a quote inside a text has a backslash before it.
create function shown_value(value jsonb) returns text language sql immutable parallel safe
return case
  when value ? 'sealed' and value ? 'index' then value ->> 'masked'
  when jsonb_typeof(value) in ('array', 'object') then
    regexp_replace(value::text, '\{("born": "[^"]*", )?"index": "[^"]*", "masked": ("([^"\\]|\\.)*"), "sealed": "[^"]*"\}', '\2', 'g')
  else value #>> '{}'
end;

-- The view is its owner's to replace, who is not the owner of the schema.
grant create on schema seen to hub_analyst_gate;
set local role hub_analyst_gate;
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
        and not (coalesce(age.is_child, false) and (c.class in ('contact', 'identity', 'location') or c.mask = 'name'))
      then stated.value
      -- Half of a value that has no mask would say all of it.
      when stated.masked is null or c.mask is null then mask_value(c.mask, stated.value) else stated.masked end as value,
    coalesce(p.rank, 1000) as rank,
    coalesce((r.carried -> stated.key ->> 'statedOn') || 'T00:00:00+08:00', r.stated ->> 'updatedAt', r.stated ->> 'collectedAt',
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
revoke create on schema seen from hub_analyst_gate;
