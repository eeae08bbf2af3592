import { escapeLiteral } from 'pg';
import { SOURCE_PRIORITY } from '../model/priority.js';

const ROLES = 'hub_county, hub_township, hub_village, hub_grid, hub_mixed';

/** When the record stated it, as `statedAt` of the API tells it. A bench's county has no value carried over from an earlier delta. */
const STATED_AT = `coalesce(r.stated->>'updatedAt', r.stated->>'collectedAt', d.stated_on::text || 'T00:00:00+08:00',
  to_char(r.valid_from at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) collate "C" desc`;
const COUNTY = `(select nullif(current_setting('hub.county', true), ''))`;
const STATING = `link l join record r on r.county = l.county and r.id = l.record
  join delivery d on d.county = r.county and d.id = r.delivery`;

/** The rule of `src/model/priority.ts` in SQL: current before retired, then the rank of the dataset, the latest, the lowest record. */
function chosen(field: string, before = ''): string {
  const order = (SOURCE_PRIORITY as Readonly<Record<string, readonly string[]>>)[field] ?? [];
  const rank = order.length === 0 ? '' : `coalesce(array_position(array[${order.map(escapeLiteral)}], l.dataset), 99),`;
  // Who has no keys reads the mask of what is sealed.
  const value = `coalesce(r.stated->'${field}'->>'masked', r.stated->>'${field}')`;
  return `(array_agg(${value} order by ${before} l.status <> 'current', ${rank} ${STATED_AT}, l.record)
    filter (where ${value} <> ''))[1]`;
}

const first = (column: string) =>
  `(array_agg(l.${column} order by l.record) filter (where l.${column} is not null and l.status = 'current'))[1]`;

/**
 * A kind as a table of its own: the first visible record of each entity stands for it, and a condition on the id reaches the index.
 * (A grouped view would be read whole for every join, and the policy on `entity` asks `link` once a row.)
 */
const kindView = (kind: string, columns: string, beside = '') => `
  create view peer.${kind} with (security_invoker) as
  select p.${kind} as id, v.*${beside === '' ? '' : ', b.*'} from link p cross join lateral (
    select ${columns} from ${STATING} where l.county = p.county and l.${kind} = p.${kind}) v ${beside}
  where p.county = ${COUNTY} and p.${kind} is not null and p.record = (
    select min(o.record + 0) from link o where o.county = p.county and o.${kind} = p.${kind})`;

/** The name of a dwelling's building stands beside it: as a table of its own it would be looked up among all who live there. */
const NAME_OF_BUILDING = `cross join lateral (select ${chosen('buildingName')} as building_name
  from ${STATING} where l.county = p.county and l.building = v.building_id and l.person is null) b`;

/**
 * The graph as views that PostGraphile serves: read with the rights of the role that asks, values chosen when they are read. Written so
 * that a condition on an id reaches the index: grouped views would be read whole for every join.
 */
export const PEER_VIEWS: readonly string[] = [
  'create schema peer',
  kindView(
    'person',
    `${chosen('name')} as name, ${chosen('sex')} as sex, ${chosen('birthDate')} as birth_date, ${chosen('phone')} as phone`,
  ),
  kindView('household', `${chosen('householdNumber')} as number, ${first('dwelling')} as dwelling_id`),
  kindView(
    'dwelling',
    `${chosen('dwellingCode', 'l.person is not null,')} as code, ${first('building')} as building_id`,
    NAME_OF_BUILDING,
  ),
  `create view peer.membership with (security_invoker) as
   select l.household as household_id, l.person as person_id, v.relation from link l cross join lateral (
     select ${chosen('relation')} as relation from link o join record r on r.county = o.county and r.id = o.record
       join delivery d on d.county = r.county and d.id = r.delivery
     where o.county = l.county and o.household = l.household and o.person = l.person and o.status = 'current') v
   where l.county = ${COUNTY} and l.status = 'current'
     and l.household is not null and l.person is not null
     and l.record = (select min(o.record + 0) from link o where o.county = l.county and o.household = l.household
       and o.person = l.person and o.status = 'current')`.replace(
    chosen('relation'),
    chosen('relation').replaceAll('l.', 'o.'),
  ),
  `create view peer.village_count with (security_invoker) as
   select l.village, count(distinct l.person) as people from link l
   where l.county = ${COUNTY} and l.status = 'current'
     and l.person is not null and l.village is not null group by l.village`,
  `comment on view peer.person is E'@primaryKey id'`,
  `comment on view peer.household is E'@primaryKey id\\n@foreignKey (dwelling_id) references dwelling (id)'`,
  `comment on view peer.dwelling is E'@primaryKey id'`,
  `comment on view peer.membership is E'@primaryKey household_id,person_id\\n@foreignKey (household_id) references household (id)\\n@foreignKey (person_id) references person (id)'`,
  `comment on view peer.village_count is E'@primaryKey village'`,
  `grant usage on schema peer to ${ROLES}, hub_api`,
  `grant select on all tables in schema peer to ${ROLES}`,
];

