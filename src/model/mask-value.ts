import { labelOfCode } from './codes.js';
import type { FieldName } from './field.js';
import type { Value } from './record.js';
import { isSealed } from './sealing.js';
import type { Language } from './register.js';

type Mask = (text: string) => string;

const stars = (n: number): string => '*'.repeat(Math.max(0, n));

/** Enough to recognise a value by when it lies before one on paper; too little to look anybody up by. */
const MASKS = {
  name: (text) => [...text][0]! + stars([...text].length - 1),
  number: (text) =>
    text.length < 12 ? stars(text.length) : text.slice(0, 3) + stars(text.length - 7) + text.slice(-4),
  phone: (text) => (text.length < 11 ? stars(text.length) : text.slice(0, 3) + stars(text.length - 7) + text.slice(-4)),
  date: (text) => text.slice(0, 4) + text.slice(4).replaceAll(/\d/g, '*'),
  numbers: (text) => text.replaceAll(/\p{Nd}+|[A-Za-z]+/gu, '*'),
} as const satisfies Record<string, Mask>;

/** Which mask a field has; of a field that has none nothing is shown. */
export const MASK_OF: Partial<Record<FieldName, keyof typeof MASKS>> = {
  name: 'name',
  formerName: 'name',
  headName: 'name',
  ownerName: 'name',
  guardianName: 'name',
  contactName: 'name',
  reporterName: 'name',
  secretaryName: 'name',
  handledBy: 'name',
  collectedBy: 'name',
  idNumber: 'number',
  idNumberInvalid: 'number',
  certifiedIdNumber: 'number',
  otherIdNumber: 'number',
  headIdNumber: 'number',
  headIdNumberInvalid: 'number',
  ownerIdNumber: 'number',
  ownerIdNumberInvalid: 'number',
  phone: 'phone',
  contactPhone: 'phone',
  birthDate: 'date',
  address: 'numbers',
};

/** Whether half of the value can be shown: of others nothing is. */
export function hasMask(field: FieldName): boolean {
  return MASK_OF[field] !== undefined;
}

/** The value as a reviewer is shown it: `王*`, `530***********002X`, `138****5678`, `1990-**-**`. What has no mask is all stars. */
export function maskValue(field: FieldName, value: Value, language: Language): string {
  if (isSealed(value)) return value.masked;
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  if (text === '') return '';
  // Half of everybody is of either.
  if (field === 'sex') return labelOfCode('sex', text, language) ?? stars(1);
  const mask = MASK_OF[field];
  return mask === undefined ? stars([...text].length) : MASKS[mask](text);
}
