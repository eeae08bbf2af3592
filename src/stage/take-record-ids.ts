import type { Database } from '../database/connect.js';

/** Gives out ids of the sequence `record_id`, reserved by blocks so that a row's id is known before the row is stored. */
export interface RecordIds {
  /** The next id; a promise only when a block has to be fetched. */
  next(): number | Promise<number>;
}

const LARGEST_BLOCK = 16_384;

export function takeRecordIds(database: Database): RecordIds {
  let id = 0;
  let end = 0;
  let block = 128;
  return {
    next() {
      if (id < end) return id++;
      return reserve();
    },
  };

  async function reserve(): Promise<number> {
    block = Math.min(block * 2, LARGEST_BLOCK);
    id = await database.transaction(async (client) => {
      // Between nextval and setval another importer could take the same block.
      await client.query(`select pg_advisory_xact_lock(hashtext('hub record ids'))`);
      const { rows } = await client.query<{ first: number }>(`select nextval('record_id') as first`);
      const first = rows[0]!.first;
      await client.query(`select setval('record_id', $1)`, [first + block - 1]);
      return first;
    });
    end = id + block;
    return id++;
  }
}
