import type { Value } from '../model/record.js';
import { type CellReader, parseJson } from './cell.js';
import { cleanText } from './clean-text.js';
import { readMoment } from './dates.js';
import type { Draft } from './draft.js';
import { readIdNumber } from './id-number.js';
import { readPersonName } from './person-name.js';
import { readPhone } from './phone.js';

/** A list of people or of steps, as JSON or as a text of it. */
export function bindJson(shape: 'people' | 'steps', field: string, header: string, latest: number): CellReader {
  return (cell, draft) => {
    const elements = parseJson(cell);
    if (!Array.isArray(elements)) return draft.report('VALUE_SHAPE', header, typeof elements, '[{…}]');
    const value = shape === 'people' ? readPeople(elements, header, latest, draft) : readSteps(elements, header, draft);
    if (value.length > 0) draft.stated[field] = value;
  };
}

/** `[{ name, idNumber | idNumberInvalid, phone }]`; other members of an element are dropped. Places in the list stay. */
function readPeople(elements: readonly unknown[], header: string, latest: number, draft: Draft): Value[] {
  return elements.slice(0, MOST).map((element) => {
    const given = membersOf(element);
    const person: Record<string, Value> = {};
    if (typeof given['name'] === 'string') {
      const { name } = readPersonName(given['name'].slice(0, 200));
      if (name !== '') person['name'] = name.slice(0, 60);
    }
    const written = given['idNumber'];
    if ((typeof written === 'string' && written.trim() !== '') || typeof written === 'number') {
      const { number, invalid, code } = readIdNumber(written, false, latest);
      if (code !== null) draft.report(code, header, null, '18 位 GB 11643');
      if (number !== null) person['idNumber'] = number;
      else if (invalid !== null) person['idNumberInvalid'] = invalid;
    }
    if (typeof given['phone'] === 'string' || typeof given['phone'] === 'number') {
      const phone = readPhone(String(given['phone']).slice(0, 200));
      if (phone !== null) person['phone'] = phone;
      else if (given['phone'] !== '') draft.report('PHONE_FORM', header, `${String(given['phone']).length} 位`);
    }
    return person;
  });
}

/** `[{ action, actor, level, at, note }]` in the order given. */
function readSteps(elements: readonly unknown[], header: string, draft: Draft): Value[] {
  return elements.slice(0, MOST).map((element) => {
    const given = membersOf(element);
    const step: Record<string, Value> = {};
    for (const [member, longest] of STEP_TEXTS) {
      const value = given[member];
      if (typeof value === 'number') step[member] = value;
      else if (typeof value === 'string' && value !== '') step[member] = cleanText(value.slice(0, longest)).text;
    }
    const at = given['at'];
    if (typeof at === 'string' || typeof at === 'number') {
      const reading = readMoment(at);
      if ('date' in reading) step['at'] = reading.date;
      else draft.report(reading.fault, header);
    }
    return step;
  });
}

const MOST = 500;
const STEP_TEXTS = [
  ['action', 100],
  ['actor', 100],
  ['level', 60],
  ['note', 2000],
] as const;

function membersOf(element: unknown): Readonly<Record<string, unknown>> {
  return typeof element === 'object' && element !== null ? (element as Record<string, unknown>) : {};
}
