import type { Column, Word } from '../model/importer.js';
import type { DivisionTable } from '../model/division.js';
import type { Cell } from '../model/record.js';
import { cleanText, isPlain, narrow } from './clean-text.js';
import { readerOfLabels, readerOfTable } from './code-values.js';
import { inChina, LATITUDES, LONGITUDES } from './coordinates.js';
import { readCreditCode } from './credit-code.js';
import { dayNumber, type DateReading, readDate, readMoment, readMonth } from './dates.js';
import type { Draft } from './draft.js';
import { readIdNumber } from './id-number.js';
import { readPeople, readSteps } from './json-shapes.js';
import { readPersonName } from './person-name.js';
import { readPhone } from './phone.js';
import { readPolygon } from './polygon.js';

/** What a reader of cells knows besides the cell. */
export interface ReaderContext {
  readonly divisions: DivisionTable;
  /** `YYYY-MM-DD`; nobody is born after it. */
  readonly receivedOn: string;
}

export interface CellContext extends ReaderContext {
  /** `receivedOn` as the number YYYYMMDD. */
  readonly latest: number;
  readonly workbook: boolean;
}

/** Puts what a cell says into the draft. The cell is neither null nor an empty text. */
export type CellReader = (cell: Exclude<Cell, null>, draft: Draft) => void;

/** The reader of one column, with all its tables prepared. */
export function bindCellReader(column: Column, header: string, context: CellContext): CellReader {
  const bind = READERS[column.word.kind] as (
    word: Word,
    field: string,
    header: string,
    context: CellContext,
  ) => CellReader;
  return bind(column.word, column.field, header, context);
}

type Bind<K extends Word['kind']> = (
  word: Extract<Word, { readonly kind: K }>,
  field: string,
  header: string,
  context: CellContext,
) => CellReader;

