import type { Dataset } from '../../src/model/importer.js';
import type { Cell } from '../../src/model/record.js';
import { IMPORTERS } from '../../importers/index.js';
import { createReader } from '../../src/validate/create-reader.js';
import { type ColumnPlan, planColumns } from '../../src/validate/plan-columns.js';
import { longyang } from './longyang.js';

export const RECEIVED_ON = '2026-10-01';

export function datasetCalled(name: string): Dataset {
  const found = IMPORTERS.flatMap(({ datasets }) => datasets).find((dataset) => dataset.name === name);
  if (found === undefined) throw new Error(`no dataset ${name}`);
  return found;
}

/** Reads one row of a dataset, given by its headers. */
export function read(dataset: Dataset | string, cells: Readonly<Record<string, Cell>>, sheet: string | null = null) {
  const plan = planFor(dataset, Object.keys(cells), sheet);
  const { record, findings } = createReader(plan, { divisions: longyang, receivedOn: RECEIVED_ON })({
    sheet,
    row: 2,
    item: null,
    cells: Object.values(cells),
  });
  return { record, stated: record?.stated, raw: record?.raw, findings, codes: findings.map(({ code }) => code) };
}

/** A plan whose missing columns are left blank. */
function planFor(dataset: Dataset | string, header: readonly string[], sheet: string | null): ColumnPlan {
  const meant = typeof dataset === 'string' ? datasetCalled(dataset) : dataset;
  const plan = planColumns(
    { ...meant, columns: meant.columns.map(({ field, headers, word, needed }) => ({ field, headers, word, needed })) },
    header,
    sheet,
  );
  if ('code' in plan) throw new Error(plan.code);
  return plan;
}
