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
    const [from, where] = [found.from, found.where].map((text) =>
      text.replaceAll(/\$(\d+)/g, (place, n: string) => (n === '1' ? place : `$${Number(n) + offset}`)),
    );
    values.push(...found.values.slice(1));
    conditions.push(`t.person in (select l.person from ${from} where ${where})`);
  }
  const parts = groupBy.map((group) => GROUPS[group]);
  const ofRecord = parts.filter((part) => part.of === 'record').map((part) => part.code);
  const asksPerson = parts.some((part) => part.of === 'person');
  const asksProgramme = parts.some((part) => part.of === 'programme');
  const isNarrowed = conditions.length > 2;
  const joins: string[] = [];
  // Of everybody by what they are alone, one pass tells who is there and what is chosen of them.
  const inOnePass = asksPerson && !isNarrowed && ofRecord.length === 0;
  const seen = inOnePass
    ? `select t.person, ${CHOSEN('t')} from person_trait t where t.county = $1 group by t.person having bool_or(t.status = 'current')`
    : `select distinct ${['t.person', ...ofRecord.map((code) => `t.${code}`)].join(', ')} from person_trait t where ${conditions.join(' and ')}`;
  if (asksPerson && !inOnePass) {
    joins.push(`join (select w.person, ${CHOSEN('w')} from person_trait w
      where w.county = $1 ${isNarrowed ? 'and w.person in (select person from seen)' : ''} group by w.person) as who using (person)`);
  }
  if (asksProgramme) {
    joins.push(`left join (select distinct w.person, w.programme from person_trait w
      where w.county = $1 and w.status = 'current' and w.programme is not null) as drawn using (person)`);
  }
  const columns = [...ofRecord, ...(asksPerson ? ['sex', 'birth'] : []), ...(asksProgramme ? ['programme'] : [])];
  // An age is reckoned once for all who were born on a day, and once for each of its bands otherwise: hence the groups before it, and the fence.
  const aged = asksPerson
    ? `cross join lateral (select case when birth ~ '^[0-9]{4}' then left($${values.push(ageOn)}, 4)::int - left(birth, 4)::int
        - case when substr(birth, 5) collate "C" > substr($${values.length}, 5) collate "C" then 1 else 0 end end as age offset 0) as aged`
    : '';
  const grouped =
    groupBy.length === 0
      ? ''
      : `union all select false, array[${parts.map(({ code }) => code).join(', ')}]::text[] as keys, sum(people)::bigint
        from (select ${columns.join(', ')}, count(*) as people from seen ${joins.join(' ')} group by ${columns.join(', ')}) as alike ${aged} group by 2`;
  const text = `with seen as materialized (${seen})
    select true as whole, null::text[] as keys, count(distinct person) as people from seen ${grouped}`;
  return [{ text }, values];
}

/** What is chosen of a person among the visible records; see 014-totals.sql. */
const CHOSEN = (of: 't' | 'w'): string =>
  `substr(min(${of}.sex_choice), 31) as sex, substr(min(${of}.birth_choice), 31) as birth`;

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
