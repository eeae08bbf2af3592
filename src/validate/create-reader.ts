import type { Finding } from '../model/finding.js';
import type { KeyPart } from '../model/importer.js';
import type { Row, ValidRecord } from '../model/record.js';
import type { CellContext, ReaderContext } from './cell.js';
import { bindCellReader } from './cell-readers.js';
import { completionsOf } from './complete-record.js';
import { Draft } from './draft.js';
import type { ColumnPlan } from './plan-columns.js';

/** What a row came to. A bad cell costs the cell, a bad row the row. */
export interface RowReading {
  /** Null where the row is blank (no finding) or refused (a finding says why). */
  readonly record: ValidRecord | null;
  readonly findings: readonly Finding[];
}

/** The reader of one table's rows: pure, and everything that does not depend on the row is prepared here. */
export function createReader(plan: ColumnPlan, context: ReaderContext): (row: Row) => RowReading {
  const cells: CellContext = {
    ...context,
    latest: Number(context.receivedOn.replaceAll('-', '')),
    workbook: plan.dataset.file.format === 'workbook',
  };
  const bound = plan.bound
    .filter(({ at }) => at >= 0)
    .map(({ column, at, header }) => ({
      at,
      rank: RANK[column.word.kind] ?? 0,
      read: bindCellReader(column, header, cells),
    }))
    .toSorted((a, b) => a.rank - b.rank);
  const ofSheet = plan.bound
    .filter(({ at }) => at < 0)
    .map(({ column, header }) => bindCellReader(column, header, cells));
  const completions = completionsOf(plan, cells);
  const needed = plan.bound.filter(({ column }) => column.needed === true);
  const { key: alternatives, tie } = plan.dataset;
  const accepted = plan.dataset.key.map((parts) => parts.map(tellPart).join(' + ')).join(' / ');

  return (row) => {
    const draft = new Draft(row, row.sheet ?? plan.sheet, tie);
    const given = row.cells;
    let blank = true;
    for (let index = 0; index < bound.length; index += 1) {
      const { at, read } = bound[index] as (typeof bound)[number];
      const cell = given[at];
      if (cell === undefined || cell === null || cell === '') continue;
      blank = false;
      read(cell, draft);
    }
    if (blank) return BLANK;
    const { sheet } = draft;
    if (sheet !== null) for (const read of ofSheet) read(sheet, draft);
    for (let index = 0; index < completions.length; index += 1) completions[index]?.(draft);

    const key = keyOf(draft, alternatives);
    const refusal = needed.find(({ column }) => !draft.deleted && draft.stated[column.field] === undefined);
    if (refusal !== undefined) draft.report('ROW_NEEDED', refusal.header);
    if (key === null) draft.report('ROW_KEY', null, null, accepted);
    const findings = draft.findings ?? NONE;
    if (key === null || refusal !== undefined) return { record: null, findings };
    return {
      record: {
        sheet,
        row: row.row,
        item: row.item,
        key,
        stated: draft.stated,
        raw: draft.raw,
        township: draft.township,
        village: draft.village,
        grid: draft.grid,
        tie: draft.tie,
        deleted: draft.deleted,
      },
      findings,
    };
  };

  function tellPart(part: KeyPart): string {
    return 'sheet' in part ? '工作表' : (plan.columns[part.field] ?? part.field);
  }
}

const NONE: readonly Finding[] = Object.freeze([]);
const BLANK: RowReading = Object.freeze({ record: null, findings: NONE });

/** A word that checks another field is read after it. */
const RANK: Readonly<Record<string, number>> = { disabilityNumber: 1 };

/** The first alternative whose parts are all stated. */
function keyOf(draft: Draft, alternatives: readonly (readonly KeyPart[])[]): string | null {
  for (const parts of alternatives) {
    let key = '';
    let complete = true;
    for (let index = 0; index < parts.length; index += 1) {
      const part = parts[index] as KeyPart;
      const text = 'sheet' in part ? draft.sheet : fieldText(draft, part.field);
      if (text === null || text === '') {
        complete = false;
        break;
      }
      key = index === 0 ? text : `${key}\u001f${text}`;
    }
    if (complete) return key;
  }
  return null;
}

function fieldText(draft: Draft, field: string): string | null {
  const own = draft.keys[field];
  if (own !== undefined) return own;
  const value = draft.stated[field];
  return value === undefined || value === null
    ? null
    : typeof value === 'object'
      ? JSON.stringify(value)
      : String(value);
}
