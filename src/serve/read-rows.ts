import type { QueryResultRow } from 'pg';
import { levelOf, type Reading } from '../authorize/index.js';
import type { FindingCode } from '../model/finding.js';
import { NOW, JOINED, queryEvidence } from './evidence.js';

export interface DivisionRow {
  readonly code: string;
  readonly name: string;
  readonly kind: string;
  readonly parent: string | null;
  readonly level: number;
}

export interface DeliveryRow {
  readonly county: string;
  readonly id: number;
  readonly register: string;
  readonly dataset: string;
  readonly file: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly format: string;
  readonly encoding: string;
  readonly coverage: string;
  readonly statedOn: string | null;
  readonly state: string;
  readonly reason: FindingCode | null;
  readonly detail: { readonly column?: string; readonly found?: string; readonly accepted?: string } | null;
  readonly columns: Readonly<Record<string, string>>;
  readonly receivedAt: Date;
}

export interface MentionRow {
  readonly county: string;
  readonly record: number;
  readonly pointer: string;
  readonly name: string | null;
  readonly person: number | null;
  readonly reason: string | null;
}

export interface FindingRow {
  readonly county: string;
  readonly id: number;
  readonly register: string;
  readonly township: string | null;
  readonly village: string | null;
  readonly grid: string | null;
  readonly delivery: number | null;
  readonly dataset: string | null;
  readonly record: number | null;
  readonly otherRecord: number | null;
  readonly person: number | null;
  readonly code: FindingCode;
  readonly severity: string;
  readonly sheet: string | null;
  readonly row: number | null;
  readonly item: string | null;
  readonly column: string | null;
  readonly found: string | null;
  readonly accepted: string | null;
  readonly openedAt: Date;
  readonly closedAt: Date | null;
}

export const DELIVERY_COLUMNS = `county, id, register, dataset, file, sha256, bytes, format, encoding, coverage,
  stated_on as "statedOn", state, reason, reason_detail as detail, columns, received_at as "receivedAt"`;

export const FINDING_COLUMNS = `f.county, f.id, f.register, f.township, f.village, f.grid, f.delivery, f.dataset, f.record,
  f.other_record as "otherRecord", f.person, f.code, f.severity, f.sheet, f.row_no as row, f.item, f.column_name as column,
  f.found, f.accepted, f.opened_at as "openedAt", f.closed_at as "closedAt"`;

/** The divisions are public, and the county's own. */
export async function readDivisions(reading: Reading, codes: readonly string[]) {
  const rows = await rowsOf<DivisionRow>(
    reading,
    'divisions',
    `select code, name, kind, parent, level from division where code = any($1::text[])`,
    [codes],
  );
  return one(codes, rows, (row) => row.code);
}

export async function readDivisionsBelow(reading: Reading, codes: readonly string[]) {
  const rows = await rowsOf<DivisionRow>(
    reading,
    'divisions below',
    `select code, name, kind, parent, level from division where parent = any($1::text[]) order by code`,
    [codes],
  );
  return many(codes, rows, (row) => row.parent!);
}

export async function readDeliveries(reading: Reading, ids: readonly number[]) {
  const text = `select ${DELIVERY_COLUMNS} from delivery where county = $1 and id = any($2::bigint[])`;
  return one(
    ids,
    await rowsOf<DeliveryRow>(reading, 'deliveries', text, [reading.bounds.county, ids]),
    (row) => row.id,
  );
}

/** Index: link_grid_code. */
export async function readGridsByCode(reading: Reading, codes: readonly string[]) {
  const text = `select distinct on (grid) grid as code, grid_entity as id from link
    where county = $1 and grid = any($2::text[]) and grid_entity is not null order by grid, status, grid_entity`;
  const rows = await rowsOf<{ code: string; id: number }>(reading, 'grids by code', text, [
    reading.bounds.county,
    codes,
  ]);
  const ids = new Map(rows.map((row) => [row.code, row.id]));
  return codes.map((code) => ids.get(code) ?? null);
}

/** Records that speak of a person and a grid and of no home: posts. Index: link_grid. */
export async function readStaff(reading: Reading, ids: readonly number[]) {
  const text = `select l.grid_entity as of, ${NOW} from link l ${JOINED}
    where l.county = $1 and l.grid_entity = any($2::bigint[]) and l.person is not null and l.tie is null
      and l.dwelling is null and l.building is null and l.status = 'current' order by l.record`;
  const rows = await queryEvidence(reading, { name: 'staff', text }, [reading.bounds.county, ids]);
  return many(ids, rows, (row) => row.of);
}

