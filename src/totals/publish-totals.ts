import type { PoolClient } from 'pg';
import type { Database } from '../database/connect.js';
import { SOURCE_PRIORITY } from '../model/priority.js';
import type { Cube } from './protect-cube.js';
import { publishHomes } from './publish-homes.js';
import { layAreas, leafOf, showCube, type Showing } from './show-cube.js';

export interface Publishing extends Showing {
  /** Sets of registers, each published by itself: those that some client sees totals of. */
  readonly registers: readonly (readonly string[])[];
  /** YYYY-MM-DD: the day it is of, on which ages are reckoned as well. */
  readonly on: string;
}

export const USUAL_PUBLISHING = { threshold: 5, roundedTo: 5 } as const;

/** Beside the area: what is crossed at most, so that three dimensions stand together. */
const CROSSED = 2;
const SEXES = ['1', '2', 'none'] as const;
const AGES = ['0-6', '7-14', '15-17', '18-59', '60-79', '80+', 'none'] as const;
const TIES = ['registered', 'resident', 'both', 'none'] as const;
const PEOPLE = [SEXES, AGES, TIES] as const;

/**
 * Publishes how many people there are, by area, sex, age and tie, and by programme down to the township, to who sees totals only.
 * Between two publications a figure stays or moves by the threshold at least, and what was withheld stays withheld: the difference of two
 * dates is nobody's arrival.
 * @throws RangeError for a threshold outside 3 … 10
 * @see domain/safeguards.md rule 13
 */
export async function publishTotals(database: Database, county: string, publishing: Publishing): Promise<void> {
  const { threshold, on, roundedTo } = publishing;
  if (!Number.isInteger(threshold) || threshold < 3 || threshold > 10)
    throw new RangeError('Counts below 3 … 10 are withheld.');
  for (const each of publishing.registers) {
    const registers = each.toSorted();
    await database.transaction(async (client) => {
      const name = registers.join(',');
      await client.query(`select pg_advisory_xact_lock(hashtext('hub publish ' || $1))`, [county]);
      const earlier = await readEarlier(client, county, name);
      const rows = [
        ...showPeople(await countPeople(client, county, registers, on), county, publishing, earlier),
        ...showProgrammes(await countProgrammes(client, county, registers), county, publishing, earlier),
      ];
      await client.query('delete from published_total where county = $1 and registers = $2', [county, name]);
      await client.query(
        `insert into published_total (county, registers, area, level, township, village, sex, age, tie, programme, people)
         select $1, $2, area, case length(area) when 6 then 'county' when 9 then 'township' else 'village' end,
           case when length(area) >= 9 then left(area, 9) end, case when length(area) = 12 then area end, sex, age, tie, programme, people
         from jsonb_to_recordset($3::jsonb) as x (area text, sex text, age text, tie text, programme text, people integer)`,
        [county, name, JSON.stringify(rows)],
      );
      await publishHomes(client, county, registers, publishing);
      await client.query(
        `insert into publication (county, registers, published_on, threshold, rounded_to, of_homes) values ($1, $2, $3, $4, $5, true)
         on conflict (county, registers) do update set published_on = excluded.published_on, threshold = excluded.threshold,
           rounded_to = excluded.rounded_to, of_homes = true`,
        [county, name, on, threshold, roundedTo],
      );
    });
  }
}

/** Publishes what has not been published in this month; nothing is done more often by itself. */
export async function publishMonthly(database: Database, county: string, publishing: Publishing): Promise<void> {
  const rows = await database.query<{ registers: string }>(
    `select registers from publication where county = $1 and published_on >= date_trunc('month', $2::date)`,
    [county, publishing.on],
  );
  const done = new Set(rows.map((row) => row.registers));
  const due = publishing.registers.filter((registers) => !done.has(registers.toSorted().join(',')));
  if (due.length > 0) await publishTotals(database, county, { ...publishing, registers: due });
}

/** The sets of registers of which clients see totals and no single person; all registers besides. */
export async function registersOfTotals(
  database: Database,
  county: string,
  all: readonly string[],
): Promise<readonly (readonly string[])[]> {
  const rows = await database.query<{ registers: string[] }>(
    `select distinct registers from access_grant g where county = $1 and not records and is_grant_effective(g)`,
    [county],
  );
  const sets = new Map([all, ...rows.map((row) => row.registers)].map((each) => [each.toSorted().join(','), each]));
  return [...sets.values()];
}

interface Shown {
  readonly area: string;
  readonly sex: string;
  readonly age: string;
  readonly tie: string;
  readonly programme: string;
  readonly people: number | null;
}

type Earlier = ReadonlyMap<string, number | null>;

const keyOf = ({ area, sex, age, tie, programme }: Omit<Shown, 'people'>): string =>
  [area, sex, age, tie, programme].join('|');

async function readEarlier(client: PoolClient, county: string, registers: string): Promise<Earlier> {
  const { rows } = await client.query<Shown>(
    'select area, sex, age, tie, programme, people from published_total where county = $1 and registers = $2',
    [county, registers],
  );
  return new Map(rows.map((row) => [keyOf(row), row.people]));
}

interface Counted {
  readonly township: string | null;
  readonly village: string | null;
  readonly sex: string;
  readonly age: string;
  readonly tie: string;
  readonly people: number;
}

