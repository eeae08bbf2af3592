import type { Column, Word } from '../model/importer.js';
import type { CellContext, CellReader } from './cell.js';
import { readerOfLabels, readerOfTable } from './code-values.js';
import { bindCodes, bindDeleted, bindList, bindNames, bindSheetName, bindTie, bindYesNo } from './coded-cells.js';
import { inChina, LATITUDES, LONGITUDES } from './coordinates.js';
import { bindDate } from './date-cells.js';
import { readDate, readMoment, readMonth } from './dates.js';
import { bindCreditCode, bindDisabilityNumber, readIdCell } from './identifier-cells.js';
import { bindJson } from './json-shapes.js';
import { bindDegrees, bindNumber, bindYuan } from './number-cells.js';
import { bindCountyCode, bindGridCode, bindPolygon, bindVillageCode } from './place-cells.js';
import { bindCode, bindPersonName, bindPhone, bindText } from './text-cells.js';

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

/**
 * One reader a word. What needs another column of the row is read as text here and finished in `complete-record`: the kind of
 * a document, a village within its township, an address, a pair of coordinates.
 */
const READERS: { readonly [K in Word['kind']]: Bind<K> } = {
  text: ({ longest = 200 }, field, header) => bindText(field, header, longest),
  code: ({ longest = 60 }, field, header) => bindCode(field, header, longest),
  personName: (_, field, header) => bindPersonName(field, header),
  phone: (_, field, header) => bindPhone(field, header),
  idNumber: (_, field, header, context) => (cell, draft) => readIdCell(cell, draft, field, header, context),
  anyIdNumber: (_, field, header) => bindCode(field, header, 60),
  disabilityNumber: ({ checks }, _, header, context) => bindDisabilityNumber(checks, header, context),
  creditCode: (_, field, header) => bindCreditCode(field, header),
  date: (_, field, header, context) => bindDate(field, header, context, readDate),
  month: (_, field, header, context) => bindDate(field, header, context, readMonth),
  moment: (_, field, header, context) => bindDate(field, header, context, readMoment),
  choice: ({ table }, field, header) => bindCodes(field, header, readerOfTable(table)),
  label: ({ values }, field, header) => bindCodes(field, header, readerOfLabels(values)),
  yesNo: (_, field, header) => bindYesNo(field, header),
  list: ({ of }, field, header) => bindList(of, field, header),
  names: (_, field, header) => bindNames(field, header),
  tie: ({ values }, field, header) => bindTie(values, field, header),
  deleted: ({ values }, field, header) => bindDeleted(values, field, header),
  sheetName: ({ values }, field, header) => bindSheetName(values, field, header),
  divisionCode: ({ digits }, field, header, { divisions }) =>
    digits === 6 ? bindCountyCode(field, header) : bindVillageCode(field, header, divisions),
  townshipName: (_, field, header) => bindText(field, header, 60),
  villageName: (_, field, header) => bindText(field, header, 60),
  gridCode: (_, field, header, { divisions }) => bindGridCode(field, header, divisions),
  address: (_, field, header) => bindText(field, header, 200),
  longitude: (_, field, header) => bindDegrees(field, header, LONGITUDES, (degrees) => inChina(degrees, 30)),
  latitude: (_, field, header) => bindDegrees(field, header, LATITUDES, (degrees) => inChina(100, degrees)),
  number: (range, field, header) => bindNumber(range, field, header),
  yuan: (_, field, header) => bindYuan(field, header),
  polygon: ({ system }, field, header) => bindPolygon(system, field, header),
  json: ({ shape }, field, header, { latest }) => bindJson(shape, field, header, latest),
};
