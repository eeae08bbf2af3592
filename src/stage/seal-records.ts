import type { PoolClient } from 'pg';
import type { Database } from '../database/connect.js';
import type { Dataset } from '../model/importer.js';
import { isSealed, type Sealing, type Stated } from '../model/sealing.js';
import { saltKey } from './hash-rows.js';

const BATCH = 2000;

/**
 * Seals what was taken in before there was a seal: all of it in one transaction, or nothing. Keys are salted, hashes of rows are thrown
 * away, so that the next full delivery is compared by what it says, once; what the linkage kept goes, so that it reads everything anew.
 * @param fingerprint of the keys, by which the database is known from then on
 */
export async function sealRecords(
  database: Database,
  seal: Sealing,
  county: string,
  datasets: readonly Dataset[],
  fingerprint: string,
  onRows: (rows: number) => void = () => {},
): Promise<number> {
  const sealers = new Map(datasets.map((dataset) => [dataset.name, sealerOf(seal, dataset)]));
  return await database.transaction(async (client) => {
    let sealed = 0;
    const took = (rows: number): void => onRows((sealed += rows));
    await sealTable(client, county, seal, sealers, RECORDS, took);
    await sealTable(client, county, seal, sealers, VERSIONS, took);
    await client.query('delete from linkage_part where county = $1', [county]);
    await client.query(
      `insert into touched_record (county, record) select county, id from record where county = $1 limit 1 on conflict do nothing`,
      [county],
    );
    await client.query(`insert into setting (name, value) values ('seal', $1)`, [fingerprint]);
    return sealed;
  });
}

type Sealer = (record: Stated) => Stated;

/** What was sealed already stays as it is. */
function sealerOf(seal: Sealing, dataset: Pick<Dataset, 'columns'>): Sealer {
  const sealer = seal.sealerOf(dataset);
  return (record) => (Object.values(record.stated).some(isSealed) ? record : sealer(record));
}

interface Table {
  readonly select: string;
  readonly update: string;
}

const INDEXED = (field: string): string => `coalesce(n.stated -> '${field}' ->> 'index', n.stated ->> '${field}')`;

const RECORDS: Table = {
  select: `select id, null::text as since, dataset, replace(key::text, '-', '') as key, stated, raw
    from record where county = $1 and id > $2 order by id limit ${BATCH}`,
  update: `update record r set key = n.key::uuid, hash = (random() * 9e18)::bigint, stated = n.stated, raw = n.raw,
      name = n.stated ->> 'name', id_number = ${INDEXED('idNumber')}, phone = ${INDEXED('phone')}
    from (select * from unnest($2::bigint[], $3::text[], $4::text[], $5::jsonb[], $6::jsonb[]) as n (id, since, key, stated, raw)) n
    where r.county = $1 and r.id = n.id`,
};

const VERSIONS: Table = {
  select: `select record as id, valid_from::text as since, dataset, null::text as key, stated, raw from record_version
    where county = $1 and record > $2 and record <= coalesce((
      select max(record) from (select record from record_version where county = $1 and record > $2 order by record limit ${BATCH}) as few), 0)`,
  update: `update record_version r set stated = n.stated, raw = n.raw
    from (select * from unnest($2::bigint[], $3::text[], $4::text[], $5::jsonb[], $6::jsonb[]) as n (id, since, key, stated, raw)) n
    where r.county = $1 and r.record = n.id and r.valid_from = n.since::timestamptz`,
};

interface Row {
  readonly id: number;
  readonly since: string | null;
  readonly dataset: string;
  readonly key: string | null;
  readonly stated: Stated['stated'];
  readonly raw: Stated['raw'] | null;
}

async function sealTable(
  client: PoolClient,
  county: string,
  seal: Sealing,
  sealers: Map<string, Sealer>,
  { select, update }: Table,
  onRows: (rows: number) => void,
): Promise<void> {
  let last = 0;
  for (;;) {
    const { rows } = await client.query<Row>(select, [county, last]);
    if (rows.length === 0) return;
    const sealed = rows.map(({ dataset, stated, raw }) => {
      let sealer = sealers.get(dataset);
      // A department that is no longer declared: only what is a number by its check digit is known to be one.
      if (!sealer) sealers.set(dataset, (sealer = sealerOf(seal, { columns: [] })));
      return sealer({ stated, raw: raw ?? {} });
    });
    await client.query(update, [
      county,
      rows.map(({ id }) => id),
      rows.map(({ since }) => since),
      rows.map(({ key }) => key && saltKey(seal, key)),
      sealed.map(({ stated }) => JSON.stringify(stated)),
      sealed.map(({ raw }) => (Object.keys(raw).length > 0 ? JSON.stringify(raw) : null)),
    ]);
    for (const { id } of rows) last = Math.max(last, id);
    onRows(rows.length);
  }
}
