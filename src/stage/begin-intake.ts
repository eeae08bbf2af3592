import type { PoolClient } from 'pg';
import type { Database } from '../database/connect.js';
import type { DeliveryReport } from '../model/delivery.js';
import type { Finding } from '../model/finding.js';
import type { Row, ValidRecord } from '../model/record.js';
import { analyzeRecords } from './analyze-records.js';
import { keyCount } from './count-keys.js';
import type { DeliveryAtWork, DeliveryHead } from './delivery-head.js';
import { foldRepeats, standsForOne } from './fold-repeats.js';
import { hashKey, rowHasher } from './hash-rows.js';
import type { Intake, PublishOptions } from './intake.js';
import { judgeDelivery, type DeliveryFacts, type Judgement } from './judge-delivery.js';
import { costsRow, keepFindings } from './keep-findings.js';
import { loadKnownRows, NOTHING_KNOWN, type KnownRows } from './known-rows.js';
import { matchRows, type Matched } from './match-rows.js';
import { openStagedRows, type StagedRows } from './staged-rows.js';
import { takeRecordIds } from './take-record-ids.js';
import { numberDelivery, wasSoBefore, writeDelivery, writeDeliveryCount, writeFeedCursor } from './write-delivery.js';
import { writeBareFindings, writeFirstFindings, writeMatchedFindings } from './write-findings.js';
import { writeFirstRecords, writeMatchedRecords } from './write-records.js';
import { collectSightings, writeSightings } from './write-sightings.js';

export type { Intake, PublishOptions } from './intake.js';

/**
 * Opens the transaction of one delivery and, for a full one, loads the hashes of the records it may repeat.
 * The caller ends it with `publish` or `abandon`.
 */
export async function beginIntake(database: Database, head: DeliveryHead): Promise<Intake> {
  const client = await database.pool.connect();
  // A connection that ends is told by the statement that meets it; without a listener it would end the program.
  client.on('error', ignore);
  try {
    await client.query('begin');
    const delivery = await numberDelivery(client, head.county, head.sha256);
    const first = await isFirst(client, head);
    const known =
      first || head.coverage === 'delta' ? NOTHING_KNOWN : await loadKnownRows(client, head.county, head.dataset.name);
    return openIntake(database, client, head, delivery, first, known, await openStagedRows(client));
  } catch (error) {
    client.release(error as Error);
    throw error;
  }
}

function ignore(): void {}

async function isFirst(client: PoolClient, { county, dataset }: DeliveryHead): Promise<boolean> {
  const { rows } = await client.query<{ first: boolean }>(
    `select not exists (select from delivery where county = $1 and dataset = $2 and state = 'taken') as first`,
    [county, dataset.name],
  );
  return rows[0]!.first;
}

