import { hash } from 'node:crypto';
import type { Access } from '../model/access.js';

export const DIGESTS = ['sha256', 'sm3'] as const;
/** What a chain is hashed with; each row names its own. */
export type Digest = (typeof DIGESTS)[number];

/** More ids than this in one operation make several rows. */
export const MOST_IDS = 1000;

/** The columns that are hashed, in this order, as texts: what the database gives for `READ`, and what the writer gives it. */
export const HASHED =
  `county month number micros request client person token purpose basis grants emergency operation document asked part parts
  persons households shown masked revealed reveal_reasons outcome code ms algorithm`.split(/\s+/);

/** Where a chain stands. */
export interface ChainHead {
  /** First day of the month of Beijing, YYYY-MM-DD. */
  readonly month: string;
  readonly number: number;
  readonly hash: Buffer;
}

/** One row as the texts that are hashed. Numbers in decimals, ids as `{1,2}`, words as JSON, a moment as microseconds since 1970. */
export type HashedTexts = readonly (string | null)[];

/** H(previous ∥ the texts as a JSON array in UTF-8). */
export function hashRow(algorithm: string, previous: Buffer, texts: HashedTexts): Buffer {
  return hash(algorithm, Buffer.concat([previous, Buffer.from(JSON.stringify(texts))]), 'buffer');
}

/** What stands before the first row of a chain. */
export function chainStart(algorithm: string, county: string, month: string): Buffer {
  return hash(algorithm, Buffer.from(`access log ${county} ${month}`), 'buffer');
}

/** The rows of one operation: one, or several where it shows more than a thousand. */
export function textsOf(
  access: Access,
  head: Omit<ChainHead, 'hash'>,
  micros: string,
  algorithm: Digest,
): HashedTexts[] {
  const parts = Math.max(1, Math.ceil(Math.max(access.persons.length, access.households.length) / MOST_IDS));
  return Array.from({ length: parts }, (_, at) => {
    const some = (ids: readonly number[]) => `{${ids.slice(at * MOST_IDS, (at + 1) * MOST_IDS).join(',')}}`;
    const texts: Readonly<Record<string, string | null>> = {
      county: access.county,
      month: head.month,
      number: String(head.number + at + 1),
      micros,
      request: access.request,
      client: access.client,
      person: access.person,
      token: access.token,
      purpose: access.purpose,
      basis: access.basis,
      grants: `{${access.grants.join(',')}}`,
      emergency: String(access.emergency),
      operation: access.operation,
      document: access.document,
      asked: JSON.stringify(access.asked),
      part: String(at + 1),
      parts: String(parts),
      persons: some(access.persons),
      households: some(access.households),
      shown: JSON.stringify(access.shown),
      masked: JSON.stringify(access.masked),
      revealed: JSON.stringify(access.revealed),
      reveal_reasons: JSON.stringify(access.revealReasons),
      outcome: access.outcome,
      code: access.code,
      ms: String(Math.round(access.ms)),
      algorithm,
    };
    return HASHED.map((column) => texts[column]!);
  });
}
