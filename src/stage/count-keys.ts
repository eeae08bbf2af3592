/**
 * How often each key occurred in a delivery and, where it is asked for, the record id that its first row was given. 64 bits
 * of the key's hash stand for the key: 12 bytes a slot (20 with ids), open addressing.
 */
export interface KeyCount {
  /** Counts the key (32 hexadecimal digits) once more: 1 for its first row. */
  count(key: string, id: number): number;
  /** The id given with the first row of the key counted last. Only where ids are kept. */
  firstId(): number;
}

export function keyCount(keepsIds: boolean): KeyCount {
  let size = 1024;
  let used = 0;
  let keys = new Uint32Array(size * 2);
  let counts = new Uint32Array(size);
  let ids = new Float64Array(keepsIds ? size : 0);
  let last = 0;

  function slotOf(low: number, high: number): number {
    const mask = size - 1;
    let slot = low & mask;
    while (counts[slot] !== 0 && (keys[slot * 2] !== low || keys[slot * 2 + 1] !== high)) slot = (slot + 1) & mask;
    return slot;
  }

  function grow(): void {
    const [oldKeys, oldCounts, oldIds] = [keys, counts, ids];
    size *= 2;
    keys = new Uint32Array(size * 2);
    counts = new Uint32Array(size);
    ids = new Float64Array(keepsIds ? size : 0);
    for (let old = 0; old < oldCounts.length; old += 1) {
      if (oldCounts[old] === 0) continue;
      const slot = slotOf(oldKeys[old * 2]!, oldKeys[old * 2 + 1]!);
      keys[slot * 2] = oldKeys[old * 2]!;
      keys[slot * 2 + 1] = oldKeys[old * 2 + 1]!;
      counts[slot] = oldCounts[old]!;
      if (keepsIds) ids[slot] = oldIds[old]!;
    }
  }

  return {
    count(key, id) {
      if (used * 4 > size * 3) grow();
      const low = Number.parseInt(key.slice(0, 8), 16);
      const high = Number.parseInt(key.slice(8, 16), 16);
      last = slotOf(low, high);
      if (counts[last] === 0) {
        used += 1;
        keys[last * 2] = low;
        keys[last * 2 + 1] = high;
        if (keepsIds) ids[last] = id;
      }
      return (counts[last] = counts[last]! + 1);
    },
    firstId: () => ids[last]!,
  };
}
