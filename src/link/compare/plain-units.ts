import { foldName } from '../fold-name.js';
import { characterId, isWild } from './characters.js';
import { LAST_OF_NOBODY } from './own-name.js';
import { FAMILIAR, LAST_OF_WORDS } from './surnames.js';

/** 汉字 of one code unit that the folding leaves alone: what was asked of each before, for names that are all of them. */

const KNOWN = 1;
const PLAIN = 2;
const ENDS_WORD = 4;
const BEGINS_ADDRESS = 8;

const kinds = new Uint8Array(0x10000);
const ids = new Uint16Array(0x10000);

/** Whether a name is of one to four such 汉字, and neither a familiar address nor a pet name. */
export function isPlain(name: string): boolean {
  const { length } = name;
  if (length === 0 || length > 4) return false;
  for (let i = 0; i < length; i += 1) if ((kindOf(name.charCodeAt(i)) & PLAIN) === 0) return false;
  if ((kindOf(name.charCodeAt(0)) & BEGINS_ADDRESS) !== 0) return false;
  return length !== 2 || (name.charCodeAt(0) !== name.charCodeAt(1) && name.charCodeAt(1) !== PET_ENDING);
}

const PET_ENDING = '儿'.charCodeAt(0);

/** Whether a plain name may end in a word that is written for want of a name. */
export function mayEndInWord(name: string): boolean {
  return (kindOf(name.charCodeAt(name.length - 1)) & ENDS_WORD) !== 0;
}

/** `characterId` of a plain name's character. */
export function idOfUnit(unit: number): number {
  return ids[unit]!;
}

function kindOf(unit: number): number {
  return (kinds[unit] ||= readKind(String.fromCharCode(unit), unit));
}

function readKind(character: string, unit: number): number {
  if (!/^\p{Script=Han}$/u.test(character) || foldName(character) !== character) return KNOWN;
  const id = (ids[unit] = characterId(character));
  if (isWild(id)) return KNOWN;
  const endsWord = LAST_OF_WORDS.has(character) || LAST_OF_NOBODY.has(character);
  return KNOWN | PLAIN | (endsWord ? ENDS_WORD : 0) | (FAMILIAR.has(character) ? BEGINS_ADDRESS : 0);
}
