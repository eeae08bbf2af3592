import type { Reading, Statement } from '../authorize/index.js';
import { orderGroups } from './aggregate-people.js';
import { LONGEST_PAGE } from './connection.js';
import { Refused } from './errors.js';
import { narrow, type EntityFilter } from './find-entities.js';
import type { HomeGroup } from './types/homes-aggregate.js';

export type HomeKind = 'household' | 'dwelling';

export interface CountedHomes {
  readonly total: number;
  /** Ordered by their keys, what is not stated last. */
  readonly groups: readonly { readonly keys: readonly (string | null)[]; readonly homes: number }[];
  /** Which were counted, where an address was asked for and a page would have shown them all. */
  readonly ids?: readonly number[];
}

const MOST_GROUPS = 10_000;

/**
 * Counts distinct households or dwellings by what their visible current records say of the place, by what is chosen among all their visible
 * records, and by how many people these know in them: a home is as large as this viewer may see. Indexes: link_<kind>_village, _township, link_<kind>.
 * @throws Refused where there are too many groups
 */
export async function aggregateHomes(
  reading: Reading,
  kind: HomeKind,
  groupBy: readonly `${HomeGroup}`[],
  filter: EntityFilter,
): Promise<CountedHomes> {
  // Without a name, as people are counted.
  const rows = await reading.query<Row>(...countStatement(reading, kind, groupBy, filter));
  const whole = rows.find((row) => row.whole);
  const total = whole?.homes ?? 0;
  const ids = (whole?.ids ?? []).map(Number);
  if (groupBy.length === 0) return { total, groups: [], ids };
  const groups = rows.filter((row) => !row.whole).map(({ keys, homes }) => ({ keys, homes }));
  if (groups.length > MOST_GROUPS)
    throw new Refused('BAD_USER_INPUT', 'Too many groups: narrow it by division. 分组过多，请按区划缩小范围');
  return { total, groups: orderGroups(groups), ids };
}

interface Row {
  readonly whole: boolean;
  readonly keys: (string | null)[];
  readonly homes: number;
  readonly ids?: readonly string[] | null;
  readonly [column: string]: unknown;
}

function countStatement(
  reading: Reading,
  kind: HomeKind,
  groupBy: readonly `${HomeGroup}`[],
  filter: EntityFilter,
): [Statement, readonly unknown[]] {
  const { from, where, values, shape } = narrow(reading, filter);
  const areas = groupBy.filter((group) => group !== 'kind' && group !== 'people');
  // Whatever is narrowed to is looked at by its own records; all of the county by all of them.
  const within = shape === '' ? '' : `and l.${kind} in (select home from seen)`;
  const parts = [
    `seen as materialized (select distinct l.${kind} as home${areas.map((area) => `, l.${area}`).join('')} from ${from} where ${where} and l.${kind} is not null)`,
  ];
  const joins: string[] = [];
  if (groupBy.includes('people')) {
    const counts = kind === 'household' ? '' : `and l.tie = 'resident'`;
    parts.push(`inside as (select l.${kind} as home, count(distinct l.person) as people from link l
      where l.county = $1 and l.status = 'current' and l.person is not null and l.${kind} is not null ${counts} ${within} group by 1)`);
    joins.push('left join inside using (home)');
  }
  if (groupBy.includes('kind')) {
    parts.push(`kinds as (${KINDS[kind](within)})`);
    joins.push('left join kinds using (home)');
  }
  const keys = groupBy.map((group) => (group === 'kind' ? 'kinds.kind' : group === 'people' ? SIZE : `seen.${group}`));
  const grouped =
    groupBy.length === 0
      ? ''
      : `union all select false, array[${keys.join(', ')}]::text[] as keys, count(distinct home) ${filter.sought ? ', null' : ''} from seen ${joins.join(' ')} group by 2`;
  const which = filter.sought
    ? `, case when count(distinct home) <= ${LONGEST_PAGE} then array_agg(distinct home) end as ids`
    : '';
  return [
    {
      text: `with ${parts.join(', ')} select true as whole, null::text[] as keys, count(distinct home) as homes ${which} from seen ${grouped}`,
    },
    values,
  ];
}

const SIZE = `case when coalesce(inside.people, 0) >= 6 then '6+' else coalesce(inside.people, 0)::text end`;

/** What kind each is, as `Household.kind` and `Dwelling.kind` choose it among the visible records. */
const KINDS: Readonly<Record<HomeKind, (within: string) => string>> = {
  household: (within) => `select l.household as home,
      case when bool_or(r.stated ->> 'householdNumber' is not null) or not coalesce(bool_or(l.tie = 'resident'), false) then 'registered' else 'residential' end as kind
    from link l join record r on r.county = l.county and r.id = l.record
    where l.county = $1 and l.household is not null ${within} group by 1`,
  dwelling: (within) => `select distinct on (l.dwelling) l.dwelling as home, r.stated ->> 'dwellingKind' as kind
    from link l join record r on r.county = l.county and r.id = l.record left join delivery d on d.county = r.county and d.id = r.delivery
    where l.county = $1 and l.dwelling is not null and r.stated ->> 'dwellingKind' <> '' ${within}
    order by l.dwelling, l.person is not null, l.status <> 'current', coalesce((r.carried -> 'dwellingKind' ->> 'statedOn') || 'T00:00:00+08:00',
      r.stated ->> 'updatedAt', r.stated ->> 'collectedAt', d.stated_on || 'T00:00:00+08:00',
      to_char(r.valid_from at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) collate "C" desc, l.record`,
};
