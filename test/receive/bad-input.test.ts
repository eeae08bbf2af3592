import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { OpenDelivery } from '../../src/model/delivery.js';
import { listDeliveries } from '../../src/receive/list-deliveries.js';
import { openDelivery } from '../../src/receive/open-delivery.js';
import { UnreadableDelivery } from '../../src/receive/unreadable-delivery.js';
import { DATASETS, dataset } from './invented-datasets.js';

const CORPORA = join(import.meta.dirname, '../../../shared/bad-input');
const PRESENT = existsSync(CORPORA);
if (!PRESENT) console.warn('the corpora of bad input are not beside the project: these tests are skipped');

/** Datasets that take whatever can be read at all, so that the reading is tried too and not only the refusing. */
const TAKES_ALL = [
  dataset('invented/csv', { format: 'csv', name: /./, coverage: 'delta' }, []),
  dataset('invented/items', { format: 'items', resource: 'any', name: /./, coverage: 'delta' }, []),
  dataset(
    'invented/workbook',
    {
      format: 'workbook',
      name: /./,
      coverage: 'delta',
      until: /^Total$/,
      headerHolds: [
        'name',
        'a',
        'x',
        'id',
        'text',
        'date',
        'number',
        'value',
        'v',
        'b1',
        'a1',
        'error',
        'var1',
        'col1',
        'header1',
        'logical',
        'C',
        'y',
        'B',
        'dates',
        'A1:B2',
        '1904-01-02',
        '1900-01-01',
      ],
    },
    [],
  ),
];

/** A workbook is parsed in a process of its own before it can be refused: once is enough. */
const WORKBOOKS = new Set(['readxl', 'sheetjs']);

describe.skipIf(!PRESENT)('every file of the corpora ends in a refusal or in rows with findings', () => {
  const folders = PRESENT
    ? [
        'blns',
        'commons-csv',
        'csv-spectrum',
        'csvkit',
        'frictionless',
        'iconv-lite-gbk',
        'papaparse',
        'payloads-csv-injection',
        'readxl',
        'sheetjs',
      ]
    : [];

  it('all folders are tried', async () => {
    expect((await readdir(CORPORA)).toSorted()).toEqual(folders);
  });

  it.each(folders)(
    '%s',
    async (folder) => {
      const before = process.memoryUsage().rss;
      let rows = 0;
      for (const found of await listDeliveries(join(CORPORA, folder))) {
        for (const datasets of WORKBOOKS.has(folder) ? [TAKES_ALL] : [DATASETS, TAKES_ALL]) {
          const began = performance.now();
          const opened = await openDelivery(found, datasets);
          if ('refused' in opened) expect(opened.finding.code).toMatch(/^DELIVERY_/);
          else rows += await countRows(opened);
          expect(performance.now() - began, found.file).toBeLessThan(60_000);
        }
      }
      expect(process.memoryUsage().rss - before).toBeLessThan(400 * 1024 * 1024);
      expect(rows).toBeGreaterThan(0);
    },
    600_000,
  );
});

async function countRows(delivery: OpenDelivery): Promise<number> {
  let count = 0;
  try {
    for await (const table of delivery.tables()) {
      for await (const batch of table.rows) {
        count += batch.length;
        for (const row of batch) expect(row.cells.length).toBe(table.header.length);
      }
    }
    delivery.cutOff();
  } catch (error) {
    expect(error).toBeInstanceOf(UnreadableDelivery);
  } finally {
    await delivery.close();
  }
  return count;
}
