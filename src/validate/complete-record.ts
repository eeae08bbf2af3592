import type { Division } from '../model/division.js';
import { shapeOf } from '../model/finding.js';
import type { Dataset } from '../model/importer.js';
import type { Value } from '../model/record.js';
import type { Elements } from './address-elements.js';
import type { CellContext } from './cell.js';
import { readIdCell } from './identifier-cells.js';
import { CHILD, CHILD_BY_SEX } from './code-values.js';
import { toCgcs2000 } from './coordinates.js';
import type { Draft } from './draft.js';
import { birthDateIn, sexIn } from './id-number.js';
import { elementNumber, parseAddress } from './parse-address.js';
import type { ColumnPlan } from './plan-columns.js';

/** What is done when all cells of a row are read, because it takes more than one of them. */
export type Completion = (draft: Draft) => void;

/** The completions a plan needs, in order: the kind of number before its checks, the place before the address. */
export function completionsOf(plan: ColumnPlan, context: CellContext): readonly Completion[] {
  return [
    ...ofKind(plan, 'anyIdNumber').map(({ field, word }) =>
      settleIdType(field, word.typeField, header(plan, field), context),
    ),
    ...checkAgainstNumber(plan),
    ...ofKind(plan, 'choice').flatMap(({ field, word }) =>
      word.table === 'kinship' ? [settleChild(field, header(plan, field))] : [],
    ),
    ...ofKind(plan, 'townshipName').map(({ field }) => settleTownship(field, header(plan, field), context)),
    ...ofKind(plan, 'villageName').map(({ field, word }) =>
      settleVillage(field, word.townshipField, header(plan, field), context),
    ),
    settlePlace,
    ...ofKind(plan, 'address').map(({ field }) => takeElements(field, context)),
    ...convertCoordinates(plan),
  ];
}

type WordOf<K extends string> = Extract<Dataset['columns'][number]['word'], { readonly kind: K }>;

function ofKind<K extends Dataset['columns'][number]['word']['kind']>(plan: ColumnPlan, kind: K) {
  return plan.bound.flatMap(({ column }) =>
    column.word.kind === kind ? [{ field: column.field, word: column.word as WordOf<K> }] : [],
  );
}

const header = (plan: ColumnPlan, field: string) => plan.columns[field] ?? field;

/**
 * A citizen's number is one by its document or, where another or none is stated, by its check digit: residence permits of
 * Hong Kong, Macao, Taiwan and foreign residents have 18 digits of the same form.
 */
function settleIdType(field: string, typeField: string, column: string, context: CellContext): Completion {
  return (draft) => {
    const written = draft.stated[field];
    if (typeof written !== 'string') return;
    const type = draft.stated[typeField];
    delete draft.stated[field];
    if (type === CITIZEN || (type === undefined && /^\d{15}(?:\d{2}[\dXx])?$/u.test(written))) {
      return readIdCell(written, draft, field, column, context);
    }
    const findings = draft.findings?.length ?? 0;
    if (/^\d{17}[\dXx]$/u.test(written)) readIdCell(written, draft, field, column, context);
    if (draft.stated[field] !== undefined) return;
    // Not a citizen's number after all: nothing is wrong with it.
    if (draft.findings !== null) draft.findings.length = findings;
    delete draft.stated[`${field}Invalid`];
    draft.stated['otherIdNumber'] = written.toUpperCase();
  };
}

const CITIZEN = '居民身份证';

/** Both are kept where they differ: which of them is wrong, the row does not say. */
function checkAgainstNumber(plan: ColumnPlan): readonly Completion[] {
  const { idNumber, birthDate, sex } = plan.columns;
  if (idNumber === undefined || (birthDate === undefined && sex === undefined)) return [];
  return [
    (draft) => {
      const number = draft.stated['idNumber'];
      if (typeof number !== 'string') return;
      const born = draft.stated['birthDate'];
      if (typeof born === 'string' && !birthDateIn(number).startsWith(born)) {
        draft.report('ID_NUMBER_BIRTH_DATE', birthDate ?? null);
      }
      const stated = draft.stated['sex'];
      if ((stated === '1' || stated === '2') && stated !== sexIn(number)) draft.report('ID_NUMBER_SEX', sex ?? null);
    },
  ];
}

