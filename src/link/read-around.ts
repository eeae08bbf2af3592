import { numberKey } from './number-key.js';
import { KINDS } from './link-columns.js';
import type { Linkage } from './linkage.js';
import { numbersMeantBy } from './persons/repair-numbers.js';
import { REGISTERED } from './record-columns.js';

const [PERSON, HOUSEHOLD, DWELLING, BUILDING] = (['person', 'household', 'dwelling', 'building'] as const).map((kind) =>
  KINDS.indexOf(kind),
) as [number, number, number, number];

/** Of a crowd (a factory's dormitory, a hotline) no more is read: a rule that it stands behind passes it over anyway. */
const MOST = 2000;

/**
 * Reads into the columns what the engine would compare two persons by: all their rows, whoever has their numbers and telephones, who lives
 * where they live, and of whom their registered households consist.
 * @returns positions of the rows
 */
export async function readAround(linkage: Linkage, records: readonly number[]): Promise<Int32Array> {
  const { columns, before } = linkage;
  const read = new Set<number>(await linkage.read(records));
  const take = async (ids: Promise<number[]>): Promise<number[]> => {
    const rows = await linkage.read(await ids);
    for (const row of rows) read.add(row);
    return rows;
  };
  const entities = (kind: number, rows: Iterable<number>): number[] => [
    ...new Set([...rows].map((row) => before.entity[kind]![row]!).filter((entity) => entity !== 0)),
  ];
  const own = await take(recordsOf(linkage, 'person', entities(PERSON, read)));
  const theirs = [...new Set([...read, ...own])];
  const phones = theirs.filter((row) => columns.phoneKey[row] !== 0).map((row) => columns.id[row]!);
  await take(recordsOfPhones(linkage, phones));
  const registered = theirs.filter((row) => columns.tie[row] === REGISTERED);
  await take(recordsOf(linkage, 'household', entities(HOUSEHOLD, registered)));
  const seats = theirs.map((row) => columns.seatKey[row]!).filter((key) => key !== 0);
  const residents = [
    ...(await take(recordsOf(linkage, 'dwelling', entities(DWELLING, theirs)))),
    ...(await take(recordsOf(linkage, 'building', entities(BUILDING, theirs)))),
    ...(await take(recordsAt(linkage, seats))),
  ];
  // Which registered households live there is told by the other rows of the residents.
  await take(recordsOf(linkage, 'person', entities(PERSON, residents)));
  const stated = theirs.map((row) => columns.texts.textOf(columns.wrongNumber[row]!)).filter((text) => text !== '');
  const meant = stated.flatMap(numbersMeantBy);
  const keys = [
    ...theirs.map((row) => columns.personKey[row]!).filter((key) => key !== 0),
    ...meant.map((number) => numberKey(columns.secret, number)),
  ];
  const holders = await take(recordsOfNumbers(linkage, keys));
  await take(recordsOf(linkage, 'person', entities(PERSON, holders)));
  linkage.prepare();
  return Int32Array.from(read).toSorted();
}

async function recordsOf(
  { client, county }: Linkage,
  kind: 'person' | 'household' | 'dwelling' | 'building',
  entities: readonly number[],
): Promise<number[]> {
  if (entities.length === 0) return [];
  const { rows } = await client.query<{ record: number }>(
    `select record from link where county = $1 and ${kind} = any ($2::bigint[]) limit ${MOST}`,
    [county, entities],
  );
  return rows.map(({ record }) => record);
}

/** Index: link_building_place_key. */
async function recordsAt({ client, county }: Linkage, places: readonly number[]): Promise<number[]> {
  if (places.length === 0) return [];
  const { rows } = await client.query<{ record: number }>(
    `select record from link where county = $1 and building_place_key = any ($2::bigint[]) limit ${MOST}`,
    [county, places],
  );
  return rows.map(({ record }) => record);
}

/** Index: link_person_key. */
async function recordsOfNumbers({ client, county }: Linkage, keys: readonly number[]): Promise<number[]> {
  if (keys.length === 0) return [];
  const { rows } = await client.query<{ record: number }>(
    `select record from link where county = $1 and person_key = any ($2::bigint[]) limit ${MOST}`,
    [county, keys],
  );
  return rows.map(({ record }) => record);
}

/** Index: record_phone. */
async function recordsOfPhones({ client, county }: Linkage, records: readonly number[]): Promise<number[]> {
  if (records.length === 0) return [];
  const { rows } = await client.query<{ id: number }>(
    `select r.id from record own join record r on r.county = own.county and r.phone = own.phone
     where own.county = $1 and own.id = any ($2::bigint[]) limit ${MOST}`,
    [county, records],
  );
  return rows.map(({ id }) => id);
}
