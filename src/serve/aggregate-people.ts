import { levelOf, type Reading, type Statement } from '../authorize/index.js';
import { Refused } from './errors.js';
import { narrow, ownDivision, type EntityFilter } from './find-entities.js';
import { keptScope } from './kept-totals.js';
import type { PeopleGroup } from './types/people-aggregate.js';

export interface Counted {
  readonly total: number;
  /** Ordered by their keys, what is not stated last. */
  readonly groups: readonly { readonly keys: readonly (string | null)[]; readonly people: number }[];
}

const MOST_GROUPS = 10_000;

/** What a group is read from: of the record that counts, or of the person. `$on` is the day on which ages are reckoned. */
const GROUPS: Readonly<
  Record<`${PeopleGroup}`, { readonly of: 'record' | 'person' | 'programme'; readonly code: string }>
> = {
  township: { of: 'record', code: 'township' },
  village: { of: 'record', code: 'village' },
  grid: { of: 'record', code: 'grid' },
  tie: { of: 'record', code: 'tie' },
  programme: { of: 'programme', code: 'programme' },
  sex: { of: 'person', code: 'sex' },
  age: {
    of: 'person',
    code: `case when age between 0 and 6 then '0-6' when age between 7 and 14 then '7-14' when age between 15 and 17 then '15-17'
      when age between 18 and 59 then '18-59' when age between 60 and 79 then '60-79' when age >= 80 then '80+' end`,
  },
  age_five_years: {
    of: 'person',
    code: `case when age >= 100 then '100+' when age >= 0 then age / 5 * 5 || '-' || age / 5 * 5 + 4 end`,
  },
};

/**
 * Counts distinct persons by what their visible current records say of the place, and by what is chosen among all their visible records.
 * What the night has counted is read from there. Indexes: person_trait_village, _township, _grid, _person; the primary key of person_total.
 * @throws Refused where there are more groups than `most`
 */
export async function aggregatePeople(
  reading: Reading,
  groupBy: readonly `${PeopleGroup}`[],
  filter: EntityFilter,
  ageOn: string,
  most = MOST_GROUPS,
): Promise<Counted> {
  const kept = await readKept(reading, groupBy, filter);
  if (kept) return kept;
  // Without a name: there are thousands of these questions, and each would be kept on each connection.
  const rows = await reading.query<Row>(...countStatement(reading, groupBy, filter, ageOn));
  const total = rows.find((row) => row.whole)?.people ?? 0;
  if (groupBy.length === 0) return { total, groups: [] };
  const groups = rows.filter((row) => !row.whole).map(({ keys, people }) => ({ keys, people }));
  if (groups.length > most)
    throw new Refused('BAD_USER_INPUT', 'Too many groups: narrow it by division. 分组过多，请按区划缩小范围');
  return { total, groups: orderGroups(groups) };
}

interface Row {
  readonly whole: boolean;
  readonly keys: (string | null)[];
  readonly people: number;
  readonly [column: string]: unknown;
}

