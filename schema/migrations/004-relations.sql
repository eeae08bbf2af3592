-- How entities stand to each other, each with the record that says so. Nothing is stored: it is read from link and record with the
-- reader's own rights (security_invoker), so an edge whose only evidence is hidden is hidden.
-- A person's ties end with the record: `current` is false for what a source has withdrawn. Counts on link_person, link_household,
-- link_dwelling, link_building, link_organisation and link_grid_code through the branch that is asked for by from_kind or to_kind.
-- `since` and `until` are what the record states of it, as far as it does: `YYYY-MM-DD`, `YYYY-MM` or a moment; null is not stated.
create view relation with (security_invoker) as
select edge.*,
  coalesce(stated.stated->>'since', stated.stated->>'registeredOn', stated.stated->>'joinedOn',
    case when stated.stated->>'householdStatus' = '正常' then stated.stated->>'statusDate' end) as since,
  coalesce(stated.stated->>'until', stated.stated->>'expiresOn',
    case when stated.stated->>'householdStatus' <> '正常' then stated.stated->>'statusDate' end) as until
from (
select l.county, 'lives_in' as kind, 'person' as from_kind, l.person as from_entity, 'dwelling' as to_kind, l.dwelling as to_entity,
  null::text as to_code, l.record, l.register, l.dataset, l.status = 'current' as current,
  null::text as detail
from link l where l.person is not null and l.dwelling is not null and l.tie = 'resident'
union all
select l.county, 'registered_in', 'person', l.person, 'dwelling', l.dwelling, null, l.record, l.register, l.dataset, l.status = 'current', null
from link l where l.person is not null and l.dwelling is not null and l.tie = 'registered'
union all
-- Where the address names a building and no dwelling in it, the building is all that is known.
select l.county, case l.tie when 'registered' then 'registered_in' else 'lives_in' end, 'person', l.person, 'building', l.building, null,
  l.record, l.register, l.dataset, l.status = 'current', null
from link l where l.person is not null and l.building is not null and l.dwelling is null and l.tie is not null
union all
select l.county, 'member_of', 'person', l.person, 'household', l.household, null, l.record, l.register, l.dataset, l.status = 'current',
  r.stated->>'relation'
from link l join record r on r.county = l.county and r.id = l.record where l.person is not null and l.household is not null
union all
select l.county, 'head_of', 'person', l.person, 'household', l.household, null, l.record, l.register, l.dataset, l.status = 'current',
  r.stated->>'relation'
from link l join record r on r.county = l.county and r.id = l.record
where l.person is not null and l.household is not null and r.stated->>'relation' in ('01', '02')
union all
select l.county, 'located_in_grid', 'person', l.person, 'grid', g.grid_entity, l.grid, l.record, l.register, l.dataset, l.status = 'current', l.tie
from link l left join link g on g.county = l.county and g.grid = l.grid and g.grid_entity is not null
where l.person is not null and l.grid is not null and l.tie is not null
union all
select l.county, 'located_in_grid', 'building', l.building, 'grid', g.grid_entity, l.grid, l.record, l.register, l.dataset, l.status = 'current', null
from link l left join link g on g.county = l.county and g.grid = l.grid and g.grid_entity is not null
where l.building is not null and l.grid is not null
union all
select l.county, 'located_in_grid', 'place', l.place, 'grid', g.grid_entity, l.grid, l.record, l.register, l.dataset, l.status = 'current', null
from link l left join link g on g.county = l.county and g.grid = l.grid and g.grid_entity is not null
where l.place is not null and l.grid is not null
union all
select l.county, 'located_in_grid', 'event', l.event, 'grid', g.grid_entity, l.grid, l.record, l.register, l.dataset, l.status = 'current', null
from link l left join link g on g.county = l.county and g.grid = l.grid and g.grid_entity is not null
where l.event is not null and l.grid is not null
union all
select l.county, 'staff_of_grid', 'person', l.person, 'grid', g.grid_entity, l.grid, l.record, l.register, l.dataset, l.status = 'current',
  r.stated->>'role'
from link l join record r on r.county = l.county and r.id = l.record
left join link g on g.county = l.county and g.grid = l.grid and g.grid_entity is not null
where l.person is not null and l.dataset = 'governance/staff'
union all
select l.county, 'belongs_to_organisation', 'person', l.person, 'organisation', l.organisation, null, l.record, l.register, l.dataset,
  l.status = 'current', r.stated->>'memberStatus'
from link l join record r on r.county = l.county and r.id = l.record where l.person is not null and l.organisation is not null
union all
select l.county, 'part_of', 'dwelling', l.dwelling, 'building', l.building, null, l.record, l.register, l.dataset, l.status = 'current', null
from link l where l.dwelling is not null and l.building is not null
union all
select l.county, 'part_of', 'building', l.building, 'village', null, l.village, l.record, l.register, l.dataset, l.status = 'current', null
from link l where l.building is not null and l.village is not null
) as edge
join record stated on stated.county = edge.county and stated.id = edge.record;

grant select on relation to hub_county, hub_township, hub_village, hub_grid, hub_mixed;
