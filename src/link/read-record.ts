import { statedFields } from '../model/stated-fields.js';
import { indexOf, isSealed, type Indexed, type Sealing } from '../model/sealing.js';
import type { Dataset, Mention } from '../model/importer.js';
import { isNoName } from './compare/own-name.js';
import { foldName } from './fold-name.js';
import { hashKey } from './engine/hash-key.js';
import {
  CURRENT,
  REGISTERED,
  RESIDENT,
  type DatasetTraits,
  type RecordColumns,
  buildingPlaceOf,
} from './record-columns.js';
import { MentionColumns, PARTS } from './mentions/mention-columns.js';
import { keyOfIndex } from './number-key.js';
import { isValidNumber } from './valid-number.js';

/** Fields of `stated` that identify something, read where the dataset declares them. */
const FIELDS = [
  'sex',
  'formerName',
  'headName',
  'relation',
  'headIdNumber',
  'idNumberInvalid',
  'certifiedIdNumber',
  'householdStatus',
  'householdNumber',
  'dwellingCode',
  'buildingCode',
  'buildingId',
  'id',
  'unit',
  'room',
  'organisationCode',
  'gridCode',
  'estateOrRoad',
  'buildingNumber',
] as const;
type FieldRead = (typeof FIELDS)[number];

/** 本人, 户主. @see GB/T 4761 */
const HEAD_RELATIONS = new Set(['01', '02']);
const NO_FIELDS: Readonly<Partial<Record<FieldRead, string>>> = {};

/** Reads the rows of COPY that `selectRecords` makes into the columns, one line a record. */
export interface RecordReader {
  /** Expressions of the select, in the order that `read` takes them. */
  readonly select: string;
  /** @param cells of the select, unescaped; null for `\N` @param row where they go; all of it 0 @returns the row */
  read(cells: readonly (string | null)[], row: number): number;
  readonly mentions: MentionColumns;
}

/**
 * Which of a record's values are read is the declaration's: a dataset that has no 户号 costs no look for one.
 * Field and dataset names are the program's own declarations, never what came in.
 */
export function createRecordReader(
  columns: RecordColumns,
  datasets: readonly Dataset[],
  sealing: Sealing,
): RecordReader {
  const plans = datasets.map((dataset, code) => planOf(dataset, code));
  const byName = new Map(plans.map((plan) => [plan.dataset.name, plan]));
  const mentions = new MentionColumns();
  return {
    select: selectOf(plans),
    mentions,
    read: (cells, row) => readCells(columns, byName, mentions, sealing, cells, row),
  };
}

interface Plan {
  readonly dataset: Dataset;
  readonly code: number;
  readonly fields: readonly FieldRead[];
  readonly mentions: readonly Mention[];
  readonly expressions: readonly string[];
  readonly hasAddress: boolean;
}

function planOf(dataset: Dataset, code: number): Plan {
  const declared = new Set(dataset.columns.flatMap(statedFields));
  const fields = FIELDS.filter((field) => declared.has(field));
  const expressions = [
    ...fields.map((field) => (field === 'idNumberInvalid' ? bothOf(field) : indexIn(dataset, field))),
    ...dataset.mentions.flatMap((mention) => fieldsOfMention(mention).map((field) => indexIn(dataset, field))),
  ];
  return { dataset, code, fields, mentions: dataset.mentions, expressions, hasAddress: declared.has('address') };
}

/** Of a field that may be sealed its index, by which it is compared. */
function indexIn(dataset: Dataset, field: string): string {
  const column = dataset.columns.find((each) => statedFields(each).includes(field));
  const whole = `stated->>${quote(field)}`;
  return column && SEALED.has(column.word.kind) ? `coalesce(stated->${quote(field)}->>'index', ${whole})` : whole;
}

const SEALED: ReadonlySet<string> = new Set(['idNumber', 'anyIdNumber', 'disabilityNumber', 'phone']);

/** Index and sealed value of what has to be opened; where it is not sealed, the value. */
function bothOf(field: string): string {
  const value = `stated->${quote(field)}`;
  return `coalesce((${value}->>'index') || ' ' || (${value}->>'sealed'), stated->>${quote(field)})`;
}

