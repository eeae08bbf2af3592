import { widened } from './record-columns.js';

/** Kinds in the order of the link row's columns. */
export const KINDS = ['person', 'household', 'dwelling', 'building', 'organisation', 'place', 'event', 'grid'] as const;
export type Kind = (typeof KINDS)[number];
export const REASONED = ['person', 'household', 'dwelling', 'building'] as const;

export const ENTITY_COLUMNS = KINDS.map((kind) => (kind === 'grid' ? 'grid_entity' : kind));
export const KEY_COLUMNS = [
  'person_key',
  'household_key',
  'dwelling_key',
  'dwelling_place_key',
  'building_key',
  'building_alias_key',
  'building_place_key',
  'head_key',
  'subject_key',
  'evidence',
] as const;
export type KeyColumn = (typeof KEY_COLUMNS)[number];

const REASON_TEXTS = [
  '',
  'ALONE',
  'ID_NUMBER_AND_NAME',
  'ID_NUMBER_AND_BIRTH_DATE',
  'HOUSEHOLD_NUMBER',
  'DWELLING_AND_HEAD',
  'HEAD_PERSON',
  'CODE',
  'ADDRESS',
  'DWELLING',
  'OWN_RECORDS',
  'HEAD_NAME',
  'REGISTERED_HOME',
  'AGREEMENT',
  'NUMBER_SET_ASIDE',
  'DECISION',
];

export function reasonCode(text: string | null): number {
  return text === null ? 0 : Math.max(0, REASON_TEXTS.indexOf(text));
}

export function reasonText(code: number): string {
  return REASON_TEXTS[code]!;
}

/** The link rows as they were last night, or as they will be: entities, reasons and keys by the record's position. */
export class LinkColumns {
  /** 1 where the record has a link row. */
  present = new Uint8Array(0);
  /** 1 where the link row was current. */
  current = new Uint8Array(0);
  /** Ids below 2^32: half the memory of a wider column, eight times over. */
  readonly entity: Uint32Array[] = KINDS.map(() => new Uint32Array(0));
  readonly reason: Uint8Array[] = REASONED.map(() => new Uint8Array(0));
  /** Row by row in the order of KEY_COLUMNS: a night reads one in twenty, and a column for each would be a hundred megabytes and more. */
  #keys = new Float64Array(0);
  readonly #placeOf = new Map<number, number>();

  /** Of a row that a night has read itself; 0 for others, and in a full run, which needs no neighbours. */
  keyOf(column: KeyColumn, row: number): number {
    const place = this.#placeOf.get(row);
    return place === undefined ? 0 : this.#keys[place * KEY_COLUMNS.length + KEY_COLUMNS.indexOf(column)]!;
  }

  /** @param keys in the order of KEY_COLUMNS */
  keepKeys(row: number, keys: readonly number[]): void {
    const place = this.#placeOf.get(row) ?? this.#placeOf.size;
    this.#placeOf.set(row, place);
    if ((place + 1) * KEY_COLUMNS.length > this.#keys.length)
      this.#keys = widened(this.#keys, Math.max(1024, this.#keys.length * 2));
    this.#keys.set(keys, place * KEY_COLUMNS.length);
  }

  /** Lets go of all entities but those of these kinds, and of last night's keys. */
  keepOnly(kinds: readonly Kind[]): void {
    KINDS.forEach((kind, i) => {
      if (!kinds.includes(kind)) this.entity[i] = new Uint32Array(0);
    });
    this.#keys = new Float64Array(0);
    this.#placeOf.clear();
  }

  reserve(length: number): void {
    if (length <= this.present.length) return;
    this.present = widened(this.present, length);
    this.current = widened(this.current, length);
    for (const list of [this.entity, this.reason] as ArrayBufferView[][]) {
      list.forEach((column, i) => {
        list[i] = widened(column, length);
      });
    }
  }
}