/** A son or a daughter, by the sex stated or by the number's. */
function settleChild(field: string, column: string): Completion {
  return (draft) => {
    if (draft.stated[field] !== CHILD) return;
    const { sex, idNumber } = draft.stated;
    const code = CHILD_BY_SEX[typeof sex === 'string' ? sex : typeof idNumber === 'string' ? sexIn(idNumber) : ''];
    draft.keep(field, CHILD);
    if (code !== undefined) draft.stated[field] = code;
    else {
      delete draft.stated[field];
      draft.report('CODE_UNKNOWN', column, CHILD, '子 / 女');
    }
  };
}

function settleTownship(field: string, column: string, { divisions }: CellContext): Completion {
  return (draft) => {
    const written = draft.stated[field];
    if (typeof written !== 'string') return;
    const found = settleDivision(draft, field, column, written, divisions.township(written), divisions.county.name);
    if (found !== null) draft.township ??= found.code;
  };
}

function settleVillage(
  field: string,
  townshipField: string | undefined,
  column: string,
  { divisions }: CellContext,
): Completion {
  return (draft) => {
    const written = draft.stated[field];
    if (typeof written !== 'string') return;
    const stated = townshipField === undefined ? draft.township : draft.stated[townshipField];
    const named = divisions.village(written, typeof stated === 'string' ? stated : null);
    const found = settleDivision(draft, field, column, written, named, divisions.county.name);
    if (found !== null) draft.village ??= found.code;
  };
}

/** The code takes the name's place; a name that no table knows is not stated, but still makes the row's key. */
function settleDivision(
  draft: Draft,
  field: string,
  column: string,
  written: string,
  found: Division | 'ambiguous' | null,
  county: string,
): Division | null {
  if (found !== null && found !== 'ambiguous') {
    draft.stated[field] = found.code;
    if (found.name !== written) draft.keep(field, written);
    return found;
  }
  delete draft.stated[field];
  draft.keyOf(field, written);
  draft.keep(field, written);
  if (found === 'ambiguous') draft.report('DIVISION_AMBIGUOUS', column);
  else draft.report('DIVISION_UNKNOWN', column, shapeOf(written), county);
  return null;
}

/** A grid lies in its village, a village in its township. */
function settlePlace(draft: Draft): void {
  draft.village ??= draft.grid?.slice(0, 12) ?? null;
  if (draft.village !== null) draft.township = draft.village.slice(0, 9);
}

/** Elements that have columns of their own fill what the text leaves out. */
function takeElements(field: string, { divisions }: CellContext): Completion {
  return (draft) => {
    const written = draft.stated[field];
    if (typeof written !== 'string') return;
    const { elements, township, village } = parseAddress(written, divisions, draft.village);
    if (draft.village === null) {
      draft.village = village;
      if (village !== null) draft.township = village.slice(0, 9);
      else draft.township ??= township;
    }
    const whole: Elements = elements;
    // Who is administered in one village may live in another; the row stays where it is administered.
    const named = village ?? township;
    if (named !== null && draft.village !== null && !draft.village.startsWith(named)) whole.elsewhere = named;
    for (const [element, column] of OWN_COLUMNS) {
      const stated = draft.stated[column];
      if (typeof stated === 'string' && whole[element] === undefined) {
        const number = elementNumber(stated);
        if (number !== '') whole[element] = number;
      }
    }
    draft.stated[`${field}Elements`] = whole as Record<string, Value>;
  };
}

const OWN_COLUMNS = [
  ['building', 'buildingNumber'],
  ['unit', 'unit'],
  ['room', 'room'],
] as const;

/** Half a coordinate is none. */
function convertCoordinates(plan: ColumnPlan): readonly Completion[] {
  const { columns } = plan.dataset;
  const east = columns.find(({ word }) => word.kind === 'longitude');
  const north = columns.find(({ word }) => word.kind === 'latitude');
  if (east?.word.kind !== 'longitude' || north === undefined) return [];
  const { system } = east.word;
  return [
    (draft) => {
      const longitude = draft.stated[east.field];
      const latitude = draft.stated[north.field];
      if (typeof longitude !== 'number' || typeof latitude !== 'number') {
        delete draft.stated[east.field];
        delete draft.stated[north.field];
        return;
      }
      if (system === 'CGCS2000') return;
      draft.keep(east.field, String(longitude));
      draft.keep(north.field, String(latitude));
      [draft.stated[east.field], draft.stated[north.field]] = toCgcs2000(longitude, latitude, system);
    },
  ];
}
