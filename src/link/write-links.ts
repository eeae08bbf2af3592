import type { Database } from '../database/connect.js';
import { recordRef } from '../model/ref.js';
import { NumberIndex } from './engine/number-index.js';
import { readCopy } from './read-copy.js';

export type WrittenKind = 'person' | 'household' | 'building' | 'dwelling';

/**
 * Writes CSV `ref,kind,entity`: every row ever seen in a delivery that was taken, with the entities that its record speaks of tonight.
 * A row is written once for each delivery that showed it. Streams; `write` may answer with a promise to wait for.
 * @returns lines written, the header not counted
 */
export async function writeLinks(
  database: Database,
  county: string,
  kinds: readonly WrittenKind[],
  write: (text: string) => void | Promise<void>,
): Promise<number> {
  if (!/^\d{6}$/.test(county)) throw new Error('A county code has six digits.');
  return await database.transaction(async (client) => {
    await client.query('set transaction isolation level repeatable read, read only');
    const links = await readLinks(client, county, kinds);
    const parts = await client.query<{ delivery: number; part: number; dataset: string; file: string; format: string }>(
      `select s.delivery, s.part, d.dataset, d.file, d.format from sighting s
       join delivery d on d.county = s.county and d.id = s.delivery
       where s.county = $1 and d.state = 'taken' order by s.delivery, s.part`,
      [county],
    );
    await write('ref,kind,entity\n');
    let lines = 0;
    // A feed's item is seen every night; its ref is the same each time.
    const items = new Set<string>();
    for (const { delivery, part, dataset, file, format } of parts.rows) {
      const found = await client.query<{
        sheet: string | null;
        rows: number[] | null;
        items: string[] | null;
        records: string[];
      }>('select sheet, rows, items, records from sighting where county = $1 and delivery = $2 and part = $3', [
        county,
        delivery,
        part,
      ]);
      const { sheet, rows, items: ids, records } = found.rows[0]!;
      let text = '';
      for (let i = 0; i < records.length; i += 1) {
        const item = ids?.[i] ?? null;
        const ref = recordRef({ file, dataset, format, sheet, row: rows?.[i] ?? null, item });
        if (item !== null) {
          if (items.has(ref)) continue;
          items.add(ref);
        }
        const position = links.positions.find(Number(records[i]));
        if (position < 0) continue;
        const quoted = csv(ref);
        for (let k = 0; k < kinds.length; k += 1) {
          const entity = links.entities[k]![position]!;
          if (entity === 0) continue;
          text += `${quoted},${kinds[k]},${entity}\n`;
          lines += 1;
        }
      }
      if (text) await write(text);
    }
    return lines;
  });
}

async function readLinks(
  client: Parameters<typeof readCopy>[0],
  county: string,
  kinds: readonly WrittenKind[],
): Promise<{ positions: NumberIndex; entities: readonly Float64Array[] }> {
  const counted = await client.query<{ n: number }>('select count(*) as n from link where county = $1', [county]);
  const length = Number(counted.rows[0]!.n);
  const entities = kinds.map(() => new Float64Array(length));
  const positions = new NumberIndex(length);
  await readCopy(client, `select record, ${kinds.join(', ')} from link where county = '${county}'`, (cells) => {
    const position = positions.add(Number(cells[0]));
    for (let k = 0; k < kinds.length; k += 1) entities[k]![position] = Number(cells[k + 1] ?? 0);
  });
  return { positions, entities };
}

function csv(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
