import type { QueryResultRow } from 'pg';
import type { Sealing } from '../model/sealing.js';
import type { Viewer } from '../model/viewer.js';
import type { Bounds } from './bounds.js';

/** A statement of ours. A named one keeps its plan on the connection; names are unique for ever, as are their texts. */
export interface Statement {
  readonly name?: string;
  readonly text: string;
}

/** One viewer's look into the database: one read-only transaction, under the role and settings of that viewer. */
export interface Reading {
  readonly viewer: Viewer;
  readonly bounds: Bounds;
  /** Whether anything was asked of it, and so whether the viewer still is what it was. */
  readonly begun: boolean;
  /** Opens numbers and telephones, and makes the index by which they are looked up. */
  readonly sealing: Sealing;
  /**
   * @param isLast ends the transaction in the same write; what is asked all the same begins another, as the same viewer
   * @throws ReadingFailed
   */
  query<T extends QueryResultRow>(statement: Statement, values: readonly unknown[], isLast?: boolean): Promise<T[]>;
}

/** How a reading is followed while it goes on. */
export interface Following {
  /** Aborted when nobody waits for the answer any more. */
  readonly signal?: AbortSignal;
  /** Told when the reading begins; what it answers, when it has ended. */
  readonly onReading?: () => () => void;
  /** Told of each statement by its name, and of the rows it brought, null for a failure. Never its text, never a value. */
  readonly onQuery?: (statement: string) => (rows: number | null) => void;
}

/** `stale`: the grants that the viewer was made of have changed. */
export type ReadingFailure = 'timeout' | 'unavailable' | 'stale' | 'internal';

/** Why a reading ended early. Its message tells a client nothing; the cause is for the operator. */
export class ReadingFailed extends Error {
  constructor(
    readonly failure: ReadingFailure,
    options?: { cause: unknown },
  ) {
    super(`The reading failed: ${failure}.`, options);
  }
}

/** @see PostgreSQL, appendix A: class 08 connection, 53 resources, 57P0x shutdown; 57014 is our own time limit. */
export function readingFailed(error: unknown): ReadingFailed {
  if (error instanceof ReadingFailed) return error;
  const { code = '', message = '' } = error as { code?: string; message?: string };
  if (code === '57014') return new ReadingFailed('timeout', { cause: error });
  if (code === 'HA001') return new ReadingFailed('stale', { cause: error });
  const gone =
    /^(08|53|57P0|ECONN|EPIPE|ENOENT|ETIMEDOUT|EHOSTUNREACH)/.test(code) ||
    /terminated|not queryable|timeout exceeded|Connection ended/i.test(message);
  return new ReadingFailed(gone ? 'unavailable' : 'internal', { cause: error });
}
