import { NumberIndex } from './engine/number-index.js';
import { compareNames } from './compare-names.js';
import { formBuildingClusters, PLACE_REASONS } from './form-building-clusters.js';
import { formDwellingClusters } from './form-dwelling-clusters.js';
import { formHouseholdClusters, HOUSEHOLD_REASONS } from './form-household-clusters.js';
import type { PersonClusters } from './form-person-clusters.js';
import { hashKey } from './engine/hash-key.js';
import { KINDS } from './link-columns.js';
import type { Linkage } from './linkage.js';
import { CURRENT, RESIDENT } from './record-columns.js';
import { householdKeyOf, seatResidents, SEATS, type Seats } from './seat-residents.js';
import { settleIdentities, type Settled } from './settle-identities.js';

const BUILDING = KINDS.indexOf('building');
const PERSON = KINDS.indexOf('person');

export async function linkBuildings(linkage: Linkage, rows: Int32Array): Promise<Settled> {
  return await settleIdentities(linkage, 'building', rows, formBuildingClusters(linkage.columns, rows), PLACE_REASONS);
}

/** Tonight's key of building and room, for rows whose building may have changed. */
export function renewDwellingKeys({ columns, after, dwellingPlaceKey }: Linkage, rows: Iterable<number>): void {
  for (const row of rows) {
    const building = after.entity[BUILDING]![row]!;
    dwellingPlaceKey[row] =
      building === 0 || !columns.traits(row).dwelling
        ? 0
        : hashKey(`room|${building}|${columns.texts.textOf(columns.room[row]!)}`);
  }
}

export async function linkDwellings(linkage: Linkage, rows: Int32Array): Promise<Settled> {
  const { columns, dwellingPlaceKey } = linkage;
  const clusters = formDwellingClusters(columns, rows, (row) => dwellingPlaceKey[row]!);
  return await settleIdentities(linkage, 'dwelling', rows, clusters, PLACE_REASONS);
}

/** What bears witness to where households live: all rows in a full run, else those that a night reached. */
export interface Witnesses {
  readonly rows: Int32Array;
  /** Persons of all rows of the numbers that the households' heads bear. */
  readonly heads: PersonClusters;
}

/** Tonight's seats and household keys. @param rows whose dwelling, person or head may have changed */
export function renewHouseholdKeys(linkage: Linkage, rows: Int32Array, witnesses: Witnesses): Seats {
  const headOf = (row: number): number => headPersonOf(linkage, row, witnesses);
  const seats = seatResidents(linkage, rows, witnesses.rows, headOf);
  for (const row of rows) linkage.householdKey[row] = householdKeyOf(linkage, row, seats.dwelling[row]!, headOf(row));
  return seats;
}

export async function linkHouseholds(
  linkage: Linkage,
  rows: Int32Array,
  witnesses: Witnesses,
  seats: Seats,
): Promise<Settled> {
  const { columns, householdKey, after } = linkage;
  // Asked for only where two heads share a dwelling.
  let registered: ReturnType<typeof registrations> | undefined;
  const clusters = formHouseholdClusters(columns, rows, {
    home: (row) => householdKey[row]!,
    person: (row) => after.entity[PERSON]![row]!,
    head: (row) => (columns.tie[row] === RESIDENT ? headPersonOf(linkage, row, witnesses) : 0),
    registration: (row) => (registered ??= registrations(linkage, witnesses.rows)).of(after.entity[PERSON]![row]!),
    isOneDoor: (row) => SEATS[seats.by[row]!] !== 'OWN_BUILDING',
    seated: (row) => HOW_SEATED[seats.by[row]!]!,
  });
  return await settleIdentities(linkage, 'household', rows, clusters, HOUSEHOLD_REASONS);
}

/** In the order of SEATS. */
const HOW_SEATED = [null, null, 'OWN_RECORDS', 'HEAD_PERSON', 'HEAD_NAME', 'REGISTERED_HOME', null] as const;

/** The 户号 of each person; where registers say several, none. */
function registrations({ columns, after }: Linkage, rows: Int32Array): { of(person: number): number } {
  const people = new NumberIndex(rows.length >> 1);
  const numbers: number[] = [];
  for (const row of rows) {
    const number = columns.householdNumber[row]!;
    const person = after.entity[PERSON]![row]!;
    if (number === 0 || person === 0 || columns.status[row] !== CURRENT) continue;
    const index = people.add(person);
    if (numbers[index] === undefined) numbers[index] = number;
    else if (numbers[index] !== number) numbers[index] = 0;
  }
  return {
    of: (person) => {
      const index = person === 0 ? -1 : people.find(person);
      return index < 0 ? 0 : numbers[index]!;
    },
  };
}

/** The row's head as a person where number and name stand for one; the number itself, negative, where nobody bears it; 0 for none. */
function headPersonOf({ columns, after }: Linkage, row: number, { heads }: Witnesses): number {
  if (columns.tie[row] !== RESIDENT) return 0;
  if (columns.isHead[row] === 1) return after.entity[PERSON]![row]!;
  const key = columns.headKey[row]!;
  if (key === 0) return 0;
  const group = heads.numbers.find(key);
  if (group < 0) return -key;
  const anchor = heads.anchor[group]!;
  const name = columns.names.textOf(columns.name[anchor]!);
  const stated = columns.names.textOf(columns.headName[row]!);
  if (name !== '' && stated !== '' && compareNames(stated, name) === null) return 0;
  return after.entity[PERSON]![anchor]!;
}