function countStatement(
  reading: Reading,
  groupBy: readonly `${PeopleGroup}`[],
  filter: EntityFilter,
  ageOn: string,
): [Statement, unknown[]] {
  const values: unknown[] = [reading.bounds.county];
  const conditions = [`t.county = $1`, `t.status = 'current'`];
  const level = filter.division ? levelOf(filter.division) : null;
  if (level) {
    conditions.push(`t.${level} = $${values.push(filter.division)}`);
  }
  const own = ownDivision(reading);
  if (own && own.code !== filter.division) {
    conditions.push(`t.${own.level} = $${values.push(own.code)}`);
  }
  if (filter.register) {
    conditions.push(`t.register = $${values.push(filter.register)}`);
  }
  const { division: _division, register: _register, ...who } = filter;
  if (Object.values(who).some((value) => value !== null && value !== undefined)) {
    const found = narrow(reading, filter);
    const offset = values.length - 1;
    const where = found.where.replaceAll(/\$(\d+)/g, (place, n: string) =>
      n === '1' ? place : `$${Number(n) + offset}`,
    );
    const from = found.from;
    values.push(...found.values.slice(1));
    conditions.push(`t.person in (select l.person from ${from} where ${where})`);
  }
  const parts = groupBy.map((group) => GROUPS[group]);
  const ofRecord = parts.filter((part) => part.of === 'record').map((part) => `t.${part.code}`);
  const joins: string[] = [];
  if (parts.some((part) => part.of === 'person')) {
    const on = `$${values.push(ageOn)}`;
    const birth = 'substr(min(w.birth_choice), 31)';
    joins.push(`join lateral (select who.*, case when who.birth ~ '^[0-9]{4}' then left(${on}, 4)::int - left(who.birth, 4)::int
        - case when substr(who.birth, 5) collate "C" > substr(${on}, 5) collate "C" then 1 else 0 end end as age) as aged on true`);
    joins.unshift(`join (select w.person, substr(min(w.sex_choice), 31) as sex, ${birth} as birth from person_trait w
        where w.county = $1${conditions.length > 2 ? ' and w.person in (select person from seen)' : ''} group by w.person) as who on who.person = seen.person`);
  }
  if (parts.some((part) => part.of === 'programme')) {
    joins.push(`left join (select distinct w.person, w.programme from person_trait w
        where w.county = $1 and w.status = 'current' and w.programme is not null) as drawn on drawn.person = seen.person`);
  }
  const codes = parts.map((part) =>
    part.of === 'record'
      ? `seen.${part.code}`
      : part.of === 'person'
        ? part.code.replaceAll(/\b(age|sex)\b(?!')/g, 'aged.$1')
        : 'drawn.programme',
  );
  const grouped =
    groupBy.length === 0
      ? ''
      : `union all select false, array[${codes.join(', ')}]::text[] as keys, count(*) from seen ${joins.join(' ')} group by 2`;
  const text = `with seen as materialized (select distinct ${['t.person', ...ofRecord].join(', ')} from person_trait t where ${conditions.join(' and ')})
    select true as whole, null::text[] as keys, count(distinct person) as people from seen ${grouped}`;
  return [{ text }, values];
}

/** The area asked for, and the areas below it, as the night counted them. */
async function readKept(
  reading: Reading,
  groupBy: readonly `${PeopleGroup}`[],
  filter: EntityFilter,
): Promise<Counted | null> {
  const scope = keptScope(reading, filter);
  const areas = groupBy.filter((group) => group === 'township' || group === 'village');
  if (!scope || areas.length > 1 || groupBy.some((group) => group !== 'tie' && group !== areas[0])) return null;
  const [area] = areas;
  const within = area === undefined ? 'own' : area === 'township' && scope.level === 'village' ? null : area;
  if (within === null) return null;
  const ties = groupBy.includes('tie');
  const rows = await reading.query<{ level: string; area: string; tie: string; people: number }>(
    {
      name: `kept ${within} ${scope.level} ${ties}`,
      // Each of them is one stretch of the primary key.
      text: [
        `level = $3 and area = $4`,
        ...(within === 'own' || within === scope.level
          ? []
          : [
              `level = 'no ${within}' and area = $4`,
              `level = '${within}' and area between $4 || '000' and $4 || '999999'`,
            ]),
      ]
        .map(
          (stretch) =>
            `select level, area, tie, people from person_total where county = $1 and registers = $2 ${ties ? '' : `and tie = ''`} and ${stretch}`,
        )
        .join(' union all '),
    },
    [reading.bounds.county, scope.registers, scope.level, scope.code],
  );
  const whole = rows.find((row) => row.level === scope.level && row.area === scope.code && row.tie === '');
  // Nobody, or nothing kept: to be counted.
  if (!whole) return null;
  const groups = rows
    .filter(
      (row) =>
        (ties ? row.tie !== '' : true) &&
        (within === 'own' ? ties : row.level === within || row.level === `no ${within}`),
    )
    .map((row) => ({
      keys: groupBy.map((group) =>
        group === 'tie' ? (row.tie === 'none' ? null : row.tie) : row.level === within ? row.area : null,
      ),
      people: row.people,
    }));
  return { total: whole.people, groups: orderGroups(groups) };
}

/** By their keys, what is not stated last. */
export function orderGroups<T extends { readonly keys: readonly (string | null)[] }>(groups: readonly T[]): T[] {
  return groups.toSorted((one, other) => {
    for (const [at, code] of one.keys.entries()) {
      const against = other.keys[at] ?? null;
      if (code !== against) return code === null ? 1 : against === null ? -1 : rankOf(code, against);
    }
    return 0;
  });
}

/** Bands of age by where they begin, everything else as text. */
function rankOf(one: string, other: string): number {
  const [from, against] = [one, other].map((code) => /^(\d+)(?:-\d+|\+)$/.exec(code)?.[1]);
  if (from !== undefined && against !== undefined) return Number(from) - Number(against);
  return one < other ? -1 : 1;
}
