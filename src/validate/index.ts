/** Row → record and findings; pure. */
export type { ReaderContext } from './cell.js';
export { createReader, type RowReading } from './create-reader.js';
export { readDivisions } from './divisions.js';
export { type ColumnPlan, planColumns, refusedNotes } from './plan-columns.js';
