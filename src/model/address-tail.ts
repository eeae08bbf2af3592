import type { AddressElements } from './record.js';

/** What an address begins with, of whichever of these it is. */
export interface AddressSought {
  /** Code of the village (12 digits) or township (9) that was named; null where none was. */
  readonly area: string | null;
  /** From where the place within the village begins; empty where nothing but the division was named. */
  readonly tail: string;
}

/** Reads what somebody looks for as an address is read; null where it names nothing that narrows. */
export type ReadAddress = (text: string) => Promise<readonly AddressSought[]>;

/** An address as it was read, put together in one way, without its divisions. The same as `address_tail` in SQL. */
export function addressTail(elements: AddressElements): string {
  return ELEMENTS.map(([name, counted]) => (elements[name] === undefined ? '' : elements[name] + counted)).join('');
}

/** The same of what may be half an address: 人民路1 is the beginning of 人民路12号 as well. */
export function beginningOfTail(elements: AddressElements, written: string): string {
  const tail = addressTail(elements);
  return ENDS_IN_NUMBER.test(written) ? tail.replace(/(?:单元|[组号栋层室])$/u, '') : tail;
}

const ENDS_IN_NUMBER = /[\dA-Za-z〇零一二三四五六七八九十百]$/u;

const ELEMENTS = [
  ['hamlet', ''],
  ['group', '组'],
  ['road', ''],
  ['number', '号'],
  ['estate', ''],
  ['building', '栋'],
  ['unit', '单元'],
  ['floor', '层'],
  ['room', '室'],
  ['rest', ''],
] as const satisfies readonly (readonly [keyof AddressElements, string])[];
