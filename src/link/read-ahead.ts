import type { PoolClient } from 'pg';
import type { Database } from '../database/connect.js';
import type { Dataset } from '../model/importer.js';
import type { Sealing } from '../model/sealing.js';
import { traitsOf } from './dataset-traits.js';
import { LinkColumns } from './link-columns.js';
import { hasEvidenceParts, readEvidenceParts, type EvidenceRead } from './persons/evidence-parts.js';
import { RecordColumns, UNDECLARED } from './record-columns.js';

/** What is known of every row of a person, as last night left it. Whoever takes it goes on with its columns. */
export interface KnownPersons {
  readonly columns: RecordColumns;
  readonly before: LinkColumns;
  readonly after: LinkColumns;
  readonly evidence: EvidenceRead;
}

/**
 * Reads what last night knew while the deliveries still come in: whoever receives waits for the database half of the time. Nobody but the
 * linkage writes it; where it was written all the same, what was read is not used.
 */
export class ReadAhead {
  #reading: Promise<{ readonly stamp: string; readonly known: KnownPersons } | null> | null = null;

  constructor(
    readonly database: Database,
    readonly county: string,
    readonly datasets: readonly Dataset[],
  ) {}

  /** To be called once it is sure that something has come. */
  begin(): void {
    this.#reading ??= this.#read().catch(() => null);
  }

  /** A run that reads everything has no use for it. */
  forget(): void {
    this.#reading = null;
  }

  /** Gives it away; null where it was not read, or is not what `client` sees. */
  async take(client: PoolClient): Promise<KnownPersons | null> {
    const reading = this.#reading;
    this.#reading = null;
    const read = await reading;
    return read && read.stamp === (await stampOf(client, this.county)) ? read.known : null;
  }

  async #read(): Promise<{ readonly stamp: string; readonly known: KnownPersons } | null> {
    const { database, county, datasets } = this;
    return await database.transaction(async (client) => {
      await client.query('set transaction isolation level repeatable read, read only');
      if (!(await hasEvidenceParts(client, county))) return null;
      const [columns, before, after] = [
        recordColumnsOf(datasets, database.sealing),
        new LinkColumns(),
        new LinkColumns(),
      ];
      const evidence = await readEvidenceParts(client, database.sealing, county, columns, [before, after]);
      return { stamp: await stampOf(client, county), known: { columns, before, after, evidence } };
    });
  }
}

export function recordColumnsOf(datasets: readonly Dataset[], { secret }: Sealing): RecordColumns {
  return new RecordColumns([...traitsOf(datasets), UNDECLARED], undefined, undefined, undefined, secret);
}

/** Another one whenever a part was written. */
async function stampOf(client: PoolClient, county: string): Promise<string> {
  const { rows } = await client.query<{ stamp: string }>(
    `select coalesce(string_agg(part || ' ' || xmin || ' ' || ctid, ',' order by part), '') as stamp from linkage_part where county = $1`,
    [county],
  );
  return rows[0]!.stamp;
}
