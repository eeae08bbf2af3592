import type { CellReader } from './cell.js';
import { asNumber, isPlaceholder } from './cell.js';
import { narrow } from './clean-text.js';

export function bindNumber(
  { least = -1e12, most = 1e12, whole = false }: NumberRange,
  field: string,
  header: string,
): CellReader {
  return (cell, draft) => {
    const value = asNumber(cell);
    if (value === null || (whole && !Number.isInteger(value))) {
      return typeof cell === 'string' && isPlaceholder(cell)
        ? undefined
        : draft.refuse('NUMBER_FORM', header, field, cell, whole ? '整数 whole number' : '数值 number');
    }
    if (value < least || value > most) {
      draft.report('NUMBER_RANGE', header, null, `${least}…${most}`);
      return draft.keep(field, String(value));
    }
    draft.stated[field] = value;
  };
}

export function bindYuan(field: string, header: string): CellReader {
  return (cell, draft) => {
    const text = typeof cell === 'string' ? narrow(cell).replace(/[元¥￥,\s]|\/月|每月/gu, '') : cell;
    if (typeof text === 'string' && isPlaceholder(text)) return;
    const value = asNumber(text);
    if (value === null) return draft.refuse('NUMBER_FORM', header, field, cell, '元 yuan');
    if (value < 0 || value > 1e8) return draft.refuse('NUMBER_RANGE', header, field, cell, '0…100000000');
    draft.stated[field] = Math.round(value * 100) / 100;
  };
}

export function bindDegrees(
  field: string,
  header: string,
  [least, most]: readonly [number, number],
  inRange: (degrees: number) => boolean,
): CellReader {
  return (cell, draft) => {
    const degrees = asNumber(cell);
    if (degrees === null) {
      return typeof cell === 'string' && isPlaceholder(cell)
        ? undefined
        : draft.refuse('NUMBER_FORM', header, field, cell, '度 degrees');
    }
    if (!inRange(degrees)) {
      draft.report('COORDINATE_RANGE', header, null, `${least}…${most}`);
      return draft.keep(field, String(cell));
    }
    draft.stated[field] = degrees;
  };
}

interface NumberRange {
  readonly least?: number;
  readonly most?: number;
  readonly whole?: boolean;
}
