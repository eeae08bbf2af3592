import type { Dataset } from './importer.js';
import type { Finding } from './finding.js';
import type { Table } from './record.js';

export type Coverage = 'full' | 'delta';

/** What became of a delivery. `duplicate`: the same bytes were taken before; nothing was changed. */
export type DeliveryState = 'taken' | 'held' | 'refused' | 'duplicate';

/** A delivery opened for reading; the file is recognised, nothing is stored yet. */
export interface OpenDelivery {
  readonly dataset: Dataset;
  /** Path below the folder received with `/`, or `RESOURCE` for a feed. */
  readonly file: string;
  /** Lower-case hexadecimal, of the bytes. */
  readonly sha256: string;
  readonly bytes: number;
  readonly format: 'csv' | 'xlsx' | 'xls' | 'ndjson' | 'feed';
  readonly encoding: 'utf-8' | 'gb18030' | 'utf-16le' | 'utf-16be' | 'binary';
  readonly coverage: Coverage;
  /** The day it speaks of, `YYYY-MM-DD`, from the name; null where it does not say. */
  readonly statedOn: string | null;
  /** In order; each table's rows must be read to the end before the next. */
  tables(): AsyncIterable<Table>;
  /** What the reading itself found (a row with too few cells, a last line cut off), complete once the tables are read. */
  findings(): readonly Finding[];
  /** True once the tables are read, if the delivery ends in the middle of a row. */
  cutOff(): boolean;
  /** Bytes of the source read so far, for a progress display. */
  bytesRead?(): number;
  /** Where the next pull of a feed goes on. */
  nextCursor?(): string | null;
  close(): Promise<void>;
}

/** A file that cannot be taken at all. A value, not a thrown error: the officer reads it in the summary. */
export interface Refusal {
  readonly refused: true;
  readonly file: string;
  readonly sha256: string | null;
  readonly bytes: number;
  readonly dataset: Dataset | null;
  readonly finding: Finding;
}

/** What one delivery did. Counts of rows unless named otherwise. */
export interface DeliveryReport {
  readonly delivery: number | null;
  readonly file: string;
  readonly sha256: string | null;
  readonly dataset: string | null;
  readonly state: DeliveryState;
  /** Why it was held or refused. */
  readonly reason: Finding | null;
  readonly rows: number;
  readonly added: number;
  readonly changed: number;
  readonly unchanged: number;
  readonly retired: number;
  readonly refusedRows: number;
  readonly findings: number;
}
