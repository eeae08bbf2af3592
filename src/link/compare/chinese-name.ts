import type { Comparator, Level, PreparedComparator } from '../engine/comparator.js';
import type { TextTable } from '../engine/text-table.js';
import { ALIKE, compareCharacters, isMute, isSameForm, isWild, soundsAlike } from './characters.js';
import {
  arePlain,
  BYNAME,
  FAMILIAR,
  HAN,
  lengthOf,
  NameForms,
  NICKNAME_FIRST,
  NICKNAME_SECOND,
  NO_NAME,
  surnameOf,
  WILDCARDS,
  WITHHELD,
} from './name-forms.js';
import { isWrittenApart } from './written-apart.js';

/** How two names can stand to each other; strongest first. */
export const NAME_LEVELS = [
  level(
    'EQUAL',
    '姓名相同（繁简、全半角、间隔号不计）',
    'the names are equal once 繁/简, widths and dots are folded',
    true,
  ),
  level('VARIANT', '姓名仅用异体字', 'the names differ only in variants of one character'),
  level('WILDCARD', '姓名一字未能辨认或以拼音代替', 'one character of the name is illegible or stands in pinyin'),
  level('REORDERED', '姓名字序不同', 'the characters of the name stand in another order'),
  level('HOMOPHONE_TONE', '姓名一字同音同调', 'one character of the name sounds alike, tone and all'),
  level('HOMOPHONE', '姓名一字同音', 'one character of the name sounds alike'),
  level('ROMANISED', '姓名拼音相同', 'the name stands in pinyin'),
  level('DIALECT', '姓名一字方言近音', 'one character of the name sounds alike in dialect'),
  level('GLYPH', '姓名一字形近', 'one character of the name looks alike'),
  level('ONE_MISSING', '姓名缺一字', 'one character of the name is missing'),
  level(
    'SEGMENTS',
    '名相同，父名缺失或音译不同',
    'the given name is equal or transliterated, the second name missing or transliterated',
  ),
  level('SEGMENTS_SWAPPED', '名与父名次序相反', 'given and second name changed places'),
  level('TWO_ALIKE', '姓名两字音近或形近', 'two characters of the name sound or look alike'),
  level('SURNAME_CHANGED', '名相同，姓不同', 'the given name is equal, the surname changed'),
  level('NICKNAME', '小名、昵称', 'a pet name that shares a character with the given name'),
  level('PLACEHOLDER', '姓名只写了姓（某、女士）', 'only the surname was written (某, 女士)'),
  level(
    'SIBLING_LIKE',
    '同姓，名有一字相同',
    'surname and one of two characters of the given name are equal, as with siblings',
  ),
  level('SAME_SURNAME', '仅姓相同', 'only the surname is equal'),
  level('DIFFERS', '姓名不同', 'the names differ'),
] as const satisfies readonly Level[];

export type NameLevelCode = (typeof NAME_LEVELS)[number]['code'];

/** Names of people in Chinese registers, folded or not. */
export const chineseName: Comparator = {
  levels: NAME_LEVELS,
  prepare: (values) => new PreparedNames(values),
};

class PreparedNames implements PreparedComparator {
  readonly #values: TextTable;
  /** A name's place is its code. Taken apart when first compared: a night compares few of the county's. */
  readonly #forms = new NameForms();

  constructor(values: TextTable) {
    this.#values = values;
    this.extend();
  }

  extend(): void {
    this.#forms.reserve(this.#values.size);
  }

