import { compareNames } from './compare-names.js';
import { formBuildingClusters, PLACE_REASONS } from './form-building-clusters.js';
import { formDwellingClusters } from './form-dwelling-clusters.js';
import { formHouseholdClusters, HOUSEHOLD_REASONS } from './form-household-clusters.js';
import type { PersonClusters } from './form-person-clusters.js';
import { hashKey } from './engine/hash-key.js';
import { KINDS } from './link-columns.js';
import type { Linkage } from './linkage.js';
import { REGISTERED, RESIDENT } from './record-columns.js';
import { settleIdentities, type Settled } from './settle-identities.js';

const BUILDING = KINDS.indexOf('building');
const DWELLING = KINDS.indexOf('dwelling');

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

/** Tonight's key of a household: the 户号, or dwelling and head's name, for rows whose dwelling may have changed. */
export function renewHouseholdKeys({ columns, after, householdKey }: Linkage, rows: Iterable<number>): void {
  for (const row of rows) {
    const traits = columns.traits(row);
    const dwelling = after.entity[DWELLING]![row]!;
    const head = columns.headName[row]!;
    if (!traits.household) householdKey[row] = 0;
    else if (columns.tie[row] === REGISTERED) householdKey[row] = columns.householdNumber[row]!;
    else if (columns.tie[row] !== RESIDENT || dwelling === 0 || head === 0) householdKey[row] = 0;
    else householdKey[row] = hashKey(`home|${dwelling}|${columns.names.textOf(head)}`);
  }
}

/** @param persons of all rows of the numbers that the households' heads bear, and @param positions of rows in them */
export async function linkHouseholds(
  linkage: Linkage,
  rows: Int32Array,
  persons: PersonClusters,
  positions: (row: number) => number,
): Promise<Settled> {
  const { columns, householdKey } = linkage;
  const clusters = formHouseholdClusters(
    columns,
    rows,
    (row) => householdKey[row]!,
    (row) => headPersonOf(linkage, row, persons, positions),
  );
  return await settleIdentities(linkage, 'household', rows, clusters, HOUSEHOLD_REASONS);
}

/** Key of village and head where the head's number and name stand for one person; 0 where they contradict, or say too little. */
function headPersonOf(
  { columns }: Linkage,
  row: number,
  persons: PersonClusters,
  positions: (row: number) => number,
): number {
  const key = columns.headKey[row]!;
  const village = columns.village[row]!;
  if (key === 0 || village === 0 || columns.tie[row] !== RESIDENT) return 0;
  const group = persons.groups.index.find(key);
  if (columns.isHead[row] === 1) {
    const at = positions(row);
    if (group < 0 || at < 0 || persons.cluster[at] !== persons.anchorCluster[group]) return 0;
  } else if (group >= 0 && columns.headName[row] !== 0) {
    const anchor = columns.names.textOf(columns.name[persons.anchor[group]!]!);
    if (anchor !== '' && compareNames(columns.names.textOf(columns.headName[row]!), anchor) === null) return 0;
  }
  return hashKey(`head|${columns.texts.textOf(village)}|${key}`);
}
