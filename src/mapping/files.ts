import type { FileShape } from '../model/importer.js';

type Named = { readonly name: RegExp; readonly coverage: 'full' | 'delta' };

/** A CSV file; a group named `date` in its name holds YYYYMMDD or YYYYMM, one named `coverage` 全量 or 增量. */
export const csv = (shape: Named): FileShape => ({ format: 'csv', ...shape });

/** A workbook: the header is the first row that holds one of the names, the data end at a row that begins like `until`. */
export const workbook = (
  shape: Named & {
    readonly headerHolds: readonly string[];
    readonly until?: RegExp;
    readonly sheets?: readonly string[];
  },
): FileShape => ({ format: 'workbook', until: TOTAL_OR_NOTE, ...shape });

/** Items of a feed's resource, or the same items as lines of an NDJSON file. */
export const items = (resource: string): FileShape => ({
  format: 'items',
  resource,
  name: new RegExp(`^${resource}(?:_(?<coverage>全量|增量))?_(?<date>\\d{8})\\.ndjson$`, 'iu'),
  coverage: 'delta',
});

const TOTAL_OR_NOTE = /^\s*(?:合\s*计|总\s*计|小\s*计|备\s*注|说\s*明|注\s*[:：]|填表|制表|审核|负责人)/u;
