import fc from 'fast-check';
import type { LinkageModel } from '../../../src/link/engine/linkage-model.js';
import type { SourceTable } from '../../../src/link/engine/record-table.js';

/** A model of four columns, for tables of a few dozen rows. */
export const TINY: LinkageModel = {
  name: 'tiny',
  version: 1,
  fields: {
    name: { from: ['given', 'family'], read: 'name' },
    birth: { from: ['birth'], read: 'date' },
    place: { from: ['place'], read: 'words' },
    paper: { from: ['paper'], read: 'code' },
  },
  comparisons: [
    { name: 'name', fields: ['name'], comparator: 'names' },
    { name: 'birth', fields: ['birth'], comparator: 'dates' },
    { name: 'place', fields: ['place'], comparator: 'words' },
    { name: 'paper', fields: ['paper'], comparator: 'codes' },
  ],
  blocking: [
    { name: 'names', parts: [{ field: 'name', take: 'words' }], most: 100 },
    { name: 'births', parts: [{ field: 'birth' }] },
  ],
  cannotLink: [{ comparison: 'paper', levels: ['DIFFERENT'] }],
  sessions: [
    { name: 'births', parts: [{ field: 'birth' }] },
    { name: 'names', parts: [{ field: 'name', take: 'word-pairs' }] },
  ],
  thresholds: { link: 0, review: -5 },
};

export const COLUMNS = ['ref', 'given', 'family', 'birth', 'place', 'paper'] as const;

const given = fc.constantFrom('anna', 'ana', 'john', 'jon', 'mary', '');
const family = fc.constantFrom('smith', 'smyth', 'brown', 'wickham');
const birth = fc.constantFrom('18500101', '18500110', '18510101', '');
const place = fc.constantFrom('leeds', 'york', '');
const paper = fc.constantFrom('10001', '10002', '77777', '');

/** Rows with names that clash, wander and fall silent; the first cell names the row. */
export const rows: fc.Arbitrary<string[][]> = fc
  .array(fc.tuple(given, family, birth, place, paper), { minLength: 2, maxLength: 40 })
  .map((people) => people.map((cells, i) => [`row-${i}`, ...cells]));

export function tableOf(cells: readonly (readonly string[])[]): SourceTable {
  return { columns: COLUMNS, rows: cells };
}
