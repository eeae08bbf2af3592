import type { Database } from '../database/connect.js';
import { listChains } from './list-chains.js';

/** Adds up what the chains have gained, piece by piece, so that nobody who asks whose data was read has to wait for it. */
export async function keepPieces(database: Database, onPiece: (done: number) => void = () => {}): Promise<number> {
  let done = 0;
  for (const county of new Set((await listChains(database)).map((chain) => chain.county))) {
    for (;;) {
      const [row] = await database.query<{ added: number }>('select keep_access_pieces($1, 1) as added', [county]);
      if (row!.added === 0) break;
      onPiece((done += row!.added));
    }
  }
  return done;
}
