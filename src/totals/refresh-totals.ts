import type { PoolClient } from 'pg';
import type { Database } from '../database/connect.js';
import { dropIndexes, ensureIndexes } from '../database/indexes.js';
import type { Dataset } from '../model/importer.js';
import { SOURCE_PRIORITY } from '../model/priority.js';

export interface TotalsReport {
  /** Persons counted anew; null where all were. */
  readonly persons: number | null;
  readonly seconds: number;
}

const TRAITS = 'person_trait';

/** Of the tables that are filled and indexed here, and nowhere else. */
export function isOfTotals(table: string): boolean {
  return table === TRAITS;
}

/** Beyond these, a set of registers that is not kept is counted from the traits: 2⁶ sets are kept. */
const MOST_REGISTERS = 6;

/**
 * Counts anew the persons whose records the linkage touched (`touched_entity`, which is left as it is): their traits are written again, and each
 * total moves by the difference. One transaction; a stop at any moment leaves last night's totals, and the next run begins from them.
 */
export async function refreshTotals(
  database: Database,
  county: string,
  datasets: readonly Dataset[],
): Promise<TotalsReport> {
  const began = performance.now();
  const registers = registersOf(datasets);
  const everybody = await isEverybodyTouched(database, county, registers);
  if (everybody) await dropIndexes(database, [TRAITS]);
  const persons = await database.transaction(async (client) => {
    await client.query(`select pg_advisory_xact_lock(hashtext('hub totals ' || $1))`, [county]);
    await client.query(`set local work_mem = '128MB'`);
    const counted = everybody ? null : await listTouched(client, county);
    if (counted === 0) return counted;
    await writeRegisterSets(client, registers);
    if (everybody) {
      await client.query('delete from person_trait where county = $1', [county]);
      await client.query('delete from person_total where county = $1', [county]);
    } else {
      await tally(client, county, -1, TOUCHED);
      await client.query(`delete from person_trait t where t.county = $1 and ${TOUCHED}`, [county]);
    }
    const { sex, birthDate } = SOURCE_PRIORITY;
    await client.query(WRITE_TRAITS(everybody), [county, sex, birthDate]);
    await tally(client, county, 1, everybody ? 'true' : TOUCHED);
    await client.query(MOVE_TOTALS, [county]);
    await client.query('delete from person_total where county = $1 and people = 0', [county]);
    if (everybody) {
      await client.query(
        'insert into setting values ($1, $2) on conflict (name) do update set value = excluded.value',
        [KEPT, stateOf(registers)],
      );
    }
    return counted;
  });
  if (everybody) {
    await ensureIndexes(database, { of: isOfTotals });
    await database.query('vacuum (analyze) person_trait, person_total');
  }
  return { persons, seconds: (performance.now() - began) / 1000 };
}

/**
 * Counts everybody where nobody has been counted as this program counts: after an upgrade of a database that is filled, and with a register that
 * was not there before, of which the sets kept so far say nothing.
 * @returns null where the totals stand
 */
export async function ensureTotals(
  database: Database,
  county: string,
  datasets: readonly Dataset[],
): Promise<TotalsReport | null> {
  if (!(await isNobodyCounted(database, county, registersOf(datasets)))) return null;
  return await refreshTotals(database, county, datasets);
}

async function isEverybodyTouched(database: Database, county: string, registers: readonly string[]): Promise<boolean> {
  const [row] = await database.query<{ everybody: boolean }>(
    `select exists (select from touched_entity where county = $1 and kind = 'person' and entity = 0) as everybody`,
    [county],
  );
  return row!.everybody || (await isNobodyCounted(database, county, registers));
}

const KEPT = 'totals';

/** Raised when something else is kept, or is counted in another way. */
const COUNTING = 1;

const stateOf = (registers: readonly string[]): string => `${COUNTING} ${registers.join(',')}`;

async function isNobodyCounted(database: Database, county: string, registers: readonly string[]): Promise<boolean> {
  const [row] = await database.query<{ nobody: boolean }>(
    `select exists (select from link where county = $1 and person is not null) and (
         not exists (select from person_trait where county = $1)
         or not exists (select from setting where name = $2 and value = $3)) as nobody`,
    [county, KEPT, stateOf(registers)],
  );
  return row!.nobody;
}

const TOUCHED = 't.person in (select person from counted_person)';

async function listTouched(client: PoolClient, county: string): Promise<number> {
  await client.query(
    `create temp table counted_person on commit drop as
     select entity as person from touched_entity where county = $1 and kind = 'person'`,
    [county],
  );
  // Whoever had one of their records until last night, or has one that was theirs.
  await client.query(
    `insert into counted_person
     select t.person from link l join person_trait t on t.county = l.county and t.record = l.record
       where l.county = $1 and l.person in (select person from counted_person) and t.person <> l.person
     union select l.person from person_trait t join link l on l.county = t.county and l.record = t.record
       where t.county = $1 and t.person in (select person from counted_person) and l.person <> t.person
     except select person from counted_person`,
    [county],
  );
  await client.query('analyze counted_person');
  const { rows } = await client.query<{ n: number }>('select count(*) as n from counted_person');
  return rows[0]!.n;
}

function registersOf(datasets: readonly Dataset[]): string[] {
  return [...new Set(datasets.map(({ register }) => register))].toSorted();
}

