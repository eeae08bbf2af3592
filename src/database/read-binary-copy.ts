import type { PoolClient } from 'pg';
import { to as copyTo } from 'pg-copy-streams';

/** Bytes before the first row of a binary COPY without flags. */
const BEGINNING = 19;

/**
 * Reads a query's rows by binary COPY: numbers are not turned into digits, nor bytes into two of them each. Yields pieces of whole rows, as
 * PostgreSQL has them: a count of fields (2 bytes), and each field after its length (4 bytes; -1 for null).
 */
export async function* readBinaryCopy(client: PoolClient, query: string): AsyncGenerator<Buffer> {
  const stream = client.query(copyTo(`copy (${query}) to stdout (format binary)`));
  let chunks: Buffer[] = [];
  let [size, wanted, begun] = [0, BEGINNING, false];
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size < wanted) continue;
    let bytes = chunks.length === 1 ? chunk : Buffer.concat(chunks, size);
    if (!begun) bytes = bytes.subarray(BEGINNING);
    begun = true;
    const { end, missing } = wholeRows(bytes);
    if (end > 0) yield bytes.subarray(0, end);
    chunks = [bytes.subarray(end)];
    size = bytes.length - end;
    wanted = size + missing;
  }
}

/** @returns where the last whole row ends, and how many bytes of the next are missing at least */
function wholeRows(bytes: Buffer): { readonly end: number; readonly missing: number } {
  let end = 0;
  for (;;) {
    let at = end + 2;
    if (at > bytes.length) return { end, missing: at - bytes.length };
    // -1 after the last row.
    for (let fields = bytes.readInt16BE(end); fields > 0; fields -= 1) {
      if (at + 4 > bytes.length) return { end, missing: at + 4 - bytes.length };
      at += 4 + Math.max(0, bytes.readInt32BE(at));
    }
    if (at > bytes.length) return { end, missing: at - bytes.length };
    if (bytes.readInt16BE(end) < 0) return { end, missing: 1 };
    end = at;
  }
}
