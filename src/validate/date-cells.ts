import type { CellContext, CellReader } from './cell.js';
import { isPlaceholder } from './cell.js';
import { dayNumber, type DateReading, readShortBirth } from './dates.js';

export function bindDate(
  field: string,
  header: string,
  { latest, receivedOn }: CellContext,
  read: (cell: string | number) => DateReading,
): CellReader {
  const past = PAST.has(field);
  return (cell, draft) => {
    if (typeof cell === 'object' || typeof cell === 'boolean')
      return draft.refuse('DATE_FORM', header, field, cell, DATES);
    let reading = read(cell);
    if ('fault' in reading && field === 'birthDate') reading = readShortBirth(cell, latest) ?? reading;
    if ('fault' in reading) {
      if (typeof cell === 'string' && isPlaceholder(cell)) return;
      return draft.refuse(reading.fault, header, field, cell, DATES);
    }
    if (past && dayNumber(reading.date) > latest) {
      draft.report('DATE_RANGE', header, null, `≤ ${receivedOn}`);
      return draft.keep(field, String(cell));
    }
    if (!reading.plain) draft.keep(field, String(cell));
    draft.stated[field] = reading.date;
  };
}

const DATES = 'YYYY-MM-DD / YYYYMMDD / YYYY.M / YYYY年M月D日';
/** A day that is past by its meaning; the others may be planned. */
const PAST = new Set(['birthDate', 'deathDate', 'cremationDate', 'joinedOn', 'foundedOn', 'statusDate']);
