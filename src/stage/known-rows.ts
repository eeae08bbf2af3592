import type { PoolClient } from 'pg';

/**
 * The hashes of a dataset's current records, each leading to its record's id: 12 bytes a slot and 12 an entry, ~40 MB for a
 * million records. Equal hashes hang in a chain, so that a hundred thousand equal rows cost no more than different ones.
 */
export interface KnownRows {
  /** Current records of the dataset, those that no hash leads to included. */
  readonly size: number;
  /** The record of this hash, which from then on counts as seen; null when there is none left. */
  take(hash: bigint): number | null;
  /** Records that no row has been taken for. */
  unseen(): Generator<number>;
}

export const NOTHING_KNOWN: KnownRows = { size: 0, take: () => null, *unseen() {} };

/**
 * Reads the hashes of the current records. A record that carries values over from an earlier delta is given without a hash:
 * the same row in a full delivery clears these values, so it has to be compared.
 */
export async function loadKnownRows(client: PoolClient, county: string, dataset: string): Promise<KnownRows> {
  // The planner takes the index of keys, whose order is that of hashes: every record from another place of the disk. In the order of the
  // pages, a dataset's come one after the other, in a fifth of the time.
  await client.query('set local enable_indexscan = off');
  const { rows } = await client.query<{ carrying: boolean; entries: Buffer }>(
    `select carried is not null as carrying, string_agg(int8send(id) || int8send(hash), '') as entries
     from record
     where county = $1 and dataset = $2 and status = 'current'
     group by carried is not null, id / 32768`,
    [county, dataset],
  );
  await client.query('set local enable_indexscan to default');
  let total = 0;
  for (const { entries } of rows) total += entries.length / 16;
  return indexEntries(rows, total);
}

function indexEntries(chunks: { carrying: boolean; entries: Buffer }[], total: number): KnownRows {
  const ids = new Float64Array(total);
  const next = new Int32Array(total);
  let size = 8;
  while (size < total * 1.5) size *= 2;
  const mask = size - 1;
  const slots = new Uint32Array(size * 2);
  // Entry + 1; 0 is a free slot, -1 a chain that has been used up.
  const heads = new Int32Array(size);
  const carrying: number[] = [];
  const whole = new BigInt64Array(1);
  const halves = new Uint32Array(whole.buffer);

  function slotOf(low: number, high: number): number {
    let slot = (low ^ Math.imul(high, 0x9e3779b1)) & mask;
    while (heads[slot] !== 0 && (slots[slot * 2] !== low || slots[slot * 2 + 1] !== high)) slot = (slot + 1) & mask;
    return slot;
  }

  let entry = 0;
  for (let chunk = chunks.pop(); chunk; chunk = chunks.pop()) {
    const { entries } = chunk;
    for (let at = 0; at < entries.length; at += 16) {
      const id = entries.readUInt32BE(at) * 2 ** 32 + entries.readUInt32BE(at + 4);
      if (chunk.carrying) {
        carrying.push(id);
        continue;
      }
      const high = entries.readUInt32BE(at + 8);
      const low = entries.readUInt32BE(at + 12);
      const slot = slotOf(low, high);
      slots[slot * 2] = low;
      slots[slot * 2 + 1] = high;
      ids[entry] = id;
      next[entry] = heads[slot]!;
      entry += 1;
      heads[slot] = entry;
    }
  }

  return {
    size: total,
    take(hash) {
      whole[0] = hash;
      const slot = slotOf(halves[0]!, halves[1]!);
      const head = heads[slot]!;
      if (head <= 0) return null;
      heads[slot] = next[head - 1] || -1;
      return ids[head - 1]!;
    },
    *unseen() {
      yield* carrying;
      for (let slot = 0; slot < size; slot += 1) {
        for (let head = heads[slot]!; head > 0; head = next[head - 1]!) yield ids[head - 1]!;
      }
    },
  };
}
