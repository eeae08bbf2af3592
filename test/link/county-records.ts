import type { Database } from '../../src/database/connect.js';
import { linkTouched, type LinkReport } from '../../src/link/link-touched.js';
import type { Dataset } from '../../src/model/importer.js';
import { IMPORTERS } from '../../importers/index.js';

export const COUNTY = '530502';
export const VILLAGE = '530502001002';
export const DATASETS: readonly Dataset[] = IMPORTERS.flatMap((importer) => importer.datasets);

export interface TestRecord {
  readonly id: number;
  readonly dataset: string;
  readonly stated: Readonly<Record<string, unknown>>;
  readonly village?: string | null;
  readonly grid?: string | null;
  readonly tie?: 'registered' | 'resident' | null;
  readonly status?: 'current' | 'retired';
  readonly delivery?: number;
  readonly sheet?: string;
  readonly row?: number;
  readonly item?: string;
}

/** Puts records where the stage would leave them; one that is there already is changed and noted as touched. */
export async function putRecords(database: Database, records: readonly TestRecord[]): Promise<void> {
  for (const record of records) {
    const { stated } = record;
    const tie =
      record.tie === undefined ? (DATASETS.find(({ name }) => name === record.dataset)?.tie ?? null) : record.tie;
    const village = record.village === undefined ? VILLAGE : record.village;
    await database.query(
      `with put as (
         insert into record as r (county, id, register, dataset, township, village, grid, status, delivery, sheet, row_no, item, valid_from,
           tie, key, occurrence, hash, name, id_number, birth_date, phone, stated)
         values ($1, $2, split_part($3, '/', 1), $3, left($4, 9), $4, $5, $6, $7, $8, $9, $10, now(),
           $11, gen_random_uuid(), 1, 1, $12, $13, $14, $15, $16)
         on conflict (county, id) do update set village = excluded.village, township = excluded.township, grid = excluded.grid,
           status = excluded.status, tie = excluded.tie, name = excluded.name, id_number = excluded.id_number,
           birth_date = excluded.birth_date, phone = excluded.phone, stated = excluded.stated, delivery = excluded.delivery
         returning (xmax <> 0) as changed)
       insert into touched_record select $1, $2 from put where changed on conflict do nothing`,
      [
        COUNTY,
        record.id,
        record.dataset,
        village,
        record.grid ?? null,
        record.status ?? 'current',
        record.delivery ?? 1,
        record.sheet ?? null,
        record.row ?? record.id,
        record.item ?? null,
        tie,
        stated['name'] ?? null,
        stated['idNumber'] ?? null,
        stated['birthDate'] ?? null,
        stated['phone'] ?? null,
        JSON.stringify(stated),
      ],
    );
  }
}

export async function link(database: Database): Promise<LinkReport> {
  return await linkTouched(database, COUNTY, DATASETS);
}

export type LinkRow = Record<
  | 'record'
  | 'person'
  | 'household'
  | 'dwelling'
  | 'building'
  | 'organisation'
  | 'place'
  | 'event'
  | 'grid_entity'
  | 'evidence',
  number | null
> &
  Record<'person_reason' | 'household_reason' | 'dwelling_reason' | 'building_reason', string | null>;

export async function linksOf(database: Database): Promise<ReadonlyMap<number, LinkRow>> {
  const rows = await database.query<LinkRow>('select * from link where county = $1 order by record', [COUNTY]);
  return new Map(rows.map((row) => [row.record!, row]));
}

export async function forget(database: Database): Promise<void> {
  await database.query(
    'truncate record, link, mention, entity, touched_record, touched_entity, finding, delivery, sighting, linkage_model',
  );
}

/** A number of the unassigned area 99 with a valid check digit. @param birth YYYYMMDD @param sequence odd for men */
export function idNumber(birth: string, sequence: number): string {
  const body = `990502${birth}${String(sequence).padStart(3, '0')}`;
  const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
  const sum = weights.reduce((total, weight, i) => total + weight * Number(body[i]), 0);
  return body + '10X98765432'[sum % 11];
}