/** Index: link_organisation. */
export async function readMembers(reading: Reading, ids: readonly number[], after: number, limit: number) {
  const text = `select wanted.id as of, page.person from unnest($2::bigint[]) as wanted (id) cross join lateral (
      select distinct l.person from link l where l.county = $1 and l.organisation = wanted.id and l.status = 'current'
        and l.person > $3 order by 1 limit $4) as page`;
  const rows = await rowsOf<{ of: number; person: number }>(reading, 'members', text, [
    reading.bounds.county,
    ids,
    after,
    limit,
  ]);
  return many(ids, rows, (row) => row.of).map((list) => list.map((row) => row.person));
}

export async function countMembers(reading: Reading, id: number): Promise<number> {
  const text = `select count(distinct person) as n from link
    where county = $1 and organisation = $2 and status = 'current' and person is not null`;
  return (await rowsOf<{ n: number }>(reading, 'count members', text, [reading.bounds.county, id]))[0]!.n;
}

/** An organisation by its code: the codes of a county's organisations are few, so its own records are looked through. */
export async function readOrganisationsByCode(reading: Reading, codes: readonly string[]) {
  const text = `select r.stated ->> 'organisationCode' as code, min(l.organisation) as id
    from link l join record r on r.county = l.county and r.id = l.record
    where l.county = $1 and l.organisation is not null and l.person is null and l.status = 'current'
      and r.stated ->> 'organisationCode' = any($2::text[]) group by 1`;
  const rows = await rowsOf<{ code: string; id: number }>(reading, 'organisations by code', text, [
    reading.bounds.county,
    codes,
  ]);
  const ids = new Map(rows.map((row) => [row.code, row.id]));
  return codes.map((code) => ids.get(code) ?? null);
}

/** What a delivery did; the policy shows it to viewers of the county only. */
export async function readDeliveryCounts(reading: Reading, ids: readonly number[]) {
  if (reading.bounds.level !== 'county') return ids.map(() => null);
  const text = `select delivery, rows, added, changed, unchanged, retired, refused_rows as "refusedRows", findings
    from delivery_count where county = $1 and delivery = any($2::bigint[])`;
  return one(
    ids,
    await rowsOf<DeliveryCountRow>(reading, 'delivery counts', text, [reading.bounds.county, ids]),
    (row) => row.delivery,
  );
}

export interface DeliveryCountRow {
  readonly delivery: number;
  readonly rows: number;
  readonly added: number;
  readonly changed: number;
  readonly unchanged: number;
  readonly retired: number;
  readonly refusedRows: number;
  readonly findings: number;
}

/** The newest first: a delivery's id tells when it came and nothing else. */
export async function listDeliveries(
  reading: Reading,
  register: string | null,
  dataset: string | null,
  before: number,
  limit: number,
) {
  const text = `select ${DELIVERY_COLUMNS} from delivery
    where county = $1 and ($2::text is null or register = $2) and ($3::text is null or dataset = $3) and id < $4
    order by id desc limit $5`;
  return await rowsOf<DeliveryRow>(reading, 'list deliveries', text, [
    reading.bounds.county,
    register,
    dataset,
    before,
    limit,
  ]);
}

export async function countDeliveries(
  reading: Reading,
  register: string | null,
  dataset: string | null,
): Promise<number> {
  const text = `select count(*) as n from delivery
    where county = $1 and ($2::text is null or register = $2) and ($3::text is null or dataset = $3)`;
  return (
    await rowsOf<{ n: number }>(reading, 'count deliveries', text, [reading.bounds.county, register, dataset])
  )[0]!.n;
}

const MENTION_COLUMNS = `county, record, pointer, name, person, person_reason as reason`;

/** Index: mention_person. */
export async function readMentionsOf(reading: Reading, ids: readonly number[]) {
  const text = `select ${MENTION_COLUMNS} from mention where county = $1 and person = any($2::bigint[]) order by record, pointer`;
  return many(
    ids,
    await rowsOf<MentionRow>(reading, 'mentions of', text, [reading.bounds.county, ids]),
    (row) => row.person!,
  );
}

export async function readMentionsIn(reading: Reading, ids: readonly number[]) {
  const text = `select ${MENTION_COLUMNS} from mention where county = $1 and record = any($2::bigint[]) order by record, pointer`;
  return many(
    ids,
    await rowsOf<MentionRow>(reading, 'mentions in', text, [reading.bounds.county, ids]),
    (row) => row.record,
  );
}

