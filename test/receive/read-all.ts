import { mkdtemp, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OpenDelivery, Refusal } from '../../src/model/delivery.js';
import type { Finding } from '../../src/model/finding.js';
import type { Dataset } from '../../src/model/importer.js';
import type { Row } from '../../src/model/record.js';
import { openDelivery } from '../../src/receive/open-delivery.js';
import { DATASETS } from './invented-datasets.js';

export interface ReadDelivery {
  readonly delivery: OpenDelivery;
  readonly header: readonly string[];
  readonly headers: ReadonlyMap<string | null, readonly string[]>;
  readonly rows: readonly Row[];
  readonly findings: readonly Finding[];
  readonly cutOff: boolean;
}

/** Writes a file under its name in a folder of its own. */
export async function written(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(await mkdtemp(join(tmpdir(), 'receive-')), name);
  await writeFile(path, content);
  return path;
}

export async function opened(path: string, datasets: readonly Dataset[] = DATASETS): Promise<OpenDelivery | Refusal> {
  const name = path.split('/').at(-1) ?? '';
  return openDelivery({ file: name, path, bytes: (await stat(path)).size }, datasets);
}

export async function read(
  name: string,
  content: string | Uint8Array,
  datasets?: readonly Dataset[],
): Promise<ReadDelivery> {
  const delivery = await opened(await written(name, content), datasets);
  if ('refused' in delivery) throw new Error(`refused: ${delivery.finding.code} ${delivery.finding.found}`);
  return readAll(delivery);
}

export async function refused(
  name: string,
  content: string | Uint8Array,
  datasets?: readonly Dataset[],
): Promise<Refusal> {
  const delivery = await opened(await written(name, content), datasets);
  if ('refused' in delivery) return delivery;
  await delivery.close();
  throw new Error('it was not refused');
}

export async function readAll(delivery: OpenDelivery): Promise<ReadDelivery> {
  const rows: Row[] = [];
  const headers = new Map<string | null, readonly string[]>();
  try {
    for await (const table of delivery.tables()) {
      headers.set(table.sheet, table.header);
      for await (const batch of table.rows) rows.push(...batch);
    }
  } finally {
    await delivery.close();
  }
  const header = [...headers.values()][0] ?? [];
  return { delivery, header, headers, rows, findings: delivery.findings(), cutOff: delivery.cutOff() };
}

/** The row's address before its cells. */
export function addressed(row: Row): unknown[] {
  return [row.item ?? row.row, ...row.cells];
}
