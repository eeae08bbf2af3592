import type { DeliveryReport } from '../model/delivery.js';
import type { Finding } from '../model/finding.js';
import type { Row, ValidRecord } from '../model/record.js';
import type { Acceptance, FeedCursor } from './delivery-head.js';

/**
 * One delivery on its way in. Each row goes through exactly one of `known`, `add` and `refuse`; a promise that comes back is
 * the database being behind, and is to be awaited before the next row. Everything happens in one transaction, which ends with
 * `publish` or `abandon`.
 */
export interface Intake {
  /** Before a table's rows: its header decides what the cells mean, its columns (field → header) are kept to cite them. */
  openTable(header: readonly string[], columns: Readonly<Record<string, string>>): void;
  /** 64 bits over the raw cells and all that decides how they are read. */
  hashRow(row: Row): bigint;
  /**
   * True when a full delivery repeats a current record's row: the record is seen, the row counted and sighted, and needs no
   * validation. `drain` has to be awaited when it is not null.
   */
  known(row: Row): boolean;
  /** The database's backlog after `known`. */
  drain(): Promise<void> | null;
  add(row: Row, record: ValidRecord, findings: readonly Finding[]): Promise<void> | void;
  /** A row that makes no record: refused if one of its findings is an error, else a total or a remark. */
  refuse(row: Row, findings: readonly Finding[]): Promise<void> | void;
  /** Findings of the delivery or of its reading. An error with an address is a row that could not be read: it counts as refused. */
  note(findings: readonly Finding[]): Promise<void> | void;
  /** Decides by the dataset's believable range, then stores all of the delivery, or nothing but the reason. */
  publish(options?: PublishOptions): Promise<DeliveryReport>;
  /** Ends without a trace. Does nothing after `publish`. */
  abandon(): Promise<void>;
}

export interface PublishOptions {
  /** Takes a delivery that would be held. One that would be refused stays refused. */
  readonly accept?: Acceptance;
  /** The delivery ends in the middle of a row. */
  readonly cutOff?: boolean;
  /** Tells what the delivery would do, and does nothing. */
  readonly preview?: boolean;
  /** Stored with the delivery, so that the next pull goes on behind it. */
  readonly cursor?: FeedCursor | null;
}