/** Each person in one village: where the source that speaks first of it says, of several records the lowest. */
async function countPeople(client: PoolClient, county: string, registers: readonly string[], on: string) {
  const { rows } = await client.query<Counted>(
    `with placed as (
       select distinct on (l.person) l.person, l.township, l.village from link l
       where l.county = $1 and l.person is not null and l.status = 'current' and l.register = any ($2::text[])
       order by l.person, l.village is null, l.township is null, array_position($3::text[], l.dataset), l.record),
     tied as (
       select l.person, bool_or(l.tie = 'registered') as registered, bool_or(l.tie = 'resident') as resident
       from link l join placed p on p.person = l.person and p.village is not distinct from l.village and p.township is not distinct from l.township
       where l.county = $1 and l.status = 'current' and l.register = any ($2::text[]) group by l.person),
     who as (
       select person, substr(min(sex_choice), 31) as sex, substr(min(birth_choice), 31) as birth
       from person_trait where county = $1 and register = any ($2::text[]) group by person),
     aged as (
       select person, sex, case when birth ~ '^[0-9]{4}' then left($4, 4)::int - left(birth, 4)::int
         - case when substr(birth, 5) collate "C" > substr($4, 5) collate "C" then 1 else 0 end end as age from who)
     select p.township, p.village, case when a.sex in ('1', '2') then a.sex else 'none' end as sex,
       case when a.age between 0 and 6 then '0-6' when a.age between 7 and 14 then '7-14' when a.age between 15 and 17 then '15-17'
         when a.age between 18 and 59 then '18-59' when a.age between 60 and 79 then '60-79' when a.age >= 80 then '80+' else 'none' end as age,
       case when t.registered and t.resident then 'both' when t.registered then 'registered' when t.resident then 'resident' else 'none' end as tie,
       count(*) as people
     from placed p join tied t on t.person = p.person left join aged a on a.person = p.person group by 1, 2, 3, 4, 5`,
    [county, registers, SOURCE_PRIORITY.village, on],
  );
  return rows;
}

/** Who draws what, by the townships that say so: a person counts once in each programme, where the lowest record is. */
async function countProgrammes(client: PoolClient, county: string, registers: readonly string[]) {
  const { rows } = await client.query<{ programme: string; township: string | null; people: number }>(
    `select programme, township, count(*) as people from (
       select distinct on (programme, person) programme, person, township from person_trait
       where county = $1 and programme is not null and status = 'current' and register = any ($2::text[])
       order by programme, person, township is null, record) as drawn
     group by 1, 2`,
    [county, registers],
  );
  return rows;
}

/** County, townships, villages. Where something was shown or withheld before, nobody is a count as well. */
function showPeople(counted: readonly Counted[], county: string, publishing: Publishing, earlier: Earlier): Shown[] {
  const shownBefore = [...earlier.keys()]
    .map((key) => key.split('|'))
    .filter(([, , , , programme]) => programme === '');
  const leaves = [
    ...shownBefore
      .map(([area]) => area!)
      .filter((area) => area.length > 6)
      .map((area) => area.padEnd(12, '0')),
    ...counted.map(({ township, village }) => leafOf(county, township, village)),
  ];
  const { codes, above, areaOf } = layAreas(county, leaves);
  const counts = codes.map((code) =>
    code.length === 12 ? PEOPLE.reduce<number[]>((all, { length }) => repeat(all, length), [0]) : null,
  );
  for (const { township, village, sex, age, tie, people } of counted) {
    const at = [sex, age, tie].reduce(
      (offset, value, k) => offset * PEOPLE[k]!.length + (PEOPLE[k] as readonly string[]).indexOf(value),
      0,
    );
    counts[areaOf(leafOf(county, township, village))]![at]! += people;
  }
  const cube: Cube = { above, dimensions: PEOPLE.map((values) => values.length), counts };
  return show(cube, CROSSED, publishing, earlier, (area, [sex, age, tie]) => ({
    area: codes[area]!,
    sex: SEXES[sex!] ?? '',
    age: AGES[age!] ?? '',
    tie: TIES[tie!] ?? '',
    programme: '',
  }));
}

function repeat<T>(list: readonly T[], times: number): T[] {
  return Array.from({ length: times }, () => list).flat();
}

/** Sensitive by itself: never crossed, never below the township. */
function showProgrammes(
  counted: readonly { programme: string; township: string | null; people: number }[],
  county: string,
  publishing: Publishing,
  earlier: Earlier,
): Shown[] {
  const before = [...earlier.keys()].map((key) => key.split('|'));
  const programmes = new Set([...counted.map(({ programme }) => programme), ...before.map((cell) => cell[4]!)]);
  programmes.delete('');
  return [...programmes].toSorted().flatMap((programme) => {
    const people = new Map<string, number>(
      before.filter(([area, , , , of]) => of === programme && area !== county).map(([area]) => [area!, 0]),
    );
    for (const each of counted)
      if (each.programme === programme) people.set(each.township ?? county.padEnd(9, '0'), each.people);
    const codes = [...people.keys()].toSorted();
    const cube: Cube = {
      above: [null, ...codes.map(() => 0)],
      dimensions: [],
      counts: [null, ...codes.map((code) => [people.get(code)!])],
    };
    return show(cube, 0, publishing, earlier, (area) => ({
      area: area === 0 ? county : codes[area - 1]!,
      sex: '',
      age: '',
      tie: '',
      programme,
    }));
  });
}

function show(
  cube: Cube,
  crossed: number,
  publishing: Publishing,
  earlier: Earlier,
  nameOf: (area: number, at: readonly number[]) => Omit<Shown, 'people'>,
): Shown[] {
  const figures = showCube(cube, crossed, publishing, (area, at) => earlier.get(keyOf(nameOf(area, at))));
  return figures.map(({ area, at, figure }) => Object.assign(nameOf(area, at), { people: figure }));
}
