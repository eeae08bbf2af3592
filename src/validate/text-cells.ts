import type { CellReader } from './cell.js';
import { asText, isPlaceholder } from './cell.js';
import { cleanText, isPlain, narrow } from './clean-text.js';
import type { Draft } from './draft.js';
import { readPersonName } from './person-name.js';
import { readPhone } from './phone.js';

export function bindText(field: string, header: string, longest: number): CellReader {
  return (cell, draft) => {
    if (typeof cell === 'string' && cell.length <= longest && isPlain(cell)) {
      draft.stated[field] = cell;
      return;
    }
    const written = asText(cell, draft, header, field);
    if (written === null) return;
    if (written.length > longest * 4) return tooLong(draft, header, field, written, longest);
    const { text, damaged } = cleanText(written);
    if (damaged) draft.report('TEXT_CONTROL', header);
    if (text.length > longest) return tooLong(draft, header, field, text, longest);
    if (text !== '') draft.stated[field] = text;
  };
}

/** A code keeps its leading zeros; a spreadsheet's number of more than 15 digits has lost its last ones. */
export function bindCode(field: string, header: string, longest: number): CellReader {
  return (cell, draft) => {
    if (typeof cell === 'string' && cell.length <= longest && isPlain(cell)) {
      draft.stated[field] = cell;
      return;
    }
    if (typeof cell === 'number' && Math.abs(cell) > Number.MAX_SAFE_INTEGER) {
      return draft.refuse('VALUE_SHAPE', header, field, cell, '文本格式 text');
    }
    const written = asText(cell, draft, header, field);
    if (written === null) return;
    if (written.length > longest * 4) return tooLong(draft, header, field, written, longest);
    const text = narrow(written).replace(/\s+/gu, '');
    if (text.length > longest) return tooLong(draft, header, field, text, longest);
    if (text !== '') draft.stated[field] = text;
  };
}

export function bindPersonName(field: string, header: string): CellReader {
  return (cell, draft) => {
    if (typeof cell === 'object') return draft.refuse('VALUE_SHAPE', header, field, cell, '文字 text');
    const written = String(cell);
    const { name, strange, damaged } = readPersonName(written);
    if (name === '') return;
    if (name.length > 60) return tooLong(draft, header, field, written, 60);
    if (damaged) draft.report('TEXT_CONTROL', header);
    if (strange !== null) draft.report('NAME_FORM', header, showCharacter(strange));
    if (name !== written) draft.keep(field, written);
    draft.stated[field] = name;
  };
}

export function bindPhone(field: string, header: string): CellReader {
  return (cell, draft) => {
    if (typeof cell === 'object' || typeof cell === 'boolean')
      return draft.refuse('VALUE_SHAPE', header, field, cell, PHONES);
    const written = String(cell);
    const phone = readPhone(written);
    if (phone === null)
      return isPlaceholder(written) ? undefined : draft.refuse('PHONE_FORM', header, field, cell, PHONES);
    if (phone !== written) draft.keep(field, written);
    draft.stated[field] = phone;
  };
}

const PHONES = '13912345678 / 0875-2123456';

function tooLong(draft: Draft, header: string, field: string, written: string, longest: number): void {
  draft.report('TEXT_TOO_LONG', header, String(written.length), String(longest));
  draft.keep(field, written);
}

/** One character by its number: the officer can look it up, and it is nobody's name. */
function showCharacter(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}
