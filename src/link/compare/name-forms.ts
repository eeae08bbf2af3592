import { hashKey } from '../engine/hash-key.js';
import { foldName, UNREADABLE } from '../fold-name.js';
import { characterId, isWild } from './characters.js';
import { spellName } from './spell-name.js';
import { PLACEHOLDER, surnameLengthOf } from './surnames.js';
import { splitSyllables } from './syllables.js';

/** Marks of a name. */
export const HAN = 1;
/** The given name was withheld (李某, 王**, 张女士), or nothing but wildcards was written. */
export const WITHHELD = 2;
/** 小明, 阿明, 明明: the character that counts is the second; 明儿: it is the first. */
export const NICKNAME_SECOND = 4;
export const NICKNAME_FIRST = 8;
export const WILDCARDS = 16;

/** Longer names are compared by their beginning, and by their length. */
const MOST_CHARACTERS = 15;
const LONGEST = 31;

/** Half a line of the processor's cache a name: length, length of the surname and marks, then the characters. */
const SLOT = 16;
const SPELLING = 4;

/** Names taken apart once, in 40 bytes each: the first that is added has place 0, the next 1, and so on. */
export class NameForms {
  #words: Uint16Array;
  /** Two words of toneless pinyin, the surname first; two with the surname last. Seldom read. */
  #spellings: Uint16Array;
  #count = 0;

  constructor(names = 1024) {
    this.#words = new Uint16Array(names * SLOT);
    this.#spellings = new Uint16Array(names * SPELLING);
  }

  /** @returns the place of the name; the methods below take that */
  add(name: string): number {
    if (this.#count * SLOT === this.#words.length) this.#widen();
    const place = this.#count;
    const characters = [...foldName(name)];
    const isHan = characters.some((character) => HAN_CHARACTER.test(character));
    const ids = isHan ? idsOf(characters) : characters.map((character) => characterId(character));
    const surname = isHan ? surnameLengthOf(characters) : 0;
    const isWithheld = PLACEHOLDER.test(characters.slice(surname).join('')) || ids.every(isWild);
    const marks =
      (isHan ? HAN : 0) |
      (isWithheld ? WITHHELD : 0) |
      (isHan ? nicknameMark(characters) : 0) |
      (ids.some(isWild) ? WILDCARDS : 0);
    this.#words[place * SLOT] = Math.min(ids.length, LONGEST) | (surname << 5) | (marks << 7);
    for (let i = 0; i < MOST_CHARACTERS; i += 1) this.#words[place * SLOT + 1 + i] = ids[i] ?? 0;
    const [forwards, backwards] = spellName(characters, isHan, surname);
    this.#spell(place * SPELLING, hashKey(forwards));
    this.#spell(place * SPELLING + 2, hashKey(backwards));
    this.#count += 1;
    return place;
  }

  clear(): void {
    this.#count = 0;
  }

  length(place: number): number {
    return this.#words[place * SLOT]! & LONGEST;
  }

  surname(place: number): number {
    return (this.#words[place * SLOT]! >> 5) & 3;
  }

  has(place: number, mark: number): boolean {
    return ((this.#words[place * SLOT]! >> 7) & mark) !== 0;
  }

  /** 0, a wildcard, beyond what is kept of a name. */
  at(place: number, position: number): number {
    return position < MOST_CHARACTERS ? this.#words[place * SLOT + 1 + position]! : 0;
  }

  /** Whether the names are written alike in toneless pinyin, the surname first or last. */
  isSpeltAlike(one: number, other: number): boolean {
    const at = one * SPELLING;
    const met = other * SPELLING;
    return this.#isSpelling(at, met) || this.#isSpelling(at, met + 2) || this.#isSpelling(at + 2, met);
  }

  #isSpelling(at: number, met: number): boolean {
    const spellings = this.#spellings;
    return spellings[at] === spellings[met] && spellings[at + 1] === spellings[met + 1];
  }

  #spell(at: number, hash: number): void {
    this.#spellings[at] = hash & 0xffff;
    this.#spellings[at + 1] = Math.floor(hash / 0x10000) & 0xffff;
  }

  #widen(): void {
    const words = new Uint16Array(this.#words.length * 2);
    words.set(this.#words);
    this.#words = words;
    const spellings = new Uint16Array(this.#spellings.length * 2);
    spellings.set(this.#spellings);
    this.#spellings = spellings;
  }
}

const HAN_CHARACTER = /\p{Script=Han}/u;
const LETTER = /[a-zü]/;

/** Latin letters within a Chinese name: a mask (李xx), or pinyin for the character that could not be typed (李wei). */
function idsOf(characters: readonly string[]): number[] {
  const ids: number[] = [];
  for (let i = 0; i < characters.length; i += 1) {
    let end = i;
    while (end < characters.length && LETTER.test(characters[end]!)) end += 1;
    if (end === i) {
      ids.push(characterId(characters[i]!));
      continue;
    }
    const letters = characters.slice(i, end).join('');
    if (/^x+$/.test(letters)) for (const _ of letters) ids.push(characterId(UNREADABLE));
    else {
      const syllables = splitSyllables(letters);
      for (const part of syllables ?? letters) ids.push(characterId(part, syllables !== null));
    }
    i = end - 1;
  }
  return ids;
}

function nicknameMark(characters: readonly string[]): number {
  if (characters.length !== 2) return 0;
  const [first, second] = characters as [string, string];
  if (first === '小' || first === '阿' || first === second) return NICKNAME_SECOND;
  return second === '儿' ? NICKNAME_FIRST : 0;
}
