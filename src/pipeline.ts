import type { Hub } from './hub.js';
import { IMPORTERS } from '../importers/index.js';
import { dropIndexes, ensureIndexes } from './database/indexes.js';
import { assembleTouched, type AssembleReport } from './graph/assemble-touched.js';
import { linkTouched, type LinkReport } from './link/link-touched.js';
import type { DeliveryReport, OpenDelivery, Refusal } from './model/delivery.js';
import type { Dataset } from './model/importer.js';
import type { DivisionTable } from './model/division.js';
import { listDeliveries } from './receive/list-deliveries.js';
import { openDelivery } from './receive/open-delivery.js';
import { openFeed } from './receive/open-feed.js';
import { beginIntake, type Intake } from './stage/begin-intake.js';
import { findTaken } from './stage/find-taken.js';
import { withReceiveLock } from './stage/receive-lock.js';
import { recordRefusal } from './stage/record-refusal.js';
import { createReader } from './validate/create-reader.js';
import { planColumns } from './validate/plan-columns.js';
import { settleCounty } from './county.js';

export interface NightOptions {
  readonly folder: string | null;
  readonly feed: { readonly url: string; readonly token: string } | null;
  readonly accept: Acceptance | null;
  readonly preview: boolean;
  readonly onProgress: (progress: NightProgress) => void;
}

/** A named officer's word that a held delivery is right. */
export interface Acceptance {
  readonly sha256: string;
  readonly by: string;
  readonly reason: string;
}

export interface NightProgress {
  readonly step: 'receive' | 'publish' | 'index' | 'link' | 'assemble';
  readonly what: string;
  readonly done: number;
  readonly of: number;
  readonly rows?: number;
}

export interface NightReport {
  readonly deliveries: readonly DeliveryReport[];
  readonly link: LinkReport | null;
  readonly assemble: AssembleReport | null;
  readonly nothingNew: boolean;
  readonly preview: boolean;
  readonly seconds: number;
}

export const DATASETS: readonly Dataset[] = IMPORTERS.flatMap((importer) => importer.datasets);

/** The flow: receive → validate → stage → link → assemble. Each step looks only at what the one before it touched. */
export async function receiveNight(hub: Hub, options: NightOptions): Promise<NightReport> {
  void hub;
  void options;
  throw new Error('not yet');
}
