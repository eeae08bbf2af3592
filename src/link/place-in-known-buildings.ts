import { formBuildingClusters, PLACE_REASONS } from './form-building-clusters.js';
import { KINDS, reasonCode, REASONED, type KeyColumn } from './link-columns.js';
import type { Linkage } from './linkage.js';
import { reachNeighbours } from './reach-neighbours.js';
import { CURRENT } from './record-columns.js';

export const BUILDING_KEYS = [
  'building_key',
  'building_alias_key',
  'building_place_key',
] as const satisfies readonly KeyColumn[];

const BUILDING = KINDS.indexOf('building');
const REASON = REASONED.indexOf('building');

/**
 * Rows that only cite a building move nobody but themselves. Where they go, and where they came from, is a building that some register
 * defines and that did not change tonight, they are placed there without reading everybody who lives in it.
 * @param moved rows whose building's evidence changed
 * @returns the rows for which it takes the whole building after all
 */
export async function placeInKnownBuildings(linkage: Linkage, moved: readonly number[]): Promise<number[]> {
  const { columns, before, after } = linkage;
  if (moved.length === 0) return [];
  const rows = await reachNeighbours(linkage, moved, BUILDING_KEYS, (row) => buildingKeysOf(linkage, row), true);
  const changed = new Set(moved);
  const { cluster, reason, count } = formBuildingClusters(columns, rows);
  // What each cluster was last night by its defining rows: one entity with a current definer, or no longer sure (-1).
  const known = new Float64Array(count);
  const unsure = new Set<number>();
  const settled = new Set<number>();
  rows.forEach((row, at) => {
    const own = cluster[at]!;
    const old = before.entity[BUILDING]![row]!;
    if (!columns.traits(row).defines) return;
    if (changed.has(row)) {
      if (own >= 0) known[own] = -1;
      unsure.add(old);
      return;
    }
    if (own < 0 || old === 0 || known[own] === -1) return;
    if (known[own] !== 0 && known[own] !== old) known[own] = -1;
    else if (columns.status[row] === CURRENT) {
      known[own] = old;
      settled.add(old);
    }
  });
  const heavy: number[] = [];
  rows.forEach((row, at) => {
    if (!changed.has(row)) return;
    const old = before.entity[BUILDING]![row]!;
    const own = cluster[at]!;
    const cameFromKnown = old === 0 || (settled.has(old) && !unsure.has(old));
    const goesToKnown = own < 0 || (known[own]! > 0 && !unsure.has(known[own]!));
    if (columns.traits(row).defines || !cameFromKnown || !goesToKnown) {
      heavy.push(row);
      return;
    }
    after.entity[BUILDING]![row] = own < 0 ? 0 : known[own]!;
    after.reason[REASON]![row] = own < 0 ? 0 : reasonCode(PLACE_REASONS[reason[at]!]!);
  });
  return heavy;
}

/** A touched record whose building's evidence is what it was moves nothing. */
export function isBuildingMoved(linkage: Linkage, row: number): boolean {
  const { columns, before } = linkage;
  if (before.present[row] === 0) return true;
  if (before.current[row] !== (columns.status[row] === CURRENT ? 1 : 0)) return true;
  const now = buildingKeysOf(linkage, row);
  return BUILDING_KEYS.some((column, i) => before.keyOf(column, row) !== now[i]);
}

/** In the order of BUILDING_KEYS. */
export function buildingKeysOf({ columns }: Pick<Linkage, 'columns'>, row: number): readonly number[] {
  return [columns.buildingCite[row]!, columns.buildingAlias[row]!, columns.buildingPlace[row]!];
}
