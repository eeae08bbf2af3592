import type { Clusters } from './form-building-clusters.js';
import { NumberIndex } from './engine/number-index.js';
import type { RecordColumns } from './record-columns.js';

/** Organisations and grids by their code, places and events one a record. @param keyOf 0 where the row has no code: it stands alone */
export function formSubjectClusters(
  columns: RecordColumns,
  rows: Int32Array,
  kind: 'organisation' | 'place' | 'event' | 'grid',
  keyOf: (row: number) => number,
): Clusters {
  const keys = new NumberIndex(64);
  const cluster = new Int32Array(rows.length).fill(-1);
  rows.forEach((row, at) => {
    const traits = columns.traits(row);
    if (!traits[kind]) return;
    const key = keyOf(row);
    // A row that cites an organisation without its code speaks of none; one that is a thing of its own is alone.
    if (key === 0 && traits.person) return;
    cluster[at] = keys.add(key === 0 ? -columns.id[row]! - 1 : key);
  });
  return { cluster, reason: new Uint8Array(rows.length), count: keys.size };
}
