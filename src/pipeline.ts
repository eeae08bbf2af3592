import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { IMPORTERS } from '../importers/index.js';
import { loadDivisions, settleCounty } from './county.js';
import type { Database } from './database/connect.js';
import { dropIndexes, ensureIndexes } from './database/indexes.js';
import { assembleTouched, type AssembleReport } from './graph/assemble-touched.js';
import type { Hub } from './hub.js';
import { collect } from './link/engine/collect.js';
import { linkTouched, type LinkReport } from './link/link-touched.js';
import type { Learning } from './link/persons-layer.js';
import { ReadAhead } from './link/read-ahead.js';
import type { DeliveryReport, OpenDelivery, Refusal } from './model/delivery.js';
import type { DivisionTable } from './model/division.js';
import type { Finding } from './model/finding.js';
import type { Dataset } from './model/importer.js';
import type { LinkRun } from './model/link-run.js';
import type { Sealing } from './model/sealing.js';
import { measureStanding } from './quality/measure-standing.js';
import { recordRun } from './quality/record-run.js';
import { listDeliveries, type FoundFile } from './receive/list-deliveries.js';
import { openDelivery } from './receive/open-delivery.js';
import { openFeed } from './receive/open-feed.js';
import { UnreadableDelivery } from './receive/unreadable-delivery.js';
import { maskNumbers } from './seal/mask-numbers.js';
import { beginIntake, type Intake } from './stage/begin-intake.js';
import { findTaken, newestFull } from './stage/find-taken.js';
import { ReceiveBusy, withReceiveLock } from './stage/receive-lock.js';
import { recordRefusal } from './stage/record-refusal.js';
import { publishMonthly, registersOfTotals, USUAL_PUBLISHING } from './totals/publish-totals.js';
import { sealRecords } from './stage/seal-records.js';
import { Storing } from './stage/storing.js';
import { isOfTotals, refreshTotals } from './totals/refresh-totals.js';
import { createReader } from './validate/create-reader.js';
import { planColumns, refusedNotes } from './validate/plan-columns.js';

export interface NightOptions {
  readonly folder: string | null;
  readonly feed: { readonly url: string; readonly token: string } | null;
  readonly accept: Acceptance | null;
  readonly preview: boolean;
  readonly onProgress: (progress: NightProgress) => void;
  /** What the departments deliver; all that `importers/` declares unless told. */
  readonly datasets?: readonly Dataset[];
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
  /** How good the links are after it; null where nothing was touched. */
  readonly run: LinkRun | null;
  readonly nothingNew: boolean;
  readonly preview: boolean;
  readonly seconds: number;
}

/** All that `importers/` declares. */
export const DATASETS: readonly Dataset[] = IMPORTERS.flatMap((importer) => importer.datasets);

/** The flow: receive → validate → stage → link → assemble. Each step looks only at what the one before it touched. */
export async function receiveNight(hub: Hub, options: NightOptions): Promise<NightReport> {
  const began = Date.now();
  const { database } = hub;
  const found = options.folder === null ? [] : await listDeliveries(options.folder);
  const county = await settleCounty(
    database,
    hub.config.county,
    found.map((file) => file.path),
  );
  return await withReceiveLock(database, county, async () => {
    // What a pull left that was killed: pages as they came, with whole numbers.
    await rm(join(hub.config.home, 'spool'), { recursive: true, force: true });
    const datasets = options.datasets ?? DATASETS;
    const ahead = new ReadAhead(database, county, datasets);
    const storing = new Storing();
    const night: Night = { hub, county, divisions: await loadDivisions(county), datasets, options, ahead, storing };
    const empty = await isEmpty(database);
    // Filling tables that have no indexes and building these afterwards costs a fifth of filling them row by row.
    if (empty && !options.preview) await dropIndexes(database, FILLED_FIRST);
    const deliveries = await takeAll(night, found);
    const nothingNew = deliveries.every((delivery) => delivery.state !== 'taken');
    if (!nothingNew) collectGarbage();
    const settled = options.preview
      ? { link: null, assemble: null, run: null }
      : await settle(night, empty, null, ahead);
    return { deliveries, ...settled, nothingNew, preview: options.preview, seconds: (Date.now() - began) / 1000 };
  });
}

export interface Settled<T> {
  readonly result: T;
  /** Null where the change touched nothing. */
  readonly link: LinkReport | null;
  readonly assemble: AssembleReport | null;
}

/** Milliseconds. A night lasts longer, another reviewer’s word does not. */
const PATIENCE = 8000;
const PAUSE = 100;

