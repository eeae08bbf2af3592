import { hashKey, HashedParts } from '../engine/hash-key.js';
import { foldName, UNREADABLE } from '../fold-name.js';
import { characterId, isWild, spellingOf } from './characters.js';
import { idOfUnit, isPlain, mayEndInWord } from './plain-units.js';
import { spellName, surnameSpelling } from './spell-name.js';
import { isNoName } from './own-name.js';
import { BYNAMES, familiarSurnameLengthOf, isPlaceholder, surnameLengthOf, surnameUnitsOf } from './surnames.js';
import { splitSyllables } from './syllables.js';

/** Marks of a name. */
export const HAN = 1;
/** The given name was withheld (李某, 王**, 张女士), or nothing but wildcards was written. */
export const WITHHELD = 2;
/** 小明, 阿明, 明明: the character that counts is the second; 明儿: it is the first. */
export const NICKNAME_SECOND = 4;
export const NICKNAME_FIRST = 8;
export const WILDCARDS = 16;
/** 老张, 小张: the surname stands behind the first character. */
export const FAMILIAR = 32;
/** 王毛毛: may be a name, and is mostly none. */
export const BYNAME = 64;
/** 段永伟媳妇: says whose relative somebody is. */
export const NO_NAME = 128;
/** Marks of names that are not compared character by character alone. */
const PECULIAR = WITHHELD | NICKNAME_FIRST | NICKNAME_SECOND | WILDCARDS | FAMILIAR | BYNAME | NO_NAME;

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
    const place = this.#count;
    this.reserve(place + 1);
    this.put(place, name);
    this.#count += 1;
    return place;
  }

  /** Whether a name that has a character stands at the place. */
  isKnown(place: number): boolean {
    return this.header(place) !== 0;
  }

  /** Makes room for places below. */
  reserve(names: number): void {
    const places = this.#words.length / SLOT;
    // What nobody wrote into costs no memory: of a county's names a thread meets a part.
    if (names > places) this.#widen(Math.max(names, Math.ceil(places * 1.5)));
  }

  put(place: number, name: string): void {
    if (isPlain(name)) this.#putPlain(place, name);
    else this.#putAny(place, name);
  }

  /** What `#putAny` does, of nearly every name, without a list of its characters or a text. */
  #putPlain(place: number, name: string): void {
    const { length } = name;
    const surname = surnameUnitsOf(name);
    const marks = HAN | (mayEndInWord(name) ? wordMarks(name, surname, name.slice(surname)) : 0);
    const words = this.#words;
    const at = place * SLOT;
    words[at] = length | (surname << 5) | (marks << 7);
    words.fill(0, at + 1 + length, at + SLOT);
    for (let i = 0; i < length; i += 1) words[at + 1 + i] = idOfUnit(name.charCodeAt(i));
    const family = surnameSpelling(name.slice(0, surname));
    hash.begin().add(family);
    for (let i = surname; i < length; i += 1) hash.add(spellingOf(words[at + 1 + i]!));
    this.#spell(place * SPELLING, hash.key());
    hash.begin();
    for (let i = surname; i < length; i += 1) hash.add(spellingOf(words[at + 1 + i]!));
    this.#spell(place * SPELLING + 2, hash.add(family).key());
  }

  #putAny(place: number, name: string): void {
    const folded = foldName(name);
    const characters = [...folded];
    const isHan = characters.some((character) => HAN_CHARACTER.test(character));
    const ids = isHan ? idsOf(characters) : characters.map((character) => characterId(character));
    const isFamiliar = isHan && familiarSurnameLengthOf(characters) > 0;
    const nickname = isHan ? nicknameMark(characters) : 0;
    // No surname is 小 or 阿.
    const surname =
      !isHan || isFamiliar || (nickname !== 0 && /^[小阿]/.test(folded)) ? 0 : surnameLengthOf(characters);
    const given = characters.slice(surname).join('');
    const marks =
      (isHan ? HAN : 0) |
      (ids.every(isWild) ? WITHHELD : 0) |
      nickname |
      (ids.some(isWild) ? WILDCARDS : 0) |
      (isFamiliar ? FAMILIAR : 0) |
      wordMarks(folded, surname, given);
    this.#words[place * SLOT] = Math.min(ids.length, LONGEST) | (surname << 5) | (marks << 7);
    for (let i = 0; i < MOST_CHARACTERS; i += 1) this.#words[place * SLOT + 1 + i] = ids[i] ?? 0;
    const [forwards, backwards] = spellName(characters, isHan, surname);
    this.#spell(place * SPELLING, hashKey(forwards));
    this.#spell(place * SPELLING + 2, hashKey(backwards));
  }

  clear(): void {
    this.#count = 0;
  }

  /** Length, length of the surname and marks in one word, for the functions below that take it apart. */
  header(place: number): number {
    return this.#words[place * SLOT]!;
  }

  length(place: number): number {
    return lengthOf(this.header(place));
  }

  surname(place: number): number {
    return surnameOf(this.header(place));
  }

  has(place: number, mark: number): boolean {
    return hasMark(this.header(place), mark);
  }

  /** Whether two names have a character in common; only for names that are not longer than what is kept of them. */
  haveCommon(one: number, length: number, other: number, otherLength: number): boolean {
    const words = this.#words;
    const from = one * SLOT + 1;
    const otherFrom = other * SLOT + 1;
    for (let i = 0; i < length; i += 1) {
      const character = words[from + i];
      for (let j = 0; j < otherLength; j += 1) if (character === words[otherFrom + j]) return true;
    }
    return false;
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

  #widen(names: number): void {
    const words = new Uint16Array(names * SLOT);
    words.set(this.#words);
    this.#words = words;
    const spellings = new Uint16Array(names * SPELLING);
    spellings.set(this.#spellings);
    this.#spellings = spellings;
  }
}

export function lengthOf(header: number): number {
  return header & LONGEST;
}

export function surnameOf(header: number): number {
  return (header >> 5) & 3;
}

export function hasMark(header: number, mark: number): boolean {
  return ((header >> 7) & mark) !== 0;
}

/** Whether both names are Chinese and their characters are all that there is to them. */
export function arePlain(header: number, other: number): boolean {
  return (header & other & (HAN << 7)) !== 0 && ((header | other) & (PECULIAR << 7)) === 0;
}

const hash = new HashedParts();

/** Marks of a name for what it ends in. */
function wordMarks(folded: string, surname: number, given: string): number {
  return (
    (isPlaceholder(given) ? WITHHELD : 0) |
    (surname > 0 && BYNAMES.has(given) ? BYNAME : 0) |
    (isNoName(folded) ? NO_NAME : 0)
  );
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