/** One reader a word. What needs another column of the row (address, coordinates, names of villages) is finished in `complete-record`. */
const READERS: { readonly [K in Word['kind']]: Bind<K> } = {
  text: ({ longest = 200 }, field, header) => bindText(field, header, longest),
  personName: (_word, field, header) => (cell, draft) => {
    if (typeof cell === 'object') return draft.refuse('VALUE_SHAPE', header, field, cell, '文字 text');
    const written = String(cell);
    const { name, strange, damaged } = readPersonName(written);
    if (name === '') return;
    if (name.length > 60) return tooLong(draft, header, field, written, 60);
    if (damaged) draft.report('TEXT_CONTROL', header);
    if (strange !== null) draft.report('NAME_FORM', header, showCharacter(strange));
    if (name !== written) draft.keep(field, written);
    draft.stated[field] = name;
  },
  idNumber: (_word, field, header, context) => (cell, draft) => readIdCell(cell, draft, field, header, context),
  /** Finished in `complete-record`: the kind of document stands in another column. */
  anyIdNumber: (_word, field, header) => bindCode(field, header, 60),
  disabilityNumber:
    ({ checks }, _field, header, { latest, workbook }) =>
    (cell, draft) => {
      if (typeof cell === 'object' || typeof cell === 'boolean') return;
      const number = draft.stated[checks];
      const card = narrow(String(cell))
        .replace(/[\s'’‘-]+/gu, '')
        .toUpperCase();
      // The card's own digits may be damaged as the number's are; then it proves nothing.
      const holder = readIdNumber(card.slice(0, 18), workbook, latest).number;
      if (
        holder !== null &&
        number !== holder &&
        (number !== undefined || draft.stated[`${checks}Invalid`] !== undefined)
      ) {
        draft.report('DISABILITY_NUMBER', header);
      }
    },
  creditCode: (_word, field, header) => (cell, draft) => {
    const written = asText(cell, draft, header, field);
    if (written === null || isPlaceholder(written)) return;
    const reading = readCreditCode(written);
    if ('code' in reading) draft.stated[field] = reading.code;
    else {
      draft.report('CREDIT_CODE', header, reading.fault);
      draft.keep(field, written);
    }
  },
  date: (_word, field, header, context) => bindDate(field, header, context, readDate),
  month: (_word, field, header, context) => bindDate(field, header, context, readMonth),
  moment: (_word, field, header, context) => bindDate(field, header, context, readMoment),
  phone: (_word, field, header) => (cell, draft) => {
    if (typeof cell === 'object' || typeof cell === 'boolean')
      return draft.refuse('VALUE_SHAPE', header, field, cell, PHONES);
    const written = String(cell);
    const phone = readPhone(written);
    if (phone === null)
      return isPlaceholder(written) ? undefined : draft.refuse('PHONE_FORM', header, field, cell, PHONES);
    if (phone !== written) draft.keep(field, written);
    draft.stated[field] = phone;
  },
  choice: ({ table }, field, header) => bindCodes(field, header, readerOfTable(table)),
  label: ({ values }, field, header) => bindCodes(field, header, readerOfLabels(values)),
  yesNo: (_word, field, header) => (cell, draft) => {
    const value = YES_NO.get(String(cell).trim().toLowerCase());
    if (value === undefined) draft.refuse('CODE_UNKNOWN', header, field, cell, '是 / 否');
    else draft.stated[field] = value;
  },
  list: ({ of }, field, header) => {
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
  },
  names: (_word, field, header) => (cell, draft) => {
    const parts = Array.isArray(cell) ? cell : typeof cell === 'string' ? cell.split(LIST) : null;
    if (parts === null) return draft.refuse('VALUE_SHAPE', header, field, cell, '姓名、姓名');
    const kept = parts
      .slice(0, MOST_PARTS)
      .map((part) => (typeof part === 'string' ? readPersonName(part).name.slice(0, 60) : ''))
      .filter((name) => name !== '');
    if (kept.length > 0) draft.stated[field] = kept;
  },
  divisionCode: ({ digits }, field, header, { divisions }) => {
    if (digits === 6) return bindCountyCode(field, header);
    return (cell, draft) => {
      const code = typeof cell === 'string' && cell.length === 12 ? cell : narrow(String(cell)).trim();
      const village = code.length === 12 ? divisions.byCode(code) : null;
      if (village !== null) {
        draft.stated[field] = code;
        draft.village ??= code;
        return;
      }
      // A village's code ending in 000 is the township as a whole.
      const township = /^\d{9}(?:000)?$/u.test(code) ? divisions.byCode(code.slice(0, 9)) : null;
      if (township !== null) draft.township ??= township.code;
      draft.refuse('DIVISION_UNKNOWN', header, field, cell, `12 位 ${divisions.county.code}…`);
    };
  },
  /** Finished in `complete-record`: the village's name needs the township's. */
  townshipName: (_word, field, header) => bindText(field, header, 60),
  villageName: (_word, field, header) => bindText(field, header, 60),
  gridCode:
    (_word, field, header, { divisions }) =>
    (cell, draft) => {
      const code = typeof cell === 'string' && cell.length === 15 ? cell : narrow(String(cell)).replace(/\s+/gu, '');
      if (!GRID.test(code) || divisions.byCode(code.slice(0, 12)) === null) {
        return isPlaceholder(code) ? undefined : draft.refuse('GRID_UNKNOWN', header, field, cell);
      }
      draft.stated[field] = code;
      draft.grid ??= code;
    },
  /** Its elements are taken in `complete-record`, when the row's village is known. */
  address: (_word, field, header) => bindText(field, header, 200),
  number:
    ({ least = -1e12, most = 1e12, whole = false }, field, header) =>
    (cell, draft) => {
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
    },
  yuan: (_word, field, header) => (cell, draft) => {
    const text = typeof cell === 'string' ? narrow(cell).replace(/[元¥￥,\s]|\/月|每月/gu, '') : cell;
    if (typeof text === 'string' && isPlaceholder(text)) return;
    const value = asNumber(text);
    if (value === null) return draft.refuse('NUMBER_FORM', header, field, cell, '元 yuan');
    if (value < 0 || value > 1e8) return draft.refuse('NUMBER_RANGE', header, field, cell, '0…100000000');
    draft.stated[field] = Math.round(value * 100) / 100;
  },
  longitude: (_word, field, header) => bindDegrees(field, header, LONGITUDES, (degrees) => inChina(degrees, 30)),
  latitude: (_word, field, header) => bindDegrees(field, header, LATITUDES, (degrees) => inChina(100, degrees)),
  tie: ({ values }, field, header) => {
    const labels = readerOfLabels(Object.fromEntries(Object.keys(values).map((each) => [each, each])));
    return (cell, draft) => {
      const value = labels.read(String(cell));
      if (value === undefined) return draft.refuse('CODE_UNKNOWN', header, field, cell, labels.accepted);
      draft.stated[field] = value;
      draft.tie = values[value] ?? draft.tie;
    };
  },
  deleted: ({ values }, field, header) => {
    const known = new Map(Object.entries(values));
    return (cell, draft) => {
      const value = known.get(typeof cell === 'string' ? cleanText(cell).text : String(cell));
      if (value === undefined) draft.refuse('CODE_UNKNOWN', header, field, cell, [...known.keys()].join(' / '));
      else draft.deleted = value;
    };
  },
  code: ({ longest = 60 }, field, header) => bindCode(field, header, longest),
  polygon:
    ({ system }, field, header) =>
    (cell, draft) => {
      const reading = readPolygon(parsed(cell), system);
      if ('shape' in reading) draft.stated[field] = reading.shape;
      else draft.report('VALUE_SHAPE', header, reading.fault, 'GeoJSON Polygon');
    },
  json:
    ({ shape }, field, header, { latest }) =>
    (cell, draft) => {
      const elements = parsed(cell);
      if (!Array.isArray(elements)) return draft.report('VALUE_SHAPE', header, typeof elements, '[{…}]');
      const value =
        shape === 'people' ? readPeople(elements, header, latest, draft) : readSteps(elements, header, draft);
      if (value.length > 0) draft.stated[field] = value;
    },
  sheetName: ({ values }, field, header) => {
    const labels = readerOfLabels(Object.fromEntries(values.map((each) => [each, each])));
    return (cell, draft) => {
      const value = labels.read(String(cell));
      if (value === undefined) draft.report('CODE_UNKNOWN', header, null, labels.accepted);
      else draft.stated[field] = value;
    };
  },
};

const PHONES = '13912345678 / 0875-2123456';
const DATES = 'YYYY-MM-DD / YYYYMMDD / YYYY.M / YYYY年M月D日';
const GRID = /^\d{15}$/u;
const LIST = /[、,，;；/|\s]+/u;
const MOST_PARTS = 200;
const YES_NO = new Map<string, boolean>([
  ...['是', '有', '1', 'y', 'yes', 'true', '√', '对'].map((word): [string, boolean] => [word, true]),
  ...['否', '无', '没有', '0', 'n', 'no', 'false', '×', '不是'].map((word): [string, boolean] => [word, false]),
]);
/** A day that is past by its meaning; the others may be planned. */
const PAST = new Set(['birthDate', 'deathDate', 'cremationDate', 'joinedOn', 'foundedOn', 'statusDate']);
/** What is typed for "nothing" where a number or a date belongs. */
const PLACEHOLDERS = new Set([
  '',
  '无',
  '/',
  '\\',
  '-',
  '--',
  '—',
  '——',
  '暂无',
  '不详',
  '未知',
  '没有',
  'null',
  'none',
  'n/a',
  '空',
]);

function isPlaceholder(written: string): boolean {
  return written.length < 5 && PLACEHOLDERS.has(written.trim().toLowerCase());
}

export function readIdCell(
  cell: Exclude<Cell, null>,
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

function shapeOfId(invalid: string | null): string {
  return `${invalid?.length ?? 0} 位`;
}

function bindText(field: string, header: string, longest: number): CellReader {
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
function bindCode(field: string, header: string, longest: number): CellReader {
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

function bindDate(
  field: string,
  header: string,
  { latest, receivedOn }: CellContext,
  read: (cell: string | number) => DateReading,
): CellReader {
  const past = PAST.has(field);
  return (cell, draft) => {
    if (typeof cell === 'object' || typeof cell === 'boolean')
      return draft.refuse('DATE_FORM', header, field, cell, DATES);
    const reading = read(cell);
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

function bindCodes(
  field: string,
  header: string,
  codes: { read(written: string): string | undefined; accepted: string },
): CellReader {
  return (cell, draft) => {
    const value = codes.read(typeof cell === 'string' ? cell : String(cell));
    if (value !== undefined) draft.stated[field] = value;
    else if (typeof cell !== 'string' || !isPlaceholder(cell))
      draft.refuse('CODE_UNKNOWN', header, field, cell, codes.accepted);
  };
}

/** GB/T 2260, of any county and any time: the form is all that can be checked. */
function bindCountyCode(field: string, header: string): CellReader {
  return (cell, draft) => {
    const code = narrow(String(cell))
      .trim()
      .replace(/0{6}$/u, (zeros, at: number) => (at === 6 ? '' : zeros));
    if (/^[1-9]\d{5}$/u.test(code)) draft.stated[field] = code;
    else if (!isPlaceholder(code)) draft.refuse('DIVISION_UNKNOWN', header, field, cell, '6 位 GB/T 2260');
  };
}

function bindDegrees(
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

function asText(cell: Exclude<Cell, null>, draft: Draft, header: string, field: string): string | null {
  if (typeof cell !== 'object') return String(cell);
  draft.refuse('VALUE_SHAPE', header, field, cell, '文字 text');
  return null;
}

function asNumber(cell: Cell): number | null {
  if (typeof cell === 'number') return Number.isFinite(cell) ? cell : null;
  if (typeof cell !== 'string') return null;
  const text = narrow(cell).replace(/[,\s'’]/gu, '');
  return /^[+-]?(?:\d+\.?\d*|\.\d+)$/u.test(text) ? Number(text) : null;
}

/** A list or an object, also where a file has it as text. */
function parsed(cell: Cell): unknown {
  if (typeof cell !== 'string') return cell;
  try {
    return JSON.parse(cell);
  } catch {
    return cell;
  }
}

function tooLong(draft: Draft, header: string, field: string, written: string, longest: number): void {
  draft.report('TEXT_TOO_LONG', header, String(written.length), String(longest));
  draft.keep(field, written);
}

/** One character by its number: the officer can look it up, and it is nobody's name. */
function showCharacter(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}
