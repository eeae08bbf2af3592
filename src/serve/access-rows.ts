import type { Reading } from '../authorize/index.js';

/** One row of the access log as it is told. */
export interface AccessRow {
  /** YYYY-MM-DD, the first day of its month. */
  readonly month: string;
  readonly number: number;
  readonly at: Date;
  readonly request: string;
  readonly client: string;
  /** Null where the client is no longer registered. */
  readonly organ: string | null;
  readonly person: string | null;
  readonly purpose: string;
  readonly purposeZh: string | null;
  readonly purposeEn: string | null;
  readonly basis: string;
  readonly emergency: boolean;
  readonly operation: string | null;
  readonly asked: readonly string[];
  readonly persons: number;
  readonly households: number;
  readonly shown: readonly string[];
  readonly masked: readonly string[];
  readonly revealed: readonly string[];
  readonly revealReasons: readonly string[];
  readonly outcome: string;
  readonly code: string | null;
  readonly ms: number;
}

/** A place in the log: after (that is, older than) this row. */
export type AccessPlace = Pick<AccessRow, 'month' | 'number'>;

export interface Period {
  readonly from: Date | null;
  readonly to: Date | null;
}

export interface ShownPersonRow {
  readonly person: number;
  readonly survivor: number;
  readonly times: number;
  readonly firstAt: Date;
  readonly lastAt: Date;
}

export interface AlarmRow {
  readonly day: string;
  readonly client: string;
  readonly kind: string;
  readonly counted: number;
  readonly threshold: number;
  readonly raisedAt: Date;
}

const TOLD = `month, number, at, request, client, organ, person, purpose, purpose_zh as "purposeZh", purpose_en as "purposeEn", basis, emergency,
  operation, asked, persons, households, shown, masked, revealed, reveal_reasons as "revealReasons", outcome, code, ms`;
const BOUNDS = `coalesce($2::timestamptz, '-infinity'), coalesce($3::timestamptz, 'infinity')`;

export async function readDataUsage(
  reading: Reading,
  person: number,
  { from, to }: Period,
  after: AccessPlace | null,
  limit: number,
) {
  return await reading.query<AccessRow>(
    { name: 'data usage', text: `select ${TOLD} from data_usage($1, $4, ${BOUNDS}, $5::date, $6, $7)` },
    [reading.bounds.county, from, to, person, after?.month ?? null, after?.number ?? null, limit],
  );
}

export async function countDataUsage(reading: Reading, person: number, { from, to }: Period): Promise<number> {
  const [row] = await reading.query<{ n: number }>(
    { name: 'count data usage', text: `select count_data_usage($1, $4, ${BOUNDS}) as n` },
    [reading.bounds.county, from, to, person],
  );
  return row!.n;
}

export async function readOwnAccesses(
  reading: Reading,
  { from, to }: Period,
  after: AccessPlace | null,
  limit: number,
) {
  return await reading.query<AccessRow>(
    { name: 'own accesses', text: `select ${TOLD} from own_accesses($1, ${BOUNDS}, $4::date, $5, $6)` },
    [reading.bounds.county, from, to, after?.month ?? null, after?.number ?? null, limit],
  );
}

export async function countOwnAccesses(reading: Reading, { from, to }: Period): Promise<number> {
  const [row] = await reading.query<{ n: number }>(
    { name: 'count own accesses', text: `select count_own_accesses($1, ${BOUNDS}) as n` },
    [reading.bounds.county, from, to],
  );
  return row!.n;
}

export async function readPersonsShownTo(
  reading: Reading,
  client: string,
  { from, to }: Period,
  after: number,
  limit: number,
) {
  return await reading.query<ShownPersonRow>(
    {
      name: 'persons shown to',
      text: `select person, survivor, times, first_at as "firstAt", last_at as "lastAt"
        from persons_shown_to($1, $4, ${BOUNDS}, $5, $6)`,
    },
    [reading.bounds.county, from, to, client, after, limit],
  );
}

export async function countPersonsShownTo(reading: Reading, client: string, { from, to }: Period): Promise<number> {
  const [row] = await reading.query<{ n: number }>(
    { name: 'count persons shown to', text: `select count_persons_shown_to($1, $4, ${BOUNDS}) as n` },
    [reading.bounds.county, from, to, client],
  );
  return row!.n;
}

/** Whether there is such a client: of one that was mistyped nothing is told, as of one that was shown nobody. */
export async function isClientKnown(reading: Reading, client: string): Promise<boolean> {
  const [row] = await reading.query<{ known: boolean }>(
    { name: 'is client known', text: 'select is_client_known($1, $2) as known' },
    [reading.bounds.county, client],
  );
  return row!.known;
}

export async function readAlarms(reading: Reading, limit: number) {
  return await reading.query<AlarmRow>(
    {
      name: 'access alarms',
      text: `select day, client, kind, counted, threshold, raised_at as "raisedAt" from access_alarms($1, null, $2)`,
    },
    [reading.bounds.county, limit],
  );
}
