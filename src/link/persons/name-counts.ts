import { HashedParts } from '../engine/hash-key.js';
import { NumberIndex } from '../engine/number-index.js';
import { sharedArray } from '../engine/thread-arrays.js';
import type { TextTable } from '../engine/text-table.js';
import type { RecordColumns } from '../record-columns.js';
import type { ClusterRows } from './cluster-rows.js';

/** A county is never smaller; a handful of records says nothing of how rare a name is in it. */
export const FEWEST = 10_000;

/** How many persons bore each name when the model was trained; names of one bearer are not kept. */
export class NameCounts {
  constructor(
    readonly persons: number,
    /** Keys of names, ascending. */
    readonly keys: Float64Array,
    readonly counts: Float64Array,
    /** A name of fewer bearers counts as one of so many. */
    readonly fewest = 1,
  ) {}

  static of(columns: RecordColumns, clusters: ClusterRows, counted: Uint8Array): NameCounts {
    const bearers = new Int32Array(columns.names.size);
    const seen = new Int32Array(columns.names.size).fill(-1);
    let persons = 0;
    for (let cluster = 0; cluster < clusters.count; cluster += 1) {
      if (counted[cluster] === 0) continue;
      persons += 1;
      for (let i = clusters.start[cluster]!; i < clusters.start[cluster + 1]!; i += 1) {
        const name = columns.name[clusters.member[i]!]!;
        if (name === 0 || seen[name] === cluster) continue;
        seen[name] = cluster;
        bearers[name]! += 1;
      }
    }
    const common: (readonly [key: number, count: number])[] = [];
    bearers.forEach((count, name) => {
      if (count > 1) common.push([keyOfName(columns.names, name), count]);
    });
    common.sort((one, other) => one[0] - other[0]);
    return new NameCounts(
      Math.max(FEWEST, persons),
      Float64Array.from(common, ([key]) => key),
      Float64Array.from(common, ([, count]) => count),
    );
  }

  /** The same names, of which none tells that it has fewer bearers than these. */
  ofAtLeast(fewest: number): NameCounts {
    return new NameCounts(this.persons, this.keys, this.counts, fewest);
  }

  /** @returns by the name's code, the share of the persons who bear it */
  sharesOf(names: TextTable): Float64Array {
    const index = this.#index();
    const shares = sharedArray(Float64Array, names.size);
    for (let name = 1; name < names.size; name += 1) {
      const found = index.find(keyOfName(names, name));
      shares[name] = Math.max(this.fewest, found < 0 ? 1 : this.counts[found]!) / this.persons;
    }
    return shares;
  }

  /** Made once: who compares a few rows at a time asks often. */
  #index(): NumberIndex {
    if (this.#made) return this.#made;
    this.#made = new NumberIndex(Math.max(16, this.keys.length));
    for (const key of this.keys) this.#made.add(key);
    return this.#made;
  }
  #made: NumberIndex | null = null;

  /** Little-endian: the persons, the keys, the counts. */
  toBytes(): Buffer {
    const all = new Float64Array(1 + this.keys.length * 2);
    all[0] = this.persons;
    all.set(this.keys, 1);
    all.set(this.counts, 1 + this.keys.length);
    return Buffer.from(all.buffer);
  }

  static fromBytes(bytes: Buffer): NameCounts {
    const all = new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
    const length = (all.length - 1) / 2;
    return new NameCounts(all[0]!, all.subarray(1, 1 + length), all.subarray(1 + length));
  }
}

function keyOfName(names: TextTable, name: number): number {
  names.hashInto(hash.begin().add('name|'), name);
  return hash.key();
}

const hash = new HashedParts();
