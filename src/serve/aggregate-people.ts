import { levelOf, type Reading, type Statement } from '../authorize/index.js';
import { LONGEST_PAGE } from './connection.js';
import { Refused } from './errors.js';
import { narrow, ownDivision, type EntityFilter } from './find-entities.js';
import { keptScope } from './kept-totals.js';
import type { PeopleGroup } from './types/people-aggregate.js';

export interface Counted {
  readonly total: number;
  /** Ordered by their keys, what is not stated last. */
  readonly groups: readonly { readonly keys: readonly (string | null)[]; readonly people: number }[];
  /** Who was counted, where somebody was asked for and a page would have shown them all. */
  readonly persons?: readonly number[];
}

const MOST_GROUPS = 10_000;

/** Years at which a band of ages begins; the last has no end. */
const AGES = [0, 7, 15, 18, 60, 80];
const FIVE_YEARS = Array.from({ length: 21 }, (_, at) => at * 5);

type Place = (value: unknown) => string;

/** What a group is read from: of the record that counts, or of the person. `on` is the day on which ages are reckoned. */
const GROUPS: Readonly<
  Record<
    `${PeopleGroup}`,
    { readonly of: 'record' | 'person' | 'programme'; readonly code: (on: string, place: Place) => string }
  >
> = {
  township: { of: 'record', code: () => 'township' },
  village: { of: 'record', code: () => 'village' },
  grid: { of: 'record', code: () => 'grid' },
  tie: { of: 'record', code: () => 'tie' },
  programme: { of: 'programme', code: () => 'programme' },
  sex: { of: 'person', code: () => 'sex' },
  age: { of: 'person', code: (on, place) => writeBands(AGES, on, place) },
  age_five_years: { of: 'person', code: (on, place) => writeBands(FIVE_YEARS, on, place) },
};

/** Whoever was born after the day so many years ago is younger than that: days are compared as they are written, and no age is reckoned. */
function writeBands(froms: readonly number[], on: string, place: Place): string {
  const bands = froms.slice(1).map((end, at) => {
    const year = Number(on.slice(0, 4)) - end;
    // Before the year 0 nobody was born: then all are younger.
    const day = year < 0 ? '' : String(year).padStart(4, '0') + on.slice(4);
    return `when birth > ${place(day)} then '${froms[at]}-${end - 1}'`;
  });
  return `case when birth ~ '^[0-9]{4}' and birth <= ${place(on)} then case ${bands.join(' ')} else '${froms.at(-1)}+' end end`;
}

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
  const whole = rows.find((row) => row.whole);
  const total = whole?.people ?? 0;
  const persons = (whole?.persons ?? []).map(Number);
  if (groupBy.length === 0) return { total, groups: [], persons };
  const groups = rows.filter((row) => !row.whole).map(({ keys, people }) => ({ keys, people }));
  if (groups.length > most)
    throw new Refused('BAD_USER_INPUT', 'Too many groups: narrow it by division. 分组过多，请按区划缩小范围');
  return { total, groups: orderGroups(groups), persons };
}

interface Row {
  readonly whole: boolean;
  readonly keys: (string | null)[];
  readonly people: number;
  readonly persons?: readonly string[] | null;
  readonly [column: string]: unknown;
}

function countStatement(
  reading: Reading,
  groupBy: readonly `${PeopleGroup}`[],
  filter: EntityFilter,
  ageOn: string,
): [Statement, unknown[]] {
  const values: unknown[] = [reading.bounds.county];
  const place = (value: unknown) => `$${values.push(value)}`;
  const areas: string[] = [];
  const division = filter.division === reading.bounds.county ? null : filter.division;
  const level = division ? levelOf(division) : null;
  if (level) areas.push(`t.${level} = ${place(division)}`);
  const own = ownDivision(reading);
  if (own && own.code !== division) areas.push(`t.${own.level} = ${place(own.code)}`);
  const conditions = [...areas];
  if (filter.register) conditions.push(`t.register = ${place(filter.register)}`);
  const { division: _division, register: _register, ...who } = filter;
  const isSought = Object.values(who).some((value) => value !== null && value !== undefined);
  if (isSought) {
    const found = narrow(reading, filter);
    const offset = values.length - 1;
    const [from, where] = [found.from, found.where].map((text) =>
      text.replaceAll(/\$(\d+)/g, (which, n: string) => (n === '1' ? which : `$${Number(n) + offset}`)),
    );
    values.push(...found.values.slice(1));
    conditions.push(`t.person in (select l.person from ${from} where ${where})`);
  }
  const parts = groupBy.map((group) => GROUPS[group]);
  const codes = parts.map(({ code }) => code(ageOn, place));
  const ofRecord = parts.flatMap(({ of }, at) => (of === 'record' ? [codes[at]!] : []));
  const asksPerson = parts.some((part) => part.of === 'person');
  const asksProgramme = parts.some((part) => part.of === 'programme');
  const joins: string[] = [];
  // Of everybody by what they are alone, one pass tells who is there and what is chosen of them: of all there is, or of the one division in
  // which lies whatever the viewer sees.
  const everybody =
    conditions.length === 0 || (own !== null && conditions.length === 1 && (!level || own.code === division));
  const inOnePass = asksPerson && ofRecord.length === 0 && everybody;
  const within = (more: readonly string[]) => ['t.county = $1', ...more, ...conditions].join(' and ');
  const seen = inOnePass
    ? `select t.person, ${CHOSEN('t')} from person_trait t where ${within([])} group by t.person having bool_or(t.status = 'current')`
    : `select distinct ${['t.person', ...ofRecord.map((code) => `t.${code}`)].join(', ')} from person_trait t where ${within([`t.status = 'current'`])}`;
  if (asksPerson && !inOnePass) {
    // Of an area's people the traits lie side by side, and are met by going through the index once. A register's may be everybody.
    const those =
      areas.length > 0 || isSought ? '= any (array(select person from seen))' : 'in (select person from seen)';
    joins.push(`join (select w.person, ${CHOSEN('w')} from person_trait w
      where w.county = $1 ${conditions.length === 0 ? '' : `and w.person ${those}`} group by w.person) as who using (person)`);
  }
  if (asksProgramme) {
    joins.push(`left join (select distinct w.person, w.programme from person_trait w
      where w.county = $1 and w.status = 'current' and w.programme is not null) as drawn using (person)`);
  }
  const keys = codes.map((_code, at) => `k${at}`).join(', ');
  const grouped =
    groupBy.length === 0
      ? ''
      : `union all select false, array[${keys}]::text[], people ${isSought ? ', null' : ''}
        from (select ${codes.map((code, at) => `${code} as k${at}`).join(', ')}, count(*) as people from seen ${joins.join(' ')} group by ${keys}) as cells`;
  const whom = isSought
    ? `, case when count(distinct person) <= ${LONGEST_PAGE} then array_agg(distinct person) end as persons`
    : '';
  const text = `with seen as materialized (${seen})
    select true as whole, null::text[] as keys, count(${ofRecord.length > 0 ? 'distinct person' : '*'}) as people ${whom} from seen ${grouped}`;
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
