import { indexOf } from '../model/sealing.js';
import { levelOf, type Level, type Reading } from '../authorize/index.js';
import type { AddressSought } from '../model/address-tail.js';

import { ENTITY_COLUMNS, type EntityKind } from './global-id.js';
import { dayYearsAgo, OF_AGE, seesMinors } from './mask-evidence.js';
import { readKeptTotal, readKeptTotals } from './kept-totals.js';
import type { Findable } from './previewing.js';

/** What a list is narrowed by. Every filter reads the records that the viewer may see, never a value chosen from them. */
export interface EntityFilter {
  /** 6, 9, 12 or 15 digits: a county, township, village or grid. */
  readonly division?: string | null;
  readonly register?: string | null;
  readonly idNumber?: string | null;
  readonly phone?: string | null;
  readonly name?: string | null;
  readonly namePrefix?: string | null;
  readonly birthDate?: string | null;
  readonly addressPrefix?: string | null;
  /** What `addressPrefix` was read as: addresses that begin with one of these. */
  readonly sought?: readonly AddressSought[];
}

/**
 * Ids in their own order, which tells nothing: those above `after`, at most `limit`.
 * Indexes: link_<kind>_village, link_<kind>_township, link_grid_code, link_<kind>; record_name, record_name_place, record_id_number, record_phone,
 * record_address_tail, _estate, _village and _area.
 */
export async function findEntities(
  reading: Reading,
  kind: EntityKind,
  filter: EntityFilter,
  after: number,
  limit: number,
): Promise<number[]> {
  const { name, text, values } = writePage(reading, kind, filter, after, limit);
  return (await reading.query<{ id: number }>({ name, text }, values)).map((row) => row.id);
}

/** The statement that finds a page's ids, `id`; the county is its first value. */
export function writePage(
  reading: Pick<Reading, 'bounds' | 'viewer' | 'sealing'>,
  kind: EntityKind,
  filter: EntityFilter,
  after: number,
  limit: number,
): { readonly name: string; readonly text: string; readonly values: readonly unknown[] } {
  const { from, where, values, shape } = narrow(reading, filter);
  const id = `l.${ENTITY_COLUMNS[kind]}`;
  return {
    name: `list ${kind} ${shape}`,
    text: `select distinct ${id} as id from ${from} where ${where} and ${id} > $${values.length + 1}
      order by 1 limit $${values.length + 2}`,
    values: [...values, after, limit],
  };
}

/** How many there are, for this viewer. */
export async function countEntities(reading: Reading, kind: EntityKind, filter: EntityFilter): Promise<number> {
  const kept = kind === 'Person' ? await readKeptTotal(reading, filter) : null;
  if (kept !== null) return kept;
  const { from, where, values, shape } = narrow(reading, filter);
  const id = `l.${ENTITY_COLUMNS[kind]}`;
  const [row] = await reading.query<{ n: number }>(
    {
      name: `count ${kind} ${shape}`,
      text: `select count(*) as n from (select distinct ${id} from ${from} where ${where} and ${id} is not null) as one`,
    },
    values,
  );
  return row!.n;
}

/** The page of each of several divisions or grids, in one statement. */
export async function findBelow(
  reading: Reading,
  kind: EntityKind,
  codes: readonly string[],
  after: number,
  limit: number,
): Promise<readonly number[][]> {
  const id = `l.${ENTITY_COLUMNS[kind]}`;
  const own = ownDivision(reading);
  return await perCode(codes, (level, some) =>
    reading.query<{ code: string; id: number }>(
      {
        name: `list ${kind} below ${level} ${own?.level ?? ''}`,
        text: `select wanted.code, page.id from unnest($2::text[]) as wanted (code) cross join lateral (
            select distinct ${id} as id from link l
            where l.county = $1 and l.${level} = wanted.code and l.status = 'current' and ${id} > $3 ${own ? `and ${own.equals('$5')}` : ''}
            order by 1 limit $4) as page`,
      },
      [reading.bounds.county, some, after, limit, ...(own?.values ?? [])],
    ),
  ).then((rows) => {
    const lists = new Map<string, number[]>(codes.map((code) => [code, []]));
    for (const row of rows) lists.get(row.code)!.push(row.id);
    return codes.map((code) => lists.get(code)!);
  });
}