/**
 * Makes a change that touches records (a person’s decision) and lets the linkage and the assembly follow at once. Never beside a night
 * or another such change: what touches a record while a run is reading would be taken for what the run has looked at.
 * @throws ReceiveBusy where a night is under way and does not end soon; nothing was changed then
 */
export async function settleChange<T>(
  database: Database,
  county: string,
  change: () => Promise<T>,
): Promise<Settled<T>> {
  const until = Date.now() + PATIENCE;
  for (;;) {
    try {
      return await withReceiveLock(database, county, async () => {
        const result = await change();
        const [row] = await database.query<{ touched: boolean }>(
          'select exists (select from touched_record where county = $1) as touched',
          [county],
        );
        if (!row!.touched) return { result, link: null, assemble: null };
        const link = await linkTouched(database, county, DATASETS);
        await refreshTotals(database, county, DATASETS);
        return { result, link, assemble: await assembleTouched(database, county, DATASETS) };
      });
    } catch (error) {
      if (!(error instanceof ReceiveBusy) || Date.now() > until) throw error;
      await new Promise((wait) => setTimeout(wait, PAUSE));
    }
  }
}

/** Links everything anew by another model of the persons, on somebody's word, and assembles what that moved. */
export async function relinkAll(
  hub: Hub,
  county: string,
  learning: Learning,
  onProgress: NightOptions['onProgress'],
): Promise<{ readonly link: LinkReport; readonly run: LinkRun }> {
  return await withReceiveLock(hub.database, county, async () => {
    const { link, run } = await settle({ hub, county, datasets: DATASETS, options: { onProgress } }, false, learning);
    return { link: link!, run: run! };
  });
}

/**
 * Seals a county that was taken in before there was a seal, and links it anew by keys that nobody can guess. No night goes on meanwhile. The
 * tables are written out afresh at the end: what was unsealed would else stay in their files until it is written over.
 */
export async function sealAll(
  hub: Hub,
  county: string,
  seal: Sealing,
  fingerprint: string,
  onProgress: NightOptions['onProgress'],
): Promise<number> {
  return await withReceiveLock(hub.database, county, async () => {
    const database = { ...hub.database, sealing: seal };
    const sealed = await sealRecords(database, seal, county, DATASETS, fingerprint, (done) =>
      onProgress({ step: 'publish', what: '', done, of: 0 }),
    );
    await settle({ hub: { ...hub, database }, county, datasets: DATASETS, options: { onProgress } }, false, null);
    for (const table of ['record', 'record_version', 'link', 'mention', 'linkage_part'])
      await database.query(`vacuum (full, analyze) ${table}`);
    await database.query('checkpoint');
    return sealed;
  });
}

interface Night {
  readonly hub: Hub;
  readonly county: string;
  readonly divisions: DivisionTable;
  readonly datasets: readonly Dataset[];
  readonly options: NightOptions;
  readonly ahead: ReadAhead;
  readonly storing: Storing;
}

/** Raised when a rule of validation changes, so that rows which have not changed are read again all the same. */
const READING = '1';

const FILLED_FIRST = ['record', 'finding', 'link', 'mention', 'entity'];

/** Also after a stop at any moment: what an earlier run took and did not link or assemble is still marked as touched. */
async function settle(
  {
    hub,
    county,
    datasets,
    options,
  }: Pick<Night, 'hub' | 'county' | 'datasets'> & {
    readonly options: Pick<NightOptions, 'onProgress'>;
  },
  empty: boolean,
  learning: Learning | null,
  ahead: ReadAhead | null = null,
): Promise<Pick<NightReport, 'link' | 'assemble' | 'run'>> {
  const { database } = hub;
  const tell = (step: NightProgress['step']) => (done: number, of: number) =>
    options.onProgress({ step, what: '', done, of });
  if (empty) await database.query('analyze record');
  const started = Date.now();
  const link = await linkTouched(database, county, datasets, ({ done, of }) => tell('link')(done, of), learning, ahead);
  if (link.touched > 0) collectGarbage();
  // Whoever counts the totals beside it has to know how large the links are.
  if (empty) await database.query('analyze link');
  const indexed = finishTables(database, empty, tell('index'));
  // The links stand: what they say of themselves is counted while the totals are, and while their contradictions are looked for.
  const measured =
    link.touched === 0 && !learning ? null : indexed.then(() => timed(() => measureStanding(database, county)));
  // Heard of where it is awaited.
  measured?.catch(() => {});
  // Before the assembly, which forgets who was touched.
  await Promise.all([indexed, countPeople(database, county, datasets)]);
  const [assemble, standing] = await Promise.all([
    assembleTouched(database, county, datasets, tell('assemble')),
    measured,
  ]);
  const run = standing && (await recordRun(database, county, link, standing, started));
  return { link, assemble, run };
}

