import { formBuildingClusters, PLACE_REASONS, type Clusters } from './form-building-clusters.js';
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
  const known = buildingsAsTheyWere(linkage, rows, changed, { cluster, count });
  const heavy: number[] = [];
  rows.forEach((row, at) => {
    if (!changed.has(row)) return;
    const old = before.entity[BUILDING]![row]!;
    const own = cluster[at]!;
    const cameFromKnown = old === 0 || known.entities.has(old);
    const goesToKnown = own < 0 || known.ofCluster[own]! > 0;
    if (columns.traits(row).defines || !cameFromKnown || !goesToKnown) {
      heavy.push(row);
      return;
    }
    after.entity[BUILDING]![row] = own < 0 ? 0 : known.ofCluster[own]!;
    after.reason[REASON]![row] = own < 0 ? 0 : reasonCode(PLACE_REASONS[reason[at]!]!);
  });
  return heavy;
}

/**
 * The clusters that are one building of last night, whole: all its defining rows are in it, no others are, none of them changed, and one is
 * current. A building that is split tonight is none, whichever part an address leads to: which of them keeps its id is not known yet.
 */
function buildingsAsTheyWere(
  { columns, before }: Linkage,
  rows: Int32Array,
  changed: ReadonlySet<number>,
  { cluster, count }: Pick<Clusters, 'cluster' | 'count'>,
): { ofCluster: Float64Array; entities: ReadonlySet<number> } {
  const clusterOf = new Map<number, number>();
  const ofCluster = new Float64Array(count);
  const isOther = new Uint8Array(count);
  const isCurrent = new Uint8Array(count);
  const unsure = new Set<number>();
  rows.forEach((row, at) => {
    if (!columns.traits(row).defines) return;
    const own = cluster[at]!;
    const old = before.entity[BUILDING]![row]!;
    if (changed.has(row) || own < 0) {
      unsure.add(old);
      if (own >= 0) isOther[own] = 1;
      return;
    }
    if (old !== 0 && (clusterOf.get(old) ?? own) !== own) unsure.add(old);
    clusterOf.set(old, own);
    if (old === 0 || (ofCluster[own] !== 0 && ofCluster[own] !== old)) isOther[own] = 1;
    ofCluster[own] = old;
    if (columns.status[row] === CURRENT) isCurrent[own] = 1;
  });
  const entities = new Set<number>();
  ofCluster.forEach((old, own) => {
    if (isOther[own] === 0 && isCurrent[own] === 1 && !unsure.has(old)) entities.add(old);
    else ofCluster[own] = 0;
  });
  return { ofCluster, entities };
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
