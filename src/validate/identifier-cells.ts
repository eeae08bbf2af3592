import type { FieldName } from '../model/field.js';
import type { CellContext, CellReader, StatedCell } from './cell.js';
import { asText, isPlaceholder } from './cell.js';
import { narrow } from './clean-text.js';
import { readCreditCode } from './credit-code.js';
import type { Draft } from './draft.js';
import { readIdNumber } from './id-number.js';

/** A valid number goes to the field, any other beside it under the field’s name + `Invalid`. */
export function readIdCell(
  cell: StatedCell,
  draft: Draft,
  field: string,
  header: string,
  { workbook, latest }: Pick<CellContext, 'workbook' | 'latest'>,
): void {
  if (typeof cell === 'object' || typeof cell === 'boolean') return draft.refuse('VALUE_SHAPE', header, field, cell);
  if (typeof cell === 'string' && isPlaceholder(cell)) return;
  const { number, invalid, key, code } = readIdNumber(cell, workbook, latest);
  if (code !== null)
    draft.report(code, header, code === 'ID_NUMBER_LENGTH' ? shapeOfId(invalid) : null, '18 位 GB 11643');
  if (number !== cell && invalid !== cell) draft.keep(field, String(cell));
  if (number !== null) {
    draft.stated[field] = number;
    if (key !== number) draft.keyOf(field, key);
  } else if (invalid !== null) {
    draft.stated[`${field}Invalid`] = invalid;
    if (key !== invalid) draft.keyOf(`${field}Invalid`, key);
  }
}

/** Where the person's own number is missing or broken, the card tells it: its first 18 characters are the number. */
const CERTIFIED = 'certifiedIdNumber' satisfies FieldName;

export function bindDisabilityNumber(checks: string, header: string, { latest, workbook }: CellContext): CellReader {
  return (cell, draft) => {
    if (typeof cell === 'object' || typeof cell === 'boolean') return;
    const number = draft.stated[checks];
    const card = narrow(String(cell))
      .replace(/[\s'’‘-]+/gu, '')
      .toUpperCase();
    // The card's own digits may be damaged as the number's are; then it proves nothing.
    const holder = readIdNumber(card.slice(0, 18), workbook, latest).number;
    if (holder !== null && number === undefined) draft.stated[CERTIFIED] = holder;
    if (
      holder !== null &&
      number !== holder &&
      (number !== undefined || draft.stated[`${checks}Invalid`] !== undefined)
    ) {
      draft.report('DISABILITY_NUMBER', header);
    }
  };
}

export function bindCreditCode(field: string, header: string): CellReader {
  return (cell, draft) => {
    const written = asText(cell, draft, header, field);
    if (written === null || isPlaceholder(written)) return;
    const reading = readCreditCode(written);
    if ('code' in reading) draft.stated[field] = reading.code;
    else {
      draft.report('CREDIT_CODE', header, reading.fault);
      draft.keep(field, written);
    }
  };
}

function shapeOfId(invalid: string | null): string {
  return `${invalid?.length ?? 0} 位`;
}