async function countPeople(database: Database, county: string, datasets: readonly Dataset[]): Promise<void> {
  await refreshTotals(database, county, datasets);
  await publishMonthly(database, county, {
    ...USUAL_PUBLISHING,
    registers: await registersOfTotals(database, county, [...new Set(datasets.map(({ register }) => register))]),
    on: new Date().toLocaleDateString('sv-SE', { timeZone: 'Asia/Shanghai' }),
  });
}

/** Once the links are there: what a first load filled without indexes gets them, one at a time where the totals are counted beside it. */
async function finishTables(
  database: Database,
  empty: boolean,
  onIndex: (done: number, of: number) => void,
): Promise<void> {
  // The totals build their own.
  const building = { onIndex, of: (table: string) => !isOfTotals(table) };
  if (!empty) return await ensureIndexes(database, building);
  await ensureIndexes(database, { ...building, atOnce: 1 });
  await database.query('vacuum (analyze) record, link, mention, entity, finding');
}

/**
 * What the deliveries left behind would stand beside all that the linkage needs; and what a linkage held is up to a gigabyte, and while the
 * database builds its indexes nothing happens here that would make the collector look.
 */
function collectGarbage(): void {
  collect();
  // Arrays that the first found are given back by and by, and all of them before the next.
  collect();
}

async function timed<T>(work: () => Promise<T>): Promise<T & { readonly seconds: number }> {
  const began = performance.now();
  const done = await work();
  return { ...done, seconds: (performance.now() - began) / 1000 };
}

async function isEmpty(database: Database): Promise<boolean> {
  const [row] = await database.query<{ empty: boolean }>('select not exists (select from record) as empty');
  return row!.empty;
}

/** A delivery of which everything has been read; what became of it is known once the database has stored it. */
interface Read {
  readonly report: Promise<DeliveryReport>;
}

async function takeAll(night: Night, found: readonly FoundFile[]): Promise<DeliveryReport[]> {
  const { feed } = night.options;
  const read: Read[] = [];
  try {
    for (const file of found) read.push(await takeFile(night, file));
    if (feed) for (const dataset of night.datasets) read.push(...(await takeFeed(night, dataset, feed)));
  } finally {
    // Nothing goes on behind the back of whoever hears that it failed.
    await Promise.allSettled(read.map(({ report }) => report));
  }
  return await Promise.all(read.map(({ report }) => report));
}

async function takeFile(night: Night, file: FoundFile): Promise<Read> {
  const opened = await openDelivery(file, night.datasets);
  // An office sends what is about one person under a name that holds the number.
  const named = { file: maskNumbers(file.file) };
  if ('refused' in opened) return await refuseFile(night, { ...opened, ...named });
  return await takeOpened(night, { ...opened, ...named });
}

async function refuseFile(night: Night, refusal: Refusal): Promise<Read> {
  await night.storing.end();
  return { report: Promise.resolve(await tellRefusal(night, refusal)) };
}

async function tellRefusal({ hub, county, options }: Night, refusal: Refusal): Promise<DeliveryReport> {
  if (!options.preview) return await recordRefusal(hub.database, county, refusal);
  return {
    ...NO_ROWS,
    delivery: null,
    file: refusal.file,
    sha256: refusal.sha256,
    dataset: null,
    state: 'refused',
    reason: refusal.finding,
  };
}

async function takeFeed(night: Night, dataset: Dataset, feed: { url: string; token: string }): Promise<Read[]> {
  if (dataset.file.format !== 'items') return [];
  const { hub, county, options } = night;
  const { resource } = dataset.file;
  const [from] = await hub.database.query<{ cursor: string }>(
    'select cursor from feed_cursor where county = $1 and register = $2 and resource = $3',
    [county, dataset.register, resource],
  );
  options.onProgress({ step: 'receive', what: resource, done: 0, of: 0 });
  const opened = await openFeed({
    baseUrl: feed.url,
    token: feed.token,
    dataset,
    since: from?.cursor ?? null,
    spoolDir: join(hub.config.home, 'spool'),
  });
  return ['refused' in opened ? await refuseFile(night, opened) : await takeOpened(night, opened)];
}