export async function readFindings(reading: Reading, ids: readonly number[]) {
  const text = `select ${FINDING_COLUMNS} from finding f where f.county = $1 and f.id = any($2::bigint[])`;
  return one(ids, await rowsOf<FindingRow>(reading, 'findings', text, [reading.bounds.county, ids]), (row) => row.id);
}

export interface FindingFilter {
  readonly code?: string | null;
  readonly severity?: string | null;
  readonly register?: string | null;
  /** 6, 9, 12 or 15 digits. */
  readonly division?: string | null;
  readonly delivery?: number | null;
  readonly open?: boolean | null;
}

/** Indexes: finding_village, finding_delivery, the primary key for the order. */
export async function listFindings(reading: Reading, filter: FindingFilter, after: number, limit: number) {
  const { where, values, shape } = narrowFindings(reading, filter);
  const text = `select ${FINDING_COLUMNS} from finding f where ${where} and f.id > $${values.length + 1}
    order by f.id limit $${values.length + 2}`;
  return await rowsOf<FindingRow>(reading, `list findings ${shape}`, text, [...values, after, limit]);
}

export async function countFindings(reading: Reading, filter: FindingFilter): Promise<number> {
  const { where, values, shape } = narrowFindings(reading, filter);
  const text = `select count(*) as n from finding f where ${where}`;
  return (await rowsOf<{ n: number }>(reading, `count findings ${shape}`, text, values))[0]!.n;
}

function narrowFindings(reading: Reading, filter: FindingFilter) {
  const values: unknown[] = [reading.bounds.county];
  const conditions = ['f.county = $1'];
  let shape = '';
  const add = (letter: string, column: string, value: unknown) => {
    if (value === null || value === undefined) return;
    conditions.push(`f.${column} = $${values.push(value)}`);
    shape += letter;
  };
  const level = filter.division ? levelOf(filter.division) : null;
  if (level) add({ county: 'c', township: 't', village: 'v', grid: 'g' }[level], level, filter.division);
  add('C', 'code', filter.code);
  add('S', 'severity', filter.severity);
  add('R', 'register', filter.register);
  add('D', 'delivery', filter.delivery);
  if (typeof filter.open === 'boolean') {
    conditions.push(`f.closed_at is ${filter.open ? '' : 'not '}null`);
    shape += filter.open ? 'o' : 'x';
  }
  return { where: conditions.join(' and '), values, shape };
}

/** What is wrong with a person's records, and between them. Indexes: finding_person, finding_record, link_person. */
export async function readFindingsOfPersons(reading: Reading, ids: readonly number[]) {
  const text = `select distinct on (of, id) * from (
      select f.person as of, ${FINDING_COLUMNS} from finding f where f.county = $1 and f.person = any($2::bigint[])
      union all
      select l.person as of, ${FINDING_COLUMNS} from link l join finding f on f.county = l.county and f.record = l.record
        where l.county = $1 and l.person = any($2::bigint[])) as all_of_them
    where "closedAt" is null order by of, id`;
  const rows = await rowsOf<FindingRow & { of: number }>(reading, 'findings of', text, [reading.bounds.county, ids]);
  return many(ids, rows, (row) => row.of);
}

/** Where a merged entity went; the policy shows it to whoever can see what it became. */
export async function readSurvivors(reading: Reading, ids: readonly number[]) {
  const text = `select id, merged_into as into from entity where county = $1 and id = any($2::bigint[]) and merged_into is not null`;
  const rows = await rowsOf<{ id: number; into: number }>(reading, 'survivors', text, [reading.bounds.county, ids]);
  const into = new Map(rows.map((row) => [row.id, row.into]));
  return ids.map((id) => into.get(id) ?? null);
}

function rowsOf<T extends object>(
  reading: Reading,
  name: string,
  text: string,
  values: readonly unknown[],
): Promise<T[]> {
  return reading.query<T & QueryResultRow>({ name, text }, values);
}

function one<K, T>(keys: readonly K[], rows: readonly T[], keyOf: (row: T) => K): (T | null)[] {
  const found = new Map(rows.map((row) => [keyOf(row), row]));
  return keys.map((key) => found.get(key) ?? null);
}

function many<K, T>(keys: readonly K[], rows: readonly T[], keyOf: (row: T) => K): T[][] {
  const lists = new Map<K, T[]>(keys.map((key) => [key, []]));
  for (const row of rows) lists.get(keyOf(row))?.push(row);
  return keys.map((key) => lists.get(key)!);
}
