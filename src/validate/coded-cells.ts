import type { Tie } from '../model/register.js';
import type { CellReader } from './cell.js';
import { isPlaceholder, plainForm } from './cell.js';
import { cleanText } from './clean-text.js';
import { type CodeReader, readerOfLabels } from './code-values.js';
import { readPersonName } from './person-name.js';

export function bindCodes(field: string, header: string, codes: CodeReader): CellReader {
  return (cell, draft) => {
    const value = codes.read(plainForm(cell));
    if (value !== undefined) draft.stated[field] = value;
    else if (typeof cell !== 'string' || !isPlaceholder(cell))
      draft.refuse('CODE_UNKNOWN', header, field, cell, codes.accepted);
  };
}

export function bindYesNo(field: string, header: string): CellReader {
  return (cell, draft) => {
    const value = YES_NO.get(plainForm(cell).trim().toLowerCase());
    if (value === undefined) draft.refuse('CODE_UNKNOWN', header, field, cell, '是 / 否');
    else draft.stated[field] = value;
  };
}

export function bindList(of: Readonly<Record<string, string>> | null, field: string, header: string): CellReader {
  const labels = of === null ? null : readerOfLabels(of);
  return (cell, draft) => {
    const parts = Array.isArray(cell) ? cell : typeof cell === 'string' ? cell.split(LIST) : null;
    if (parts === null) return draft.refuse('VALUE_SHAPE', header, field, cell, '[…]');
    const kept: string[] = [];
    for (const part of parts.slice(0, MOST_PARTS)) {
      const text = typeof part === 'string' ? cleanText(part).text : '';
      if (text === '') continue;
      const value = labels === null ? text.slice(0, 200) : labels.read(text);
      if (value === undefined) draft.report('CODE_UNKNOWN', header, `${text.length} 字`, labels?.accepted);
      else if (!kept.includes(value)) kept.push(value);
    }
    if (kept.length > 0) draft.stated[field] = kept;
  };
}

export function bindNames(field: string, header: string): CellReader {
  return (cell, draft) => {
    const parts = Array.isArray(cell) ? cell : typeof cell === 'string' ? cell.split(LIST) : null;
    if (parts === null) return draft.refuse('VALUE_SHAPE', header, field, cell, '姓名、姓名');
    const kept = parts
      .slice(0, MOST_PARTS)
      .map((part) => (typeof part === 'string' ? readPersonName(part).name.slice(0, 60) : ''))
      .filter((name) => name !== '');
    if (kept.length > 0) draft.stated[field] = kept;
  };
}

export function bindTie(values: Readonly<Record<string, Tie>>, field: string, header: string): CellReader {
  const labels = readerOfLabels(Object.fromEntries(Object.keys(values).map((each) => [each, each])));
  return (cell, draft) => {
    const value = labels.read(plainForm(cell));
    if (value === undefined) return draft.refuse('CODE_UNKNOWN', header, field, cell, labels.accepted);
    draft.stated[field] = value;
    draft.tie = values[value] ?? draft.tie;
  };
}

export function bindDeleted(values: Readonly<Record<string, boolean>>, field: string, header: string): CellReader {
  const known = new Map(Object.entries(values));
  return (cell, draft) => {
    const value = known.get(typeof cell === 'string' ? cleanText(cell).text : plainForm(cell));
    if (value === undefined) draft.refuse('CODE_UNKNOWN', header, field, cell, [...known.keys()].join(' / '));
    else draft.deleted = value;
  };
}

export function bindSheetName(values: readonly string[], field: string, header: string): CellReader {
  const labels = readerOfLabels(Object.fromEntries(values.map((each) => [each, each])));
  return (cell, draft) => {
    const value = labels.read(plainForm(cell));
    if (value === undefined) draft.report('CODE_UNKNOWN', header, null, labels.accepted);
    else draft.stated[field] = value;
  };
}

const LIST = /[、,，;；/|\s]+/u;
const MOST_PARTS = 200;
const YES_NO = new Map<string, boolean>([
  ...['是', '有', '1', 'y', 'yes', 'true', '√', '对'].map((word): [string, boolean] => [word, true]),
  ...['否', '无', '没有', '0', 'n', 'no', 'false', '×', '不是'].map((word): [string, boolean] => [word, false]),
]);