/** The counts of several divisions or grids, in one statement. */
export async function countBelow(reading: Reading, kind: EntityKind, codes: readonly string[]): Promise<number[]> {
  const kept = kind === 'Person' ? await readKeptTotals(reading, codes) : null;
  if (kept !== null) return kept;
  const id = `l.${ENTITY_COLUMNS[kind]}`;
  const own = ownDivision(reading);
  const rows = await perCode(codes, (level, some) =>
    reading.query<{ code: string; n: number }>(
      {
        name: `count ${kind} below ${level} ${own?.level ?? ''}`,
        text: `select l.${level} as code, count(distinct ${id}) as n from link l
          where l.county = $1 and l.${level} = any($2::text[]) and l.status = 'current' and ${id} is not null ${own ? `and ${own.equals('$3')}` : ''} group by 1`,
      },
      [reading.bounds.county, some, ...(own?.values ?? [])],
    ),
  );
  const counts = new Map(rows.map((row) => [row.code, row.n]));
  return codes.map((code) => counts.get(code) ?? 0);
}

async function perCode<T>(
  codes: readonly string[],
  read: (level: string, codes: string[]) => Promise<T[]>,
): Promise<T[]> {
  const levels = new Map<string, string[]>();
  for (const code of codes) {
    const level = levelOf(code);
    if (level) levels.set(level, [...(levels.get(level) ?? []), code]);
  }
  return (await Promise.all([...levels].map(([level, some]) => read(level, some)))).flat();
}

interface Narrowed {
  readonly from: string;
  readonly where: string;
  readonly values: readonly unknown[];
  /** Names the statement: equal shapes are equal texts. */
  readonly shape: string;
}

/** Equality and `^@` only: row-level security lets an index serve no other operator before its own conditions. */
export function narrow(reading: Pick<Reading, 'bounds' | 'viewer' | 'sealing'>, filter: EntityFilter): Narrowed {
  const values: unknown[] = [reading.bounds.county];
  const conditions = [`l.county = $1`, `l.status = 'current'`];
  const shape: string[] = [];
  const add = (part: string, condition: (place: string) => string, ...given: unknown[]) => {
    const places = given.map((value) => `$${values.push(value)}`);
    conditions.push(condition(places[0]!).replaceAll('$next', places[1] ?? ''));
    shape.push(part);
  };
  /** Of the smallest place that was given: a name is narrowed to it before anybody's link is looked up. */
  let within: string | null = null;
  const level = filter.division ? levelOf(filter.division) : null;
  if (filter.division && level) {
    if (level === 'county') add('c', (place) => `l.county = ${place}`, filter.division);
    else add(level, (place) => `l.${level} = ${place}`, filter.division);
    within = recordWithin(level, `$${values.length}`);
  }
  const own = ownDivision(reading);
  if (own && own.code !== filter.division) {
    add(`own ${own.level}`, own.equals, own.code);
    if (level === null || own.code.length > filter.division!.length)
      within = recordWithin(own.level, `$${values.length}`) ?? within;
  }
  if (filter.register) add('R', (place) => `l.register = ${place}`, filter.register);
  let joined = false;
  let record = 'record';
  const onRecord = (part: string, condition: (place: string) => string, ...given: unknown[]) => {
    joined = true;
    add(part, condition, ...given);
  };
  const { secret } = reading.sealing;
  if (filter.idNumber)
    onRecord('I', (place) => `r.id_number = ${place}`, indexOf(secret, 'number', filter.idNumber.toUpperCase()));
  if (filter.phone) onRecord('P', (place) => `r.phone = ${place}`, indexOf(secret, 'phone', filter.phone));
  if (filter.name) onRecord('N', (place) => `r.name collate "C" = ${place}`, filter.name);
  if (filter.namePrefix) {
    // The range serves the index also in a plan that is made before the prefix is known.
    const above = textAbove(filter.namePrefix);
    onRecord(
      above === null ? 'Y' : 'X',
      (place) =>
        `r.name collate "C" ^@ ${place} and r.name collate "C" >= ${place}${above === null ? '' : ' and r.name collate "C" < $next'}`,
      ...(above === null ? [filter.namePrefix] : [filter.namePrefix, above]),
    );
  }
  // The shape tells already that there is a place.
  if (within !== null && (filter.name || filter.namePrefix)) conditions.push(within);
  if (filter.sought) {
    let readings = 'A';
    const begins = (column: string, text: string) => {
      const above = textAbove(text);
      const from = `$${values.push(text)}`;
      const to = above === null ? null : `$${values.push(above)}`;
      readings += to === null ? `${column[0]}!` : column[0];
      return `r.address_${column} ^@ ${from} and r.address_${column} >= ${from}${to === null ? '' : ` and r.address_${column} < ${to}`}`;
    };
    const ways = filter.sought.flatMap(({ area, tail }) =>
      (tail === '' ? [null] : (['tail', 'estate'] as const)).map((column) =>
        [area === null ? [] : begins('area', area), column === null ? [] : begins(column, tail)].flat().join(' and '),
      ),
    );
    const inOwn = own?.level === 'village' ? ` and r.village = $${values.push(own.code)}` : '';
    shape.push(inOwn === '' ? readings : `${readings} of the village`);
    // Fenced off: addresses are few, and a plan made before they are known would go through all that the viewer sees.
    record = `(select r.* from record r where r.county = $1 and (${ways.map((way) => `(${way}${inOwn})`).join(' or ')}) offset 0)`;
    joined = true;
  }
  if ((filter.name || filter.namePrefix || filter.sought) && !seesMinors(reading)) {
    add('M', (place) => isOfAge('l.person', place), dayYearsAgo(OF_AGE));
  }
  if (filter.birthDate) onRecord('B', (place) => `r.birth_date = ${place}`, filter.birthDate);
  return {
    from: joined ? `link l join ${record} r on r.county = l.county and r.id = l.record and r.county = $1` : 'link l',
    where: conditions.join(' and '),
    values,
    shape: shape.join(' '),
  };
}