const ALL_OF = (ids: string, kind: string, columns: string, also = '') => `select l.${kind} as id, ${columns}
  from (select distinct id from ${ids} as given where id is not null) w
  join link l on l.county = $1 and l.${kind} = w.id ${also} join record r on r.county = l.county and r.id = l.record
  join delivery d on d.county = r.county and d.id = r.delivery group by l.${kind}`;

/** By name, each with the county as its first value: the answer as JSON, `answer`, in one row. */
export const FLOOR_STATEMENTS: Readonly<Record<string, string>> = {
  person: `with me as (select ${chosen('name')} as name, ${chosen('sex')} as sex, ${chosen('birthDate')} as "birthDate", ${chosen('phone')} as phone
      from ${STATING} where l.county = $1 and l.person = $2::bigint),
    m as materialized (select l.household as id, ${chosen('relation')} as relation from ${STATING}
      where l.county = $1 and l.person = $2::bigint and l.status = 'current' and l.household is not null group by 1),
    h as materialized (${ALL_OF('m', 'household', `${chosen('householdNumber')} as number, ${first('dwelling')} as dwelling`)}),
    w as materialized (${ALL_OF('(select dwelling as id from h)', 'dwelling', `${chosen('dwellingCode', 'l.person is not null,')} as code, ${first('building')} as building`)}),
    b as materialized (${ALL_OF('(select building as id from w)', 'building', `${chosen('buildingName')} as name`, 'and l.person is null')})
    select json_build_object('id', $2::text, 'name', me.name, 'sex', me.sex, 'birthDate', me."birthDate", 'phone', me.phone, 'households',
      (select json_agg(json_build_object('id', h.id::text, 'number', h.number, 'relation', m.relation, 'dwelling',
        case when w.id is not null then json_build_object('id', w.id::text, 'code', w.code, 'building',
          case when w.building is not null then json_build_object('id', w.building::text, 'name', b.name) end) end))
      from m join h on h.id = m.id left join w on w.id = h.dwelling left join b on b.id = w.building))::text as answer from me`,
  people: `with page as materialized (select distinct person as id from link where county = $1 and status = 'current' and person > $2::bigint
      order by 1 limit 51),
    p as materialized (${ALL_OF('page', 'person', `${chosen('name')} as name, ${chosen('sex')} as sex, ${chosen('birthDate')} as "birthDate"`)}),
    m as materialized (select distinct l.person, l.household as id from page join link l on l.county = $1 and l.person = page.id
      and l.status = 'current' and l.household is not null),
    h as materialized (${ALL_OF('m', 'household', `${chosen('householdNumber')} as number`)}),
    of as materialized (select m.person, json_agg(json_build_object('id', h.id::text, 'number', h.number)) as households
      from m join h on h.id = m.id group by 1)
    select json_agg(json_build_object('id', p.id::text, 'name', p.name, 'sex', p.sex, 'birthDate', p."birthDate",
      'households', coalesce(of.households, '[]')) order by p.id)::text as answer from p left join of on of.person = p.id`,
  households: `with page as materialized (select distinct household as id from link where county = $1 and status = 'current'
      and household > $2::bigint order by 1 limit 51),
    h as materialized (${ALL_OF('page', 'household', `${chosen('householdNumber')} as number`)}),
    m as materialized (select l.household, l.person as id, ${chosen('relation')} as relation from page
      join link l on l.county = $1 and l.household = page.id and l.status = 'current' and l.person is not null
      join record r on r.county = l.county and r.id = l.record join delivery d on d.county = r.county and d.id = r.delivery group by 1, 2),
    p as materialized (${ALL_OF('m', 'person', `${chosen('name')} as name, ${chosen('sex')} as sex, ${chosen('birthDate')} as "birthDate"`)}),
    of as materialized (select m.household, json_agg(json_build_object('id', p.id::text, 'name', p.name, 'sex', p.sex,
      'birthDate', p."birthDate", 'relation', m.relation) order by p.id) as members from m join p on p.id = m.id group by 1)
    select json_agg(json_build_object('id', h.id::text, 'number', h.number, 'members', coalesce(of.members, '[]')) order by h.id)::text
      as answer from h left join of on of.household = h.id`,
  counts: `select json_agg(json_build_object('id', village, 'people', people))::text as answer from (
    select village, count(distinct person) as people from link where county = $1 and status = 'current' and person is not null
      and village is not null group by 1) counted`,
};