/** One text of all fields, joined by U+001F: one comparison of the dataset's name a row, not one a field. */
function selectOf(plans: readonly Plan[]): string {
  const fields = plans
    .filter((plan) => plan.expressions.length > 0)
    .map(
      (plan) =>
        `when ${quote(plan.dataset.name)} then concat_ws(e'\\x1f', ${plan.expressions.map((text) => `coalesce(${text}, '')`).join(', ')})`,
    );
  const addressed = plans.filter((plan) => plan.hasAddress).map((plan) => quote(plan.dataset.name));
  return [
    'r.id',
    'r.dataset',
    'r.township',
    'r.village',
    'r.grid',
    'r.status',
    'r.tie',
    'r.name',
    // The column is what is searched by; the linkage has to know the date in it as well.
    `coalesce((stated->'idNumber'->>'index') || ' ' || (stated->'idNumber'->>'sealed'), r.id_number)`,
    'r.birth_date',
    'r.phone',
    fields.length === 0 ? 'null' : `case r.dataset ${fields.join(' ')} end`,
    addressed.length === 0
      ? 'null'
      : `case when r.dataset in (${addressed.join(', ')}) then (stated->'addressElements')::text end`,
  ].join(', ');
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

function readCells(
  columns: RecordColumns,
  plans: ReadonlyMap<string, Plan>,
  mentions: MentionColumns,
  sealing: Sealing,
  cells: readonly (string | null)[],
  row: number,
): number {
  const [
    id,
    datasetName,
    township,
    village,
    grid,
    status,
    tie,
    name,
    idText,
    birth,
    phoneText,
    fieldText,
    addressText,
  ] = cells;
  const [idNumber, sealed] = idText ? partsOf(idText) : NOTHING;
  const phone = phoneText ? indexFrom(sealing, 'phone', phoneText) : phoneText;
  const plan = plans.get(datasetName!);
  columns.id[row] = Number(id);
  columns.status[row] = status === 'current' ? CURRENT : 0;
  columns.tie[row] = tie === 'registered' ? REGISTERED : tie === 'resident' ? RESIDENT : 0;
  // A record of a department that is no longer declared keeps its row and speaks of nothing.
  const traits = columns.datasets[plan?.code ?? columns.datasets.length - 1]!;
  columns.dataset[row] = plan?.code ?? columns.datasets.length - 1;
  const register = plan?.dataset.register ?? datasetName!.split('/')[0]!;
  columns.scope[row] = columns.scopes.codeOf(
    `${register}\t${datasetName}\t${township ?? '\\N'}\t${village ?? '\\N'}\t${grid ?? '\\N'}\t${status}\t${tie ?? '\\N'}`,
  );
  const tail = idNumber ? (sealed === null ? idNumber : sealing.open(sealed)).slice(6, 17) : '';
  const scope = columns.scopes.textOf(columns.scope[row]!);
  columns.lot[row] = hashKey(`${scope}|${name}|${tail}|${birth}|${addressText}`);
  columns.evidence[row] = hashKey(
    `${scope}|${name}|${idNumber}|${birth}|${phone}|${indexesOf(fieldText)}|${addressText}|${plan ? '' : 'undeclared'}`,
  );
  if (!plan) return row;
  columns.name[row] = nameCode(columns, name);
  if (idNumber) {
    columns.personKey[row] = keyOfIndex(sealed === null ? indexFrom(sealing, 'number', idNumber) : idNumber);
    columns.numberTail[row] = Number(tail);
  }
  if (birth) {
    const digits = birth.replaceAll('-', '');
    columns.birth[row] = digits.length === 8 ? Number(digits) || 0 : 0;
    columns.birthText[row] = columns.births.codeOf(digits);
  }
  if (phone) columns.phoneKey[row] = hashKey(`phone|${phone}`);
  const parts = fieldText ? fieldText.split('\x1f') : [];
  const fields = parts.length === 0 ? NO_FIELDS : fieldsOf(plan, parts);
  const elements = parseElements(addressText ?? null, fields);
  const home = villageOf(elements, village ?? '');
  columns.village[row] = columns.texts.codeOf(home);
  readPersonFields(columns, row, fields, traits, sealing);
  readHomeFields(columns, row, fields, register, home, elements);
  readSeat(columns, row, home, addressText ?? null);
  if (traits.organisation && fields.organisationCode)
    columns.subjectKey[row] = hashKey(`organisation|${register}|${fields.organisationCode}`);
  else if (traits.grid && (fields.gridCode ?? grid))
    columns.subjectKey[row] = hashKey(`grid|${fields.gridCode ?? grid}`);
  if (plan.mentions.length > 0) readMentions(plan, row, parts.slice(plan.fields.length), mentions, sealing);
  return row;
}

const NOTHING: readonly [string | null, string | null] = [null, null];

/** Index and sealed value; of what is not sealed the value alone. */
function partsOf(text: string): readonly [index: string, sealed: string | null] {
  const at = isIndex(text) ? text.indexOf(' ') : -1;
  return at < 0 ? [text, null] : [text.slice(0, at), text.slice(at + 1)];
}

/** The name of an algorithm stands before it; no number and no telephone begins so. */
function isIndex(text: string): boolean {
  return text.startsWith('HMAC-');
}

function indexFrom({ secret }: Sealing, kind: Indexed, text: string): string {
  return isIndex(text) ? text : indexOf(secret, kind, text);
}

function openedOf(sealing: Sealing, text: string): string {
  const [value, sealed] = partsOf(text);
  return sealed === null ? value : sealing.open(sealed);
}

/** Without the sealed values, which are others each time they are written. */
function indexesOf(fields: string | null | undefined): string | null | undefined {
  return fields?.includes('HMAC-') ? fields.replaceAll(/(HMAC-[\w-]+:[\w-]+) [\w+:-]+/gu, '$1') : fields;
}

function fieldsOf(plan: Plan, parts: readonly string[]): Partial<Record<FieldRead, string>> {
  const fields: Partial<Record<FieldRead, string>> = {};
  for (let i = 0; i < plan.fields.length; i += 1) if (parts[i]) fields[plan.fields[i]!] = parts[i]!;
  return fields;
}

/** What is written behind a name in brackets is a note (租, 户主), no part of it. */
const NOTE = /[（([【][^（([【）)\]】]*[）)\]】]/gu;

/** 0, no name, also for a text that says whose relative somebody is. */
function nameCode(columns: RecordColumns, stated: string | null | undefined): number {
  if (!stated) return 0;
  const name = foldName(/[（([【]/u.test(stated) ? stated.replaceAll(NOTE, '') || stated : stated);
  return isNoName(name) ? 0 : columns.names.codeOf(name);
}

function readPersonFields(
  columns: RecordColumns,
  row: number,
  fields: Readonly<Partial<Record<FieldRead, string>>>,
  traits: DatasetTraits,
  sealing: Sealing,
): void {
  const keyOf = (number: string): number => keyOfIndex(indexFrom(sealing, 'number', number));
  if (fields.sex) columns.sex[row] = fields.sex === '1' ? 1 : fields.sex === '2' ? 2 : 0;
  columns.formerName[row] = nameCode(columns, fields.formerName);
  if (fields.householdNumber && columns.tie[row] === REGISTERED) {
    columns.householdNumber[row] = hashKey(
      `household|${columns.datasets[columns.dataset[row]!]!.register}|${fields.householdNumber}`,
    );
  }
  if (fields.idNumberInvalid)
    columns.wrongNumber[row] = columns.texts.codeOf(openedOf(sealing, fields.idNumberInvalid));
  columns.standing[row] = fields.householdStatus === undefined || fields.householdStatus === '正常' ? 1 : 0;
  // A registered household has its number; only of those who live together does the head say which they are.
  const lives = columns.tie[row] === RESIDENT;
  const headName = nameCode(columns, fields.headName);
  const isHead = fields.relation !== undefined && HEAD_RELATIONS.has(fields.relation);
  if (isHead && (headName === 0 || headName === columns.name[row])) {
    columns.isHead[row] = 1;
    columns.headName[row] = columns.name[row]!;
    const stated = fields.headIdNumber ? keyOf(fields.headIdNumber) : 0;
    if (lives) columns.headKey[row] = columns.personKey[row]! || stated;
    if (columns.personKey[row] === 0) columns.besideKey[row] = stated;
  } else {
    columns.headName[row] = headName;
    if (isHead) columns.alias[row] = headName;
    if (lives && fields.headIdNumber) columns.headKey[row] = keyOf(fields.headIdNumber);
  }
  if (columns.personKey[row] === 0 && fields.certifiedIdNumber)
    columns.besideKey[row] = keyOf(fields.certifiedIdNumber);
  if (lives && traits.household && columns.headName[row] !== 0 && columns.village[row] !== 0) {
    const village = columns.texts.textOf(columns.village[row]!);
    columns.subjectKey[row] = hashKey(`named|${village}|${columns.names.textOf(columns.headName[row]!)}`);
  }
}

/** Where the address is, which the row's own village need not be; empty where it names no village but another township. */
function villageOf({ elsewhere }: Elements, village: string): string {
  return elsewhere === undefined ? village : elsewhere.length === 12 ? elsewhere : '';
}

interface Elements {
  readonly elsewhere?: string;
  readonly group?: string;
  readonly hamlet?: string;
  readonly road?: string;
  readonly number?: string;
  readonly estate?: string;
  readonly building?: string;
  readonly unit?: string;
  readonly room?: string;
}

function parseElements(text: string | null, fields: Readonly<Partial<Record<FieldRead, string>>>): Elements {
  const elements = text ? (JSON.parse(text) as Elements) : {};
  if (!fields.estateOrRoad || !fields.buildingNumber || elements.building) return elements;
  // The police list a building's estate and number in columns of their own as well; they fill in for an address that was not read.
  const building = /\d+|[A-Za-z]+/.exec(fields.buildingNumber)?.[0];
  return building === undefined ? elements : { ...elements, estate: elements.estate ?? fields.estateOrRoad, building };
}

function readHomeFields(
  columns: RecordColumns,
  row: number,
  fields: Readonly<Partial<Record<FieldRead, string>>>,
  register: string,
  village: string,
  elements: Elements,
): void {
  const traits = columns.datasets[columns.dataset[row]!]!;
  if (!traits.building && !traits.dwelling) return;
  const dwelling = fields.dwellingCode ? hashKey(`dwelling|${register}|${fields.dwellingCode}`) : 0;
  const building = (code: string | undefined): number => (code ? hashKey(`building|${register}|${code}`) : 0);
  columns.dwellingCode[row] = dwelling;
  if (traits.defines && !dwelling) {
    columns.buildingCite[row] = building(fields.id) || building(fields.buildingCode);
    columns.buildingAlias[row] = fields.id ? building(fields.buildingCode) : 0;
  } else if (traits.defines) {
    columns.buildingCite[row] = building(fields.buildingCode);
    columns.buildingAlias[row] = dwelling;
  } else {
    // Who cites a dwelling's code cites the building that the dwelling is in.
    columns.buildingCite[row] = building(fields.buildingId) || building(fields.buildingCode) || dwelling;
  }
  columns.area[row] = columns.texts.codeOf(areaOf(elements));
  const place = village === '' ? null : placeOf(elements);
  if (place) {
    columns.placeArea[row] = columns.texts.codeOf(place.area);
    columns.placeDoor[row] = columns.texts.codeOf(place.door);
    columns.buildingPlace[row] = buildingPlaceOf(columns, row);
    columns.isHouse[row] = houseOf(place.area, elements);
  }
  const room = roomOf(fields.room ?? elements.room ?? '');
  columns.room[row] = columns.texts.codeOf(room.room);
  columns.unit[row] = columns.texts.codeOf(digitsOf(fields.unit ?? '') || room.unit || digitsOf(elements.unit ?? ''));
}

/** The elements that mean one building in a village, strongest first; null where the address is too vague. */
function placeOf(elements: Elements): { readonly area: string; readonly door: string } | null {
  const { estate, building, group, hamlet, road, number } = elements;
  if (estate && building) return { area: `estate|${estate}`, door: building };
  if (!number) return estate && SINGLE.test(estate) ? { area: `estate|${estate}`, door: '' } : null;
  const door = `${number}|${building ?? ''}`;
  if (road) return { area: `road|${road}`, door };
  if (group) return { area: `group|${group}`, door };
  return hamlet ? { area: `hamlet|${hamlet}`, door } : null;
}

/** A home or a works' hostel is one building by its name alone; of an estate nobody knows which is meant. */
const SINGLE = /(?:宿舍|宿舍楼|[敬养]老院|福利院|光荣院|大厦)$/u;

/** 1 where the address is a house for certain, 2 where a number in a road may be a house or a block of flats. */
function houseOf(area: string, { building, room }: Elements): number {
  if (area.startsWith('group') || area.startsWith('hamlet')) return 1;
  return area.startsWith('road') && !building && !room ? 2 : 0;
}

/** Where the address of a person is who is not said to live there: it founds no building, but may be that of one. */
function readSeat(columns: RecordColumns, row: number, village: string, addressText: string | null): void {
  const traits = columns.datasets[columns.dataset[row]!]!;
  if (!traits.person || traits.building || village === '' || addressText === null) return;
  const elements = JSON.parse(addressText) as Elements;
  const place = placeOf(elements);
  if (place) {
    columns.placeArea[row] = columns.texts.codeOf(place.area);
    columns.placeDoor[row] = columns.texts.codeOf(place.door);
    columns.seatKey[row] = buildingPlaceOf(columns, row);
  }
  columns.area[row] = columns.texts.codeOf(areaOf(elements));
}

/** The part of a village that the address names, where it names one. */
function areaOf({ estate, group, hamlet, road }: Elements): string {
  if (estate) return `estate|${estate}`;
  if (group) return `group|${group}`;
  if (hamlet) return `hamlet|${hamlet}`;
  return road ? `road|${road}` : '';
}

/** `301`, `301室`, `2-301`, `2单元301`, `3栋2单元301室`. */
function roomOf(text: string): { unit: string; room: string } {
  if (text === '') return { unit: '', room: '' };
  const found =
    /(?:^|[^\dA-Za-z])(?:(\d+|[A-Za-z])\s*(?:单元|[-－—]))?\s*([A-Za-z]?\d+[A-Za-z]?)\s*(?:室|号|房)?$/u.exec(
      text.trim(),
    );
  if (!found) return { unit: '', room: text.trim() };
  return { unit: digitsOf(found[1] ?? ''), room: found[2]!.toUpperCase().replace(/^0+(?=\d)/, '') };
}

function digitsOf(text: string): string {
  return (/\d+|[A-Za-z]+/.exec(text)?.[0] ?? text).toUpperCase().replace(/^0+(?=\d)/, '');
}

/** In the order in which `readMentions` takes them. */
function fieldsOfMention({ pointer, list, name, idNumber, phone }: Mention): readonly string[] {
  if (pointer.endsWith('/*')) return [list ?? folderOf(pointer)];
  return [name, ...(idNumber ? [idNumber] : []), ...(phone ? [phone] : [])];
}

function folderOf(pointer: string): string {
  return pointer.slice(0, -2);
}

function readMentions(
  plan: Plan,
  row: number,
  parts: readonly string[],
  mentions: MentionColumns,
  sealing: Sealing,
): void {
  let at = 0;
  const put = (mention: Mention, pointer: string, name: string, number: string, phone: string): void => {
    if (name === '' && number === '') return;
    const place = mentions.add();
    mentions.row[place] = row;
    mentions.pointer[place] = mentions.pointers.codeOf(pointer);
    mentions.name[place] = mentions.names.codeOf(name);
    mentions.idKey[place] = number === '' ? 0 : keyOfIndex(indexFrom(sealing, 'number', number));
    mentions.phoneKey[place] = phone === '' ? 0 : hashKey(`phone|${indexFrom(sealing, 'phone', phone)}`);
    mentions.part[place] = PARTS.indexOf(mention.part ?? null);
  };
  for (const mention of plan.mentions) {
    if (!mention.pointer.endsWith('/*')) {
      const name = parts[at++] ?? '';
      const number = mention.idNumber ? (parts[at++] ?? '') : '';
      put(mention, mention.pointer, name, number, mention.phone ? (parts[at++] ?? '') : '');
      continue;
    }
    const list = parts[at++];
    if (!list) continue;
    (JSON.parse(list) as readonly unknown[]).forEach((element, i) => {
      const pointer = `${folderOf(mention.pointer)}/${i}`;
      if (typeof element === 'string') return put(mention, pointer, element, '', '');
      const person = element as Readonly<Record<string, unknown>>;
      const text = (field: string | undefined): string => {
        const value = field === undefined ? undefined : person[field];
        return isSealed(value) ? value.index : typeof value === 'string' ? value : '';
      };
      const number = text(mention.idNumber);
      put(
        mention,
        pointer,
        text(mention.name),
        isIndex(number) || isValidNumber(number) ? number : '',
        text(mention.phone),
      );
    });
  }
}