/** Whom this viewer may find by who they are. */
export function findableBy(reading: Reading): Findable {
  const isAnybody = seesMinors(reading);
  return { isAnybody, keep: async (persons) => (isAnybody ? persons : await keepOfAge(reading, persons)) };
}

async function keepOfAge(reading: Reading, persons: readonly number[]): Promise<readonly number[]> {
  if (persons.length === 0) return persons;
  const rows = await reading.query<{ id: number }>(
    {
      name: 'persons of age',
      text: `select asked.id from unnest($2::bigint[]) as asked (id) where ${isOfAge('asked.id', '$3')}`,
    },
    [reading.bounds.county, persons, dayYearsAgo(OF_AGE)],
  );
  return rows.map(({ id }) => id);
}

/**
 * Under age by any record that the viewer sees, be it by its number alone: nobody learns by searching where a child lives. Index: link_person.
 * @see mask-evidence.ts, which masks by the same rule
 */
function isOfAge(person: string, lastDay: string): string {
  return `not exists (select from link a join record born on born.county = a.county and born.id = a.record
    where a.county = $1 and a.person = ${person} and coalesce(born.birth_date, case
      when a.person_reason is not distinct from 'NUMBER_SET_ASIDE' then null
      when length(born.stated ->> 'idNumber') = 18 then regexp_replace(substr(born.stated ->> 'idNumber', 7, 8), '(....)(..)(..)', '\\1-\\2-\\3')
      else born.stated -> 'idNumber' ->> 'born' end) > ${lastDay})`;
}

/** A record and its link are of the same place, and a village's record is of its township. Index: record_name_place. */
function recordWithin(level: Level, place: string): string | null {
  if (level === 'township') return `r.township = ${place}`;
  if (level === 'village') return `r.township = left(${place}, 9) and r.village = ${place}`;
  return null;
}

/**
 * The one division of a viewer narrows like a filter would, beside row-level security and never instead of it: the index on
 * that level then gives the order as well.
 */
export function ownDivision({ bounds }: Pick<Reading, 'bounds' | 'viewer'>) {
  const all = [...bounds.townships, ...bounds.villages, ...bounds.grids];
  const [code] = all;
  const level = code === undefined ? null : levelOf(code);
  if (code === undefined || level === null || all.length !== 1 || bounds.counties.length > 0) return null;
  return { code, level, values: [code], equals: (place: string) => `l.${level} = ${place}` };
}

/** The least text that is above everything with this prefix, by code points; null where there is none. */
export function textAbove(prefix: string): string | null {
  const points = Array.from(prefix, (character) => character.codePointAt(0)!);
  for (let last = points.pop(); last !== undefined; last = points.pop()) {
    if (last === 0x10ffff) continue;
    // Surrogates are no characters: after U+D7FF comes U+E000.
    return String.fromCodePoint(...points, last === 0xd7ff ? 0xe000 : last + 1);
  }
  return null;
}
