import { FIELDS } from '../model/field.js';
import { MASK_OF } from '../model/mask-value.js';
import { SOURCE_PRIORITY } from '../model/priority.js';
import type { Database } from './connect.js';

/** Writes down for SQL what the program knows of fields: which source speaks first, of which class they are, how they are masked. */
export async function keepReference(database: Database): Promise<void> {
  const ranks = Object.entries(SOURCE_PRIORITY).flatMap(([field, datasets]) =>
    datasets.map((dataset, rank) => ({ field, dataset, rank })),
  );
  const classes = Object.entries(FIELDS).map(([field, meaning]) => ({
    field,
    class: meaning.class,
    mask: (MASK_OF as Readonly<Record<string, string>>)[field] ?? null,
  }));
  await keep(database, 'source_priority', 'field text, dataset text, rank integer', ranks);
  await keep(database, 'field_class', 'field text, class text, mask text', classes);
}

/** Touches the table only where it says something else: hubs start while others read. */
async function keep(database: Database, table: string, columns: string, rows: readonly object[]): Promise<void> {
  const wanted = `select * from jsonb_to_recordset($1::jsonb) as wanted (${columns})`;
  const [found] = await database.query<{ same: boolean }>(
    `select not exists ((${wanted} except select * from ${table}) union all (select * from ${table} except ${wanted})) as same`,
    [JSON.stringify(rows)],
  );
  if (found!.same) return;
  await database.transaction(async (client) => {
    await client.query(`delete from ${table}`);
    await client.query(`insert into ${table} ${wanted}`, [JSON.stringify(rows)]);
  });
}