  compare(one: number, other: number): number {
    if (one === 0 || other === 0) return 0;
    const forms = this.#forms;
    if (!forms.isKnown(one)) forms.put(one, this.#values.textOf(one));
    if (!forms.isKnown(other)) forms.put(other, this.#values.textOf(other));
    if (forms.has(one, NO_NAME) || forms.has(other, NO_NAME)) return 0;
    return 1 + compareForms(forms, one, other);
  }
}

const LEVEL = Object.fromEntries(NAME_LEVELS.map(({ code }, index) => [code, index])) as Record<NameLevelCode, number>;
/** Index in ALIKE + 1 → level. */
const LEVEL_OF_ALIKE = [0, ...ALIKE.map((code) => LEVEL[code])];
const { EQUAL, REORDERED, ROMANISED, ONE_MISSING, SEGMENTS, SEGMENTS_SWAPPED } = LEVEL;
const { TWO_ALIKE, SURNAME_CHANGED, PLACEHOLDER, SIBLING_LIKE, SAME_SURNAME, DIFFERS, GLYPH } = LEVEL;

/** Names of the minorities that write their father's name after their own are longer than any Chinese one. */
const LONG = 5;

/** @param one place of a name among the forms @returns index in NAME_LEVELS */
export function compareForms(forms: NameForms, one: number, other: number): number {
  const header = forms.header(one);
  const met = forms.header(other);
  if (!arePlain(header, met)) return comparePeculiar(forms, one, other);
  if (one === other) return EQUAL;
  const length = lengthOf(header);
  const otherLength = lengthOf(met);
  // Most pairs end here: without a character in common only two of two characters can still be alike.
  if (
    length < LONG &&
    otherLength < LONG &&
    (length !== 2 || otherLength !== 2) &&
    !forms.haveCommon(one, length, other, otherLength)
  ) {
    return surnameOf(header) === surnameOf(met) && sharesSurname(forms, one, other) ? SAME_SURNAME : DIFFERS;
  }
  return compareWhole(forms, one, other);
}

/** Names of which one is no Chinese one, or has a mark. */
function comparePeculiar(forms: NameForms, one: number, other: number): number {
  if (forms.has(one, NO_NAME) || forms.has(other, NO_NAME)) return DIFFERS;
  if (!forms.has(one, HAN) || !forms.has(other, HAN)) return compareLetters(forms, one, other);
  if (forms.has(one, FAMILIAR) || forms.has(other, FAMILIAR)) {
    if (sharesFamiliarSurname(forms, one, other)) return PLACEHOLDER;
  }
  if (forms.has(one, WITHHELD) || forms.has(other, WITHHELD))
    return sharesSurname(forms, one, other) ? PLACEHOLDER : DIFFERS;
  const found = compareWhole(forms, one, other);
  if (found !== SAME_SURNAME && found !== SIBLING_LIKE) return found;
  return forms.has(one, BYNAME) === forms.has(other, BYNAME) ? found : PLACEHOLDER;
}

function compareWhole(forms: NameForms, one: number, other: number): number {
  const length = forms.length(one);
  const otherLength = forms.length(other);
  let found = -1;
  if (length === otherLength) found = compareInPlace(forms, one, other, length);
  else if (length > otherLength) found = compareShorter(forms, other, one);
  else found = compareShorter(forms, one, other);
  if (found >= 0) return found;
  if (givenNameLengthIfEqual(forms, one, other) >= 2) return SURNAME_CHANGED;
  if (isNicknameOf(forms, one, other) || isNicknameOf(forms, other, one)) return LEVEL.NICKNAME;
  if (!sharesSurname(forms, one, other)) return DIFFERS;
  return isGivenNameHalfEqual(forms, one, other) ? SIBLING_LIKE : SAME_SURNAME;
}

/** @returns -1 where names of one length have nothing of the kind */
function compareInPlace(forms: NameForms, one: number, other: number, length: number): number {
  let differing = 0;
  /** 0 where the characters may be the same in another order. */
  let balance = 0;
  for (let i = 0; i < length; i += 1) {
    const character = forms.at(one, i);
    const met = forms.at(other, i);
    if (character !== met) differing += 1;
    balance += character - met;
  }
  if (differing === 0 && !forms.has(one, WILDCARDS)) return EQUAL;
  if (differing > 1 && balance === 0) {
    if (length >= LONG && isRotated(forms, one, other, length)) return SEGMENTS_SWAPPED;
    if (isReordered(forms, one, other, length)) return REORDERED;
  }
  if (length < 2 || (differing > 2 && length < LONG)) return -1;
  const alike = compareAlike(forms, one, other, length);
  return alike < 0 && differing === 1 && length > 3 ? compareAllButOne(forms, one, other, length) : alike;
}

/** Of four characters and more one differs: 欧阴若霜 was written for 欧阳若霜, though 欧阴 is no surname and 欧 another. */
function compareAllButOne(forms: NameForms, one: number, other: number, length: number): number {
  let place = 0;
  while (place < length && forms.at(one, place) === forms.at(other, place)) place += 1;
  return place < Math.max(forms.surname(one), forms.surname(other)) ? SURNAME_CHANGED : SIBLING_LIKE;
}

function compareAlike(forms: NameForms, one: number, other: number, length: number): number {
  const surname = Math.min(forms.surname(one), forms.surname(other));
  let alike = 0;
  let weakest = 0;
  let unread = 0;
  for (let i = 0; i < length; i += 1) {
    const character = forms.at(one, i);
    const met = forms.at(other, i);
    if (character === met && !isWild(character)) continue;
    const likeness = compareCharacters(character, met, i < surname);
    if (likeness === 0) return -1;
    weakest = Math.max(weakest, LEVEL_OF_ALIKE[likeness]!);
    if (likeness > 1) alike += 1;
    if (isMute(character) || isMute(met)) unread += 1;
  }
  if (alike <= 1) {
    // One character read of two is no more than a surname.
    return unread > 0 && length < 3 ? PLACEHOLDER : weakest;
  }
  if (length >= LONG && unread === 0) return SEGMENTS;
  return alike === 2 && length - unread >= 2 ? TWO_ALIKE : -1;
}

function compareShorter(forms: NameForms, shorter: number, longer: number): number {
  const length = forms.length(shorter);
  const most = forms.length(longer);
  if (length < 2) return -1;
  if (most === length + 1 && isWithoutOne(forms, shorter, longer, length)) return ONE_MISSING;
  if (most <= length + 2 && isOneApart(forms, shorter, longer, length, most)) return GLYPH;
  if (most < LONG || most - length < 2) return -1;
  return beginsAlike(forms, shorter, longer, length) ? SEGMENTS : -1;
}

/** Latin letters carry no more than their sound: a whole name in pinyin, or one that was never Chinese. */
function compareLetters(forms: NameForms, one: number, other: number): number {
  if (forms.has(one, HAN) || forms.has(other, HAN)) {
    return forms.isSpeltAlike(one, other) ? ROMANISED : DIFFERS;
  }
  const length = forms.length(one);
  const otherLength = forms.length(other);
  if (length === otherLength) {
    let differing = 0;
    for (let i = 0; i < length; i += 1) if (forms.at(one, i) !== forms.at(other, i)) differing += 1;
    if (differing === 0) return forms.has(one, WITHHELD) ? PLACEHOLDER : EQUAL;
    return differing > 1 && length >= LONG && isRotated(forms, one, other, length) ? SEGMENTS_SWAPPED : DIFFERS;
  }
  const shorter = length < otherLength ? one : other;
  const longer = length < otherLength ? other : one;
  const least = Math.min(length, otherLength);
  return least >= LONG && Math.abs(length - otherLength) === 1 && isWithoutOne(forms, shorter, longer, least)
    ? ONE_MISSING
    : DIFFERS;
}

function isRotated(forms: NameForms, one: number, other: number, length: number): boolean {
  for (let turn = 2; turn <= length - 2; turn += 1) {
    let i = 0;
    while (i < length && forms.at(one, i) === forms.at(other, (i + turn) % length)) i += 1;
    if (i === length) return true;
  }
  return false;
}

function isReordered(forms: NameForms, one: number, other: number, length: number): boolean {
  for (let i = 0; i < length; i += 1) {
    const character = forms.at(one, i);
    let balance = 0;
    for (let j = 0; j < length; j += 1) {
      if (forms.at(one, j) === character) balance += 1;
      if (forms.at(other, j) === character) balance -= 1;
    }
    if (balance !== 0) return false;
  }
  return length > 1;
}

function isWithoutOne(forms: NameForms, shorter: number, longer: number, length: number): boolean {
  let skipped = 0;
  for (let i = 0; i < length; i += 1) {
    while (forms.at(shorter, i) !== forms.at(longer, i + skipped)) {
      skipped += 1;
      if (skipped > 1) return false;
    }
  }
  return true;
}

/** Whether all is equal but for one character of the shorter name, which stands in two or three in the longer. */
function isOneApart(forms: NameForms, shorter: number, longer: number, length: number, most: number): boolean {
  let from = 0;
  while (from < length && forms.at(shorter, from) === forms.at(longer, from)) from += 1;
  for (let i = length - 1; i > from; i -= 1)
    if (forms.at(shorter, i) !== forms.at(longer, i + most - length)) return false;
  if (from === length) return false;
  return isWrittenApart(forms.at(shorter, from), forms, longer, from, most - length + 1);
}

/** Whether the longer name begins with the shorter; three characters and more may be another transliteration. */
function beginsAlike(forms: NameForms, shorter: number, longer: number, length: number): boolean {
  for (let i = 0; i < length; i += 1) {
    const character = forms.at(shorter, i);
    const met = forms.at(longer, i);
    if (character !== met && (length < 3 || !soundsAlike(character, met))) return false;
  }
  return true;
}

/** Whether 老张 is of the other's surname. */
function sharesFamiliarSurname(forms: NameForms, one: number, other: number): boolean {
  const from = forms.has(one, FAMILIAR) ? 1 : 0;
  const otherFrom = forms.has(other, FAMILIAR) ? 1 : 0;
  const length = from === 1 ? forms.length(one) - 1 : forms.surname(one);
  if (length !== (otherFrom === 1 ? forms.length(other) - 1 : forms.surname(other))) return false;
  for (let i = 0; i < length; i += 1)
    if (!isSameForm(forms.at(one, from + i), forms.at(other, otherFrom + i), true)) return false;
  return length > 0;
}

function sharesSurname(forms: NameForms, one: number, other: number): boolean {
  const length = forms.surname(one);
  if (length === 0 || length !== forms.surname(other)) return false;
  for (let i = 0; i < length; i += 1) {
    const character = forms.at(one, i);
    const met = forms.at(other, i);
    if (isWild(character) || !isSameForm(character, met, true)) return false;
  }
  return true;
}

/** @returns 0 where they differ */
function givenNameLengthIfEqual(forms: NameForms, one: number, other: number): number {
  const from = forms.surname(one);
  const otherFrom = forms.surname(other);
  const length = forms.length(one) - from;
  if (length !== forms.length(other) - otherFrom) return 0;
  for (let i = 0; i < length; i += 1) {
    const character = forms.at(one, from + i);
    if (character !== forms.at(other, otherFrom + i) || isWild(character)) return 0;
  }
  return length;
}

function isNicknameOf(forms: NameForms, short: number, full: number): boolean {
  if (!forms.has(short, NICKNAME_FIRST | NICKNAME_SECOND)) return false;
  const character = forms.at(short, forms.has(short, NICKNAME_FIRST) ? 0 : 1);
  for (let i = forms.surname(full); i < forms.length(full); i += 1) if (forms.at(full, i) === character) return true;
  return false;
}

function isGivenNameHalfEqual(forms: NameForms, one: number, other: number): boolean {
  const from = forms.surname(one);
  const length = forms.length(one);
  if (length !== forms.length(other) || length !== from + 2) return false;
  return forms.at(one, from) === forms.at(other, from) || forms.at(one, from + 1) === forms.at(other, from + 1);
}

function level<const C extends string>(
  code: C,
  zh: string,
  en: string,
  termFrequency?: true,
): Level & { readonly code: C } {
  return { code, zh, en, ...(termFrequency && { termFrequency }) };
}
