import { hashKey } from '../engine/hash-key.js';
import { NumberIndex } from '../engine/number-index.js';
import type { TextTable } from '../engine/text-table.js';
import { sharedArray } from '../engine/thread-arrays.js';
import { soundNumber, soundNumberOfUnits } from '../compare/spell-name.js';
import { surnameLengthOf, surnameUnitsOf } from '../compare/surnames.js';

/** What names are found by, by code of the name. */
export const NAME_CODES = ['pinyin', 'given', 'surname', 'firstTwo'] as const;
export type NameCodes = Record<(typeof NAME_CODES)[number], Int32Array>;

/** Small integers for the parts of names that blocks are made of: what `nameParts` gives as texts, without a text a name. */
export class NameKeys {
  readonly #sounds = new NumberIndex(1024);
  readonly #surnames = new NumberIndex(1024);
  readonly #given = new NumberIndex(1024);
  readonly #firstTwo = new NumberIndex(1024);
  readonly #characters = new Map<string, number>();
  /** The same numbers by code unit, a page for those of one high byte; 0 for characters not met yet. */
  readonly #pages: (Int32Array | undefined)[] = Array.from({ length: 0x100 });
  /** Of the name read last; 0 where it has no such part. */
  sound = 0;
  surname = 0;
  given = 0;
  firstTwo = 0;

  /** @param name folded */
  read(name: string): void {
    if (HAN_OF_ONE_UNIT.test(name)) this.#readUnits(name);
    else this.#readCharacters(name);
  }

  /** @param from the first of the names that are read */
  readAll(names: TextTable, into: NameCodes, from: number): void {
    for (let code = from; code < names.size; code += 1) {
      this.read(names.textOf(code));
      into.pinyin[code] = this.sound;
      into.given[code] = this.given;
      into.surname[code] = this.surname;
      into.firstTwo[code] = this.firstTwo;
    }
  }

  #readUnits(name: string): void {
    const { length } = name;
    const surname = surnameUnitsOf(name);
    this.sound = 1 + this.#sounds.add(soundNumberOfUnits(name, surname));
    this.surname = 1 + this.#surnames.add(this.#numberOfUnits(name, 0, surname));
    this.given = length - surname >= 2 ? codeOf(this.#given, this.#numberOfUnits(name, surname, length)) : 0;
    this.firstTwo = length > 2 ? codeOf(this.#firstTwo, this.#numberOfUnits(name, 0, 2)) : 0;
  }

  #numberOfUnits(name: string, from: number, to: number): number {
    let number = 0;
    for (let i = from; i < to; i += 1) {
      const unit = name.charCodeAt(i);
      const page = (this.#pages[unit >>> 8] ??= new Int32Array(0x100));
      number = number * 65_536 + (page[unit & 0xff] ||= this.#characterOf(name.charAt(i)));
    }
    return number;
  }

  #readCharacters(name: string): void {
    const characters = [...name];
    const length = surnameLengthOf(characters);
    const sound = soundNumber(characters);
    this.sound = sound === 0 ? 0 : 1 + this.#sounds.add(sound);
    this.surname = length === 0 ? 0 : 1 + this.#surnames.add(this.#numberOf(characters, 0, length));
    const isGiven = characters.length - length >= 2;
    this.given = isGiven ? codeOf(this.#given, this.#numberOf(characters, length, characters.length)) : 0;
    this.firstTwo = characters.length > 2 ? codeOf(this.#firstTwo, this.#numberOf(characters, 0, 2)) : 0;
  }

  /** Exact up to three characters, a hash beyond. */
  #numberOf(characters: readonly string[], from: number, to: number): number {
    if (to - from > 3) return hashKey(characters.slice(from, to).join(''));
    let number = 0;
    for (let i = from; i < to; i += 1) number = number * 65_536 + this.#characterOf(characters[i]!);
    return number;
  }

  /** From 1. */
  #characterOf(character: string): number {
    const known = this.#characters.get(character);
    if (known !== undefined) return known;
    const next = this.#characters.size + 1;
    this.#characters.set(character, next);
    return next;
  }
}

/** Room for as many names, where all threads see it. */
export function roomForNames(names: number): NameCodes {
  const [pinyin, given, surname, firstTwo] = NAME_CODES.map(() => sharedArray(Int32Array, names));
  return { pinyin: pinyin!, given: given!, surname: surname!, firstTwo: firstTwo! };
}

/** Of two characters, nearly always, the code follows from their numbers, and nothing is looked up. @returns from 1, below 2 ** 26 */
function codeOf(others: NumberIndex, number: number): number {
  const first = Math.floor(number / 65_536);
  const second = number % 65_536;
  const isPair = first > 0 && first < MET_FIRST && second < MET_FIRST;
  return isPair ? first * MET_FIRST + second : MET_FIRST ** 2 + others.add(number);
}

/** So many characters that two of them make half of all codes. */
const MET_FIRST = 5792;

/** Nearly every name. */
const HAN_OF_ONE_UNIT = /^[\u4e00-\u9fff]{1,4}$/;