/** A bit a register; a set is the sum of its bits. */
async function writeRegisterSets(client: PoolClient, registers: readonly string[]): Promise<void> {
  const kept = registers.slice(0, MOST_REGISTERS);
  const sets = Array.from({ length: 2 ** kept.length - 1 }, (_, at) => at + 1);
  const named = sets.map((set) => kept.filter((_, bit) => (set & (1 << bit)) !== 0).join(','));
  await client.query(
    'create temp table register_bit on commit drop as select * from unnest($1::text[], $2::int[]) as b (register, bit)',
    [kept, kept.map((_, bit) => 1 << bit)],
  );
  await client.query(
    'create temp table register_set on commit drop as select * from unnest($1::int[], $2::text[]) as s (bits, registers)',
    [sets, named],
  );
  await client.query(
    `create temp table tally (level text, area text, township text, village text, tie text, bits int, people int) on commit drop`,
  );
}

/** Who speaks first, newest first, of equals the lowest record; see 014-totals.sql. The same order as `compareCandidates` of src/model/priority.ts. */
const choice = (field: 'sex' | 'birthDate', ranks: string): string =>
  `case when coalesce(r.stated ->> '${field}', '') <> '' then
     said.status
     || coalesce(array_position(${ranks}::text[], l.dataset) - 1, cardinality(${ranks}::text[]))
     || case when r.carried ? '${field}' then ${NEWEST_FIRST(`coalesce(
          (select e.stated_on::text || 'T000000' from delivery e
             where e.county = r.county and e.id = (r.carried -> '${field}' ->> 'delivery')::bigint), said.at)`)}
          else said.day end
     || said.record
     || (r.stated ->> '${field}') end`;

const NEWEST_FIRST = (at: string): string =>
  `rpad(translate(left(${at}, 19), '0123456789-T: ', '9876543210'), 14, '9')`;

/** Index: link_person. */
const WRITE_TRAITS = (everybody: boolean): string => `
  insert into person_trait (county, record, register, township, village, grid, status, tie, person, sex_choice, birth_choice, programme)
  select l.county, l.record, l.register, l.township, l.village, l.grid, l.status, l.tie, l.person,
    ${choice('sex', '$2')}, ${choice('birthDate', '$3')}, r.stated ->> 'programme'
  from link l join record r on r.county = l.county and r.id = l.record
  left join delivery d on d.county = r.county and d.id = r.delivery
  cross join lateral (
    select at, ${NEWEST_FIRST('at')} as day, case l.status when 'current' then '0' else '1' end as status, lpad(l.record::text, 14, '0') as record
    from (select coalesce(r.stated ->> 'updatedAt', r.stated ->> 'collectedAt', d.stated_on::text || 'T000000',
      to_char(r.valid_from at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS')) as at offset 0) as stated
    -- Once for both choices.
    offset 0) as said
  where l.county = $1 and l.person is not null ${everybody ? 'order by l.village, l.person' : 'and l.person in (select person from counted_person)'}`;

/**
 * Adds to the tally, or takes from it, each person once an area, tie and set of registers that know them there. Of a county's people few are
 * known in a way in which nobody else is: one stands for all who are known alike.
 */
async function tally(client: PoolClient, county: string, sign: 1 | -1, who: string): Promise<void> {
  await client.query(
    `with known as materialized (
       select t.person, t.township, t.village, coalesce(t.tie, 'none') as tie,
         t.township is null as nowhere, t.village is null as no_village, bit_or(b.bit) as bits
       from person_trait t join register_bit b on b.register = t.register
       where t.county = $1 and t.status = 'current' and ${who} group by 1, 2, 3, 4),
     alike as materialized (
       select min(person) as person, count(*) as people
       from (
         select person, string_agg(concat_ws('|', coalesce(township, ''), coalesce(village, ''), tie, bits), ',' order by township, village, tie) as places
         from known group by person) as placed
       group by places),
     counted as (
       select person, township, village, tie, nowhere, no_village, bit_or(bits) as bits, min(people) as people, grouping(tie) as of_any_tie,
         case
           when grouping(no_village) = 0 then case when no_village then 'no village' end
           when grouping(nowhere) = 0 then case when nowhere then 'no township' end
           when grouping(township) = 1 then 'county'
           when grouping(village) = 1 then case when township is not null then 'township' end
           when village is not null then 'village'
           when township is not null then 'no village'
         end as level
       from known join alike using (person)
       group by grouping sets (
         (person), (person, tie), (person, township), (person, township, tie), (person, township, village), (person, township, village, tie),
         (person, no_village), (person, no_village, tie), (person, nowhere), (person, nowhere, tie)))
     insert into tally
     select level, coalesce(village, township, $1), township, village, case of_any_tie when 1 then '' else tie end, bits, $2 * sum(people)
     from counted where level is not null group by 1, 2, 3, 4, 5, 6`,
    [county, sign],
  );
}

const MOVE_TOTALS = `
  insert into person_total as p (county, registers, tie, level, area, township, village, people)
  select $1, s.registers, t.tie, t.level, t.area, min(t.township), min(t.village), sum(t.people)
  from tally t join register_set s on (s.bits & t.bits) <> 0
  group by s.registers, t.tie, t.level, t.area having sum(t.people) <> 0
  on conflict (county, registers, tie, level, area) do update set people = p.people + excluded.people`;
