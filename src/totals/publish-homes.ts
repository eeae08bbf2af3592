import type { PoolClient } from 'pg';
import { SOURCE_PRIORITY } from '../model/priority.js';
import type { Cube } from './protect-cube.js';
import { layAreas, leafOf, showCube, type Showing } from './show-cube.js';

const HOMES = ['household', 'dwelling'] as const;
type Home = (typeof HOMES)[number];

const SIZES = ['0', '1', '2', '3', '4', '5', '6+'];
/** Kind and size together, in an area. */
const CROSSED = 2;

/** Publishes how many households and dwellings there are, by area, kind and how many people are in them, as publishTotals does of people. */
export async function publishHomes(
  client: PoolClient,
  county: string,
  registers: readonly string[],
  showing: Showing,
): Promise<void> {
  const name = registers.join(',');
  for (const what of HOMES) {
    const { rows: earlier } = await client.query<Shown>(
      'select area, kind, people, homes from published_home where county = $1 and registers = $2 and what = $3',
      [county, name, what],
    );
    const { rows: counted } = await client.query<Counted>(COUNT[what], [county, registers, SOURCE_PRIORITY.village]);
    const rows = show(county, counted, earlier, showing);
    await client.query('delete from published_home where county = $1 and registers = $2 and what = $3', [
      county,
      name,
      what,
    ]);
    await client.query(
      `insert into published_home (county, registers, what, area, level, township, village, kind, people, homes)
       select $1, $2, $3, area, case length(area) when 6 then 'county' when 9 then 'township' else 'village' end,
         case when length(area) >= 9 then left(area, 9) end, case when length(area) = 12 then area end, kind, people, homes
       from jsonb_to_recordset($4::jsonb) as x (area text, kind text, people text, homes integer)`,
      [county, name, what, JSON.stringify(rows)],
    );
  }
}

interface Counted {
  readonly township: string | null;
  readonly village: string | null;
  readonly kind: string;
  readonly people: string;
  readonly homes: number;
}

interface Shown {
  readonly area: string;
  readonly kind: string;
  readonly people: string;
  readonly homes: number | null;
}

function show(county: string, counted: readonly Counted[], earlier: readonly Shown[], showing: Showing): Shown[] {
  const kinds = [...new Set([...counted, ...earlier].map(({ kind }) => kind))].filter((kind) => kind !== '').toSorted();
  const leaf = ({ township, village }: Counted) => leafOf(county, township, village);
  const { codes, above, areaOf } = layAreas(
    county,
    new Set([
      ...earlier.filter(({ area }) => area.length > 6).map(({ area }) => area.padEnd(12, '0')),
      ...counted.map(leaf),
    ]),
  );
  const counts = codes.map((code) =>
    code.length === 12 ? Array.from({ length: kinds.length * SIZES.length }, () => 0) : null,
  );
  for (const each of counted)
    counts[areaOf(leaf(each))]![kinds.indexOf(each.kind) * SIZES.length + SIZES.indexOf(each.people)]! += each.homes;
  const cube: Cube = { above, dimensions: [kinds.length, SIZES.length], counts };
  const nameOf = (area: number, [kind, people]: readonly number[]) => ({
    area: codes[area]!,
    kind: kinds[kind!] ?? '',
    people: SIZES[people!] ?? '',
  });
  const keyOf = ({ area, kind, people }: Omit<Shown, 'homes'>) => [area, kind, people].join('|');
  const before = new Map(earlier.map((each) => [keyOf(each), each.homes]));
  if (kinds.length === 0) return [];
  return showCube(cube, CROSSED, showing, (area, at) => before.get(keyOf(nameOf(area, at)))).map(
    ({ area, at, figure }) => Object.assign(nameOf(area, at), { homes: figure }),
  );
}

/** Each in one village: where the source that speaks first of it says, of several records the lowest. */
const count = (what: Home, kinds: string, inside: string): string => `
  with known as materialized (
    select l.* from link l where l.county = $1 and l.${what} is not null and l.register = any ($2::text[])),
  placed as (
    select distinct on (${what}) ${what} as home, township, village from known where status = 'current'
    order by ${what}, village is null, township is null, array_position($3::text[], dataset), record),
  kinds as (${kinds}),
  inside as (
    select ${what} as home, count(distinct person) as people from known
    where status = 'current' and person is not null ${inside} group by 1)
  select township, village, coalesce(kind, 'none') as kind,
    case when coalesce(people, 0) >= 6 then '6+' else coalesce(people, 0)::text end as people, count(*) as homes
  from placed left join kinds using (home) left join inside using (home) group by 1, 2, 3, 4`;

/** The kinds are chosen as `Household.kind` and `Dwelling.kind` choose them among the records of these registers. */
const COUNT: Readonly<Record<Home, string>> = {
  household: count(
    'household',
    `select l.household as home, case when bool_or(r.stated ->> 'householdNumber' is not null)
       or not coalesce(bool_or(l.tie = 'resident'), false) then 'registered' else 'residential' end as kind
     from known l join record r on r.county = l.county and r.id = l.record group by 1`,
    '',
  ),
  dwelling: count(
    'dwelling',
    `select distinct on (l.dwelling) l.dwelling as home, r.stated ->> 'dwellingKind' as kind
     from known l join record r on r.county = l.county and r.id = l.record left join delivery d on d.county = r.county and d.id = r.delivery
     where r.stated ->> 'dwellingKind' <> ''
     order by l.dwelling, l.person is not null, l.status <> 'current', coalesce((r.carried -> 'dwellingKind' ->> 'statedOn') || 'T00:00:00+08:00',
       r.stated ->> 'updatedAt', r.stated ->> 'collectedAt', d.stated_on || 'T00:00:00+08:00',
       to_char(r.valid_from at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) collate "C" desc, l.record`,
    `and tie = 'resident'`,
  ),
};