/** One delivery, all or nothing. It is closed whatever becomes of it. */
async function takeOpened(night: Night, opened: OpenDelivery): Promise<Read> {
  let close = true;
  try {
    const intake = await readOpened(night, opened);
    if ('report' in intake) return intake;
    close = false;
    const report = night.storing.store({ dataset: opened.dataset.name, sha256: opened.sha256 }, async (turn) => {
      try {
        await turn;
        return await publish(night, opened, intake);
      } finally {
        await intake.abandon();
        await opened.close();
      }
    });
    return { report };
  } finally {
    if (close) await opened.close();
  }
}

/** @returns what is ready to be stored once what came before is; or what became of a delivery of which nothing is */
async function readOpened(night: Night, opened: OpenDelivery): Promise<Intake | Read> {
  const { hub, county, options, storing } = night;
  const { database } = hub;
  const { dataset, file, sha256 } = opened;
  await storing.mayRead({ dataset: dataset.name, sha256 });
  const about = { ...NO_ROWS, delivery: null, file, sha256, dataset: dataset.name, reason: null };
  // The same question to a feed gives the same empty answer every night: only files are known by their bytes.
  const taken = opened.format === 'feed' ? null : await findTaken(database, county, sha256);
  if (taken) return { report: Promise.resolve({ ...about, state: 'duplicate' }) };
  if (!options.preview) night.ahead.begin();
  if (opened.coverage === 'full' && opened.statedOn !== null) {
    const newest = await newestFull(database, county, dataset.name);
    if (newest?.statedOn && newest.statedOn > opened.statedOn) {
      return await refuseFile(night, {
        refused: true,
        file,
        sha256,
        bytes: opened.bytes,
        dataset,
        finding: { ...NOWHERE, code: 'DELIVERY_STALE', found: opened.statedOn, accepted: newest.statedOn },
      });
    }
  }
  const intake = await beginIntake(database, { ...opened, county, reading: READING });
  try {
    const missing = await readTables(night, opened, intake).catch(findingOfUnreadable);
    if (missing) {
      await intake.abandon();
      return await refuseFile(night, { refused: true, file, sha256, bytes: opened.bytes, dataset, finding: missing });
    }
    await intake.note(opened.findings());
    await storing.mayStore();
    return intake;
  } catch (error) {
    await intake.abandon();
    throw error;
  }
}

async function publish({ options }: Night, opened: OpenDelivery, intake: Intake): Promise<DeliveryReport> {
  const { dataset, file, sha256 } = opened;
  options.onProgress({ step: 'publish', what: file, done: 0, of: 0 });
  const cursor = opened.nextCursor?.() ?? null;
  return await intake.publish({
    cutOff: opened.cutOff(),
    preview: options.preview,
    cursor: cursor === null ? null : { register: dataset.register, resource: file, cursor },
    ...(options.accept && sha256.startsWith(options.accept.sha256) ? { accept: options.accept } : {}),
  });
}

/** @returns why the delivery cannot be read, or null */
async function readTables(
  { divisions, options }: Night,
  opened: OpenDelivery,
  intake: Intake,
): Promise<Finding | null> {
  const receivedOn = new Date().toLocaleDateString('sv-SE', { timeZone: 'Asia/Shanghai' });
  let rows = 0;
  for await (const table of opened.tables()) {
    const plan = planColumns(opened.dataset, table.header, table.sheet);
    if (!('bound' in plan)) return plan;
    intake.openTable(table.header, plan.columns);
    await intake.note(plan.notes);
    const read = createReader(plan, { divisions, receivedOn });
    const before = rows;
    for await (const batch of table.rows) {
      for (const row of batch) {
        if (intake.known(row)) continue;
        const { record, findings } = read(row);
        const waiting = record
          ? intake.add(row, record, findings)
          : findings.length > 0
            ? intake.refuse(row, findings)
            : undefined;
        if (waiting) await waiting;
      }
      await intake.drain();
      rows += batch.length;
      options.onProgress({
        step: 'receive',
        what: opened.file,
        done: opened.bytesRead?.() ?? 0,
        of: opened.bytes,
        rows,
      });
    }
    await intake.note(refusedNotes(plan, rows - before));
  }
  return null;
}

/** A file that changes while it is read, a workbook that has to be killed: told to the officer. Anything else is a bug. */
function findingOfUnreadable(error: unknown): Finding {
  if (error instanceof UnreadableDelivery) return error.finding;
  throw error;
}

const NOWHERE = { sheet: null, row: null, item: null, column: null } as const;

const NO_ROWS = { rows: 0, added: 0, changed: 0, unchanged: 0, retired: 0, refusedRows: 0, findings: 0 } as const;
