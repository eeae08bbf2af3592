import { formPersonClusters } from './form-person-clusters.js';
import { KINDS, type KeyColumn } from './link-columns.js';
import { renewHouseholdKeys, type Witnesses } from './link-homes.js';
import type { Linkage } from './linkage.js';
import { reachNeighbours, recordsWithKeys } from './reach-neighbours.js';
import { isSeatedAtHome, type Seats } from './seat-residents.js';

const PERSON = KINDS.indexOf('person');
const DWELLING = KINDS.indexOf('dwelling');

export interface Households {
  /** All rows of every household that may have changed. */
  readonly rows: Int32Array;
  readonly witnesses: Witnesses;
  readonly seats: Seats;
}

/**
 * The households that a night may change, and who bears witness to them. A row's seat depends on the rows that share its person, its
 * head, the name of its head, or its dwelling, and on nothing beyond; so the reach is of three steps, and never runs on: whose seat
 * may change, what that seat rests on, and who else is in the households it leaves and enters.
 * @param changed rows whose evidence, building, dwelling or person is another than last night
 */
export async function reachHouseholds(linkage: Linkage, changed: ReadonlySet<number>): Promise<Households> {
  const { after, householdKey } = linkage;
  const affected = await seatsAtStake(linkage, changed);
  await renew(affected);
  const keys = new Set<number>();
  for (const row of affected) keys.add(old(linkage, row, 'household_key')).add(householdKey[row]!);
  const rows = new Set([...affected, ...(await rowsWith(linkage, 'household_key', keys))]);
  // How the others came to their seats has to be told as well where it is not by their own address.
  for (const row of rows) if (!isSeatedAtHome(linkage, row)) affected.add(row);
  await rowsOf(linkage, 'person', new Set([...rows].map((row) => after.entity[PERSON]![row]!)));
  return { rows: Int32Array.from(rows).toSorted(), ...(await renew(affected, rows)) };

  async function renew(
    seated: ReadonlySet<number>,
    ruled: ReadonlySet<number> = seated,
  ): Promise<{ witnesses: Witnesses; seats: Seats }> {
    const heads = await bearWitness(linkage, seated, ruled);
    const witnesses = { rows: linkage.readRows(), heads };
    return { witnesses, seats: renewHouseholdKeys(linkage, Int32Array.from(seated).toSorted(), witnesses) };
  }
}

/** Rows whose seat may be another because one of these changed: of its persons, of who names it as head, of its dwelling. */
async function seatsAtStake(linkage: Linkage, changed: ReadonlySet<number>): Promise<Set<number>> {
  const { columns, before, after } = linkage;
  const persons = new Set<number>();
  const dwellings = new Set<number>();
  const names = new Set<number>();
  for (const row of changed) {
    persons.add(before.entity[PERSON]![row]!).add(after.entity[PERSON]![row]!);
    dwellings.add(before.entity[DWELLING]![row]!).add(after.entity[DWELLING]![row]!);
    names.add(old(linkage, row, 'subject_key')).add(columns.subjectKey[row]!);
  }
  const same = await rowsOf(linkage, 'person', persons);
  const numbers = new Set<number>();
  for (const row of [...changed, ...same]) numbers.add(old(linkage, row, 'person_key')).add(columns.personKey[row]!);
  return new Set([
    ...changed,
    ...same,
    ...(await rowsWith(linkage, 'head_key', numbers)),
    ...(await rowsWith(linkage, 'subject_key', names)),
    ...(await rowsOf(linkage, 'dwelling', dwellings)),
  ]);
}

/** Reads what the seats of these rows rest on. @param ruled rows whose heads have to be known besides */
async function bearWitness(
  linkage: Linkage,
  seated: ReadonlySet<number>,
  ruled: ReadonlySet<number>,
): Promise<Witnesses['heads']> {
  const { columns, after } = linkage;
  const persons = new Set<number>();
  const names = new Set<number>();
  const dwellings = new Set<number>();
  for (const row of seated) {
    persons.add(after.entity[PERSON]![row]!);
    if (after.entity[DWELLING]![row] === 0) names.add(columns.subjectKey[row]!);
    else if (columns.traits(row).addressRank > 0) dwellings.add(after.entity[DWELLING]![row]!);
  }
  await rowsOf(linkage, 'person', persons);
  await rowsWith(linkage, 'subject_key', names);
  const dwellers = await rowsOf(linkage, 'dwelling', dwellings);
  const numbers = new Set([...seated, ...ruled, ...dwellers].map((row) => columns.headKey[row]!));
  const bearers = await rowsWith(linkage, 'person_key', numbers);
  // Tonight's bearers of a number stand beside last night's.
  for (let row = 0; row < columns.size; row += 1)
    if (columns.personKey[row] !== 0 && numbers.has(columns.personKey[row]!)) bearers.push(row);
  const whole = await reachNeighbours(linkage, bearers, ['person_key'], (row) => [columns.personKey[row]!]);
  await rowsOf(linkage, 'person', new Set([...whole].map((row) => after.entity[PERSON]![row]!)));
  return formPersonClusters(columns, whole);
}

function old({ before }: Linkage, row: number, column: KeyColumn): number {
  return before.keyOf(column, row);
}

async function rowsWith(linkage: Linkage, column: KeyColumn, keys: ReadonlySet<number>): Promise<number[]> {
  const asked = [...keys].filter((key) => key !== 0);
  const rows = await linkage.read(await recordsWithKeys(linkage, [column], asked));
  linkage.prepare();
  return rows;
}

/** The rows of these entities, as they were last night or as they are tonight. */
async function rowsOf(linkage: Linkage, kind: 'person' | 'dwelling', entities: ReadonlySet<number>): Promise<number[]> {
  const asked = [...entities].filter((entity) => entity !== 0);
  const found = new Set(await linkage.read(await recordsWithKeys(linkage, [kind], asked)));
  linkage.prepare();
  const now = linkage.after.entity[kind === 'person' ? PERSON : DWELLING]!;
  for (let row = 0; row < linkage.columns.size; row += 1) if (now[row] !== 0 && entities.has(now[row]!)) found.add(row);
  return [...found];
}