function openIntake(
  database: Database,
  client: PoolClient,
  head: DeliveryHead,
  delivery: number,
  first: boolean,
  knownRows: KnownRows,
  staged: StagedRows,
): Intake {
  const { dataset, coverage, county } = head;
  const one = standsForOne(head);
  const ids = takeRecordIds(database);
  const keys = keyCount(one);
  const sightings = collectSightings(staged);
  const held = keepFindings();
  const columns: Record<string, string> = { ...head.columns };
  const { sealing } = database;
  const seal = sealing.sealerOf(dataset);
  let hash = rowHasher(sealing, dataset, [], head.reading ?? '');
  let hashed: Row | null = null;
  let lastHash = 0n;
  let backlog: Promise<void> | null = null;
  let open = true;
  let preview = false;
  const counted = { rows: 0, known: 0, refused: 0, deleted: 0, repeats: 0 };

  function hashRow(row: Row): bigint {
    if (hashed === row) return lastHash;
    hashed = row;
    return (lastHash = hash(row));
  }

  function addAs(id: number, row: Row, record: ValidRecord, findings: readonly Finding[]): Promise<void> | void {
    const key = hashKey(sealing, dataset.name, record.key);
    const times = keys.count(key, id);
    if (times > 1) counted.repeats += 1;
    if (record.deleted) counted.deleted += 1;
    if (findings.length > 0) held.add(findings);
    const place = {
      key,
      hash: hashRow(row),
      rank: one ? 1 : times,
      id: one ? keys.firstId() : id,
      keepsUnstated: coverage === 'delta' || record.deleted,
    };
    const seen = first && !record.deleted ? sightings.see(record, place.id) : undefined;
    const written = staged.record({ ...record, ...seal(record) }, place, findings);
    return seen && written ? Promise.all([seen, written]).then(() => {}) : (seen ?? written);
  }

  function countRefused(rows: number): void {
    counted.rows += rows;
    counted.refused += rows;
  }

  function note(findings: readonly Finding[]): Promise<void> | void {
    if (findings.length === 0) return;
    held.add(findings);
    return staged.findings(findings);
  }

  return {
    openTable(header, tableColumns) {
      hash = rowHasher(sealing, dataset, header, head.reading ?? '');
      hashed = null;
      Object.assign(columns, tableColumns);
    },
    hashRow,
    known(row) {
      if (knownRows.size === 0) return false;
      const record = knownRows.take(hashRow(row));
      if (record === null) return false;
      counted.rows += 1;
      counted.known += 1;
      backlog = sightings.see(row, record) ?? backlog;
      // Whoever awaits it hears of a failure; so does everybody who publishes.
      backlog?.catch(() => {});
      return true;
    },
    drain() {
      const before = backlog;
      backlog = null;
      return before;
    },
    add(row, record, findings) {
      counted.rows += 1;
      const id = ids.next();
      return typeof id === 'number'
        ? addAs(id, row, record, findings)
        : id.then((taken) => addAs(taken, row, record, findings));
    },
    refuse(_row, findings) {
      // A total or a remark is no row that was refused.
      if (findings.length === 0 || findings.some(costsRow)) countRefused(1);
      return note(findings);
    },
    note(findings) {
      // What could not be read as a row at all never came as one.
      countRefused(findings.filter((finding) => costsRow(finding) && (finding.row ?? finding.item) !== null).length);
      return note(findings);
    },
    publish,
    abandon,
  };

  async function publish(options: PublishOptions = {}): Promise<DeliveryReport> {
    if (!open) throw new Error('The intake has ended.');
    preview = options.preview ?? false;
    try {
      await sightings.end();
      if (!first && coverage === 'full') await stageUnseen(knownRows, staged);
      await staged.end();
      const work: DeliveryAtWork = { head, delivery, now: await readClock(client) };
      const direct = first && !(one && counted.repeats > 0);
      if (one && counted.repeats > 0) await foldRepeats(client, head);

      const facts = factsWithout(options);
      const hopeless = judgeDelivery(facts);
      const skips = hopeless?.state === 'refused' || (hopeless?.reason.code === 'DELIVERY_CUT_OFF' && !options.accept);
      let matched: Matched | null = null;
      if (!direct && !skips) {
        // What was sighted on the way is not where folded rows went.
        if (first) await client.query(`delete from staged_row where kind = 's'`);
        matched = await matchRows(client, work);
      }
      const judged = judgeDelivery({ ...facts, retired: matched?.vanished ?? 0 });
      if (judged && (judged.state === 'refused' || !options.accept)) {
        await client.query('rollback');
        return await keepReason(judged);
      }

      await writeDelivery(client, head, delivery, {
        state: 'taken',
        reason: judged?.reason ?? null,
        accepted: judged ? options.accept : undefined,
        columns,
      });
      const findings = matched ? await writeCompared(work) : await writeDirect(work);
      await writeSightings(client, work, matched !== null);
      const report = tell('taken', judged?.reason ?? null, findings, matched);
      await writeDeliveryCount(client, county, delivery, report);
      if (options.cursor) await writeFeedCursor(client, county, options.cursor, work.now);
      await analyzeRecords(client, report.added);
      await client.query(preview ? 'rollback' : 'commit');
      release();
      return report;
    } catch (error) {
      await abandon();
      throw error;
    }
  }

  async function writeDirect(work: DeliveryAtWork): Promise<number> {
    await writeFirstRecords(client, work);
    return await writeFirstFindings(client, work, !one && counted.repeats > 0);
  }

  async function writeCompared(work: DeliveryAtWork): Promise<number> {
    // Findings read what the records state before they change.
    const findings = await writeMatchedFindings(client, work, !one && counted.repeats > 0);
    await writeMatchedRecords(client, work);
    return findings;
  }

  function factsWithout({ cutOff }: PublishOptions): DeliveryFacts {
    return {
      coverage,
      believable: dataset.believable,
      mayBeEmpty: head.format === 'feed' && coverage === 'delta',
      cutOff: cutOff ?? false,
      rows: counted.rows,
      refusedRows: counted.refused,
      current: knownRows.size,
      retired: 0,
    };
  }

  /** The second, small transaction of a delivery that changed nothing. */
  async function keepReason({ state, reason }: Judgement): Promise<DeliveryReport> {
    await client.query('begin');
    const findings = [reason, ...held.kept()];
    const report = tell(state, reason, findings.length, null);
    const work: DeliveryAtWork = { head, delivery, now: await readClock(client) };
    if (!preview && !(await wasSoBefore(client, head, delivery, state, reason))) {
      await writeDelivery(client, head, delivery, { state, reason, columns });
      await client.query(
        `update finding set closed_at = $3 where county = $1 and delivery = $2 and closed_at is null`,
        [county, delivery, work.now],
      );
      await writeBareFindings(client, work, findings);
      await writeDeliveryCount(client, county, delivery, report);
    }
    await client.query('commit');
    release();
    return report;
  }

  function tell(
    state: 'taken' | 'held' | 'refused',
    reason: Finding | null,
    findings: number,
    matched: Matched | null,
  ): DeliveryReport {
    const stored = state === 'taken';
    const direct = stored && !matched;
    return {
      delivery: preview ? null : delivery,
      file: head.file,
      sha256: head.sha256,
      dataset: dataset.name,
      state,
      reason,
      rows: counted.rows,
      added: direct ? counted.rows - counted.refused - counted.deleted : (matched?.added ?? 0),
      changed: matched?.changed ?? 0,
      unchanged: direct ? counted.deleted : stored ? counted.known + matched!.unchanged : 0,
      retired: matched ? matched.ended + matched.vanished : 0,
      refusedRows: counted.refused,
      findings,
    };
  }

  async function abandon(): Promise<void> {
    if (!open) return;
    await staged.abort().catch(() => {});
    const failed = await client.query('rollback').then(
      () => undefined,
      (error: Error) => error,
    );
    release(failed);
  }

  function release(failed?: Error): void {
    open = false;
    client.release(failed);
    if (!failed) client.off('error', ignore);
  }
}

async function stageUnseen(known: KnownRows, staged: StagedRows): Promise<void> {
  let chunk: number[] = [];
  for (const id of known.unseen()) {
    chunk.push(id);
    if (chunk.length < 10_000) continue;
    await staged.unseen(chunk);
    chunk = [];
  }
  if (chunk.length > 0) await staged.unseen(chunk);
}

/** To the microsecond, which a Date would lose. */
async function readClock(client: PoolClient): Promise<string> {
  const { rows } = await client.query<{ now: string }>('select clock_timestamp()::text as now');
  return rows[0]!.now;
}
