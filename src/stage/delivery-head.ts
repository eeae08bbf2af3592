import type { Coverage, OpenDelivery } from '../model/delivery.js';
import type { Dataset } from '../model/importer.js';

/** What is known of a delivery before its rows are read. */
export interface DeliveryHead {
  /** Six digits. */
  readonly county: string;
  readonly dataset: Dataset;
  /** Path below the folder received, or `RESOURCE` for a feed. */
  readonly file: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly format: OpenDelivery['format'];
  readonly encoding: OpenDelivery['encoding'];
  readonly coverage: Coverage;
  /** `YYYY-MM-DD`; null where the delivery does not say. */
  readonly statedOn: string | null;
  /** Field → header as this delivery writes it; `openTable` adds each table's. */
  readonly columns?: Readonly<Record<string, string>>;
  /** RFC 3339; now when absent. */
  readonly receivedAt?: string;
  /** Whatever else the reading depends on (a version of the rules): when it changes, every row is read again. */
  readonly reading?: string;
}

/** Where the next pull of a feed goes on. */
export interface FeedCursor {
  readonly register: string;
  readonly resource: string;
  readonly cursor: string;
}

/** A named officer's word that a delivery which looked wrong is right. */
export interface Acceptance {
  readonly by: string;
  readonly reason: string;
}

/** What every statement of a delivery's transaction needs to know. */
export interface DeliveryAtWork {
  readonly head: DeliveryHead;
  readonly delivery: number;
  /** One moment for all that the delivery changes. */
  readonly now: string;
}
