import { pinyin } from 'pinyin-pro';
import { UNREADABLE } from '../fold-name.js';
import { looksAlike } from './similar-glyphs.js';
import { kindsOfStrokes, strokeOrders } from './stroke-orders.js';
import { mergedSyllable, plainUmlaut, syllableId } from './syllables.js';

/** What two characters at one place of two names are to each other, from 1 on; 0 where they are nothing. Strongest first. */
export const ALIKE = ['VARIANT', 'WILDCARD', 'HOMOPHONE_TONE', 'HOMOPHONE', 'DIALECT', 'GLYPH'] as const;
const [VARIANT, WILDCARD, HOMOPHONE_TONE, HOMOPHONE, DIALECT, GLYPH] = [1, 2, 3, 4, 5, 6] as const;

const TONES = 8;
const MUTE = 1;
const SYLLABLE = 2;

/** Every character met so far, by number; that of a wildcard is 0. A few thousand, so they stay for the life of the process. */
const ids = new Map<string, number>();
const points: number[] = [];
const kinds: number[] = [];
/** Number of a character's usual form. */
const forms: number[] = [];
/** The same in the place of a surname. */
const surnameForms: number[] = [];
const firstReading: number[] = [];
/** toneless syllable × 8 + tone, all readings of one character after another. */
const readings: number[] = [];
const spellings: string[] = [];
/** Kinds of strokes; '' where they are not known; filled when first asked for. */
const strokes: (string | undefined)[] = [];

/** @param character of a folded name, or a toneless syllable written in its place @param sound whether it is such a syllable */
export function characterId(character: string, sound = false): number {
  const key = sound ? `~${character}` : character;
  const known = ids.get(key);
  if (known !== undefined) return known;
  const own = sound ? soundsOf(character) : readingsOf(character);
  const id = points.push(character.codePointAt(0)!) - 1;
  ids.set(key, id);
  kinds.push(sound ? SYLLABLE : character === UNREADABLE ? MUTE : 0);
  forms.push(id);
  surnameForms.push(id);
  firstReading.push(readings.length);
  for (const reading of own) readings.push(syllableId(reading.slice(0, -1)) * TONES + Number(reading.slice(-1)));
  spellings.push(sound ? character : plainUmlaut(own[0]?.slice(0, -1) ?? character));
  const usual = sound ? undefined : USUAL_FORMS.get(character);
  if (usual !== undefined) forms[id] = characterId(usual);
  const surname = sound ? undefined : SURNAME_FORMS.get(character);
  surnameForms[id] = surname === undefined ? forms[id]! : characterId(surname);
  return id;
}

/** Toneless pinyin of the commonest reading, ü as u; the character itself where it has none. */
export function spellingOf(id: number): string {
  return spellings[id]!;
}

export function isWild(id: number): boolean {
  return kinds[id] !== 0;
}

/** Whether a wildcard says nothing, not even the sound. */
export function isMute(id: number): boolean {
  return kinds[id] === MUTE;
}

/** Answers for the characters met first, which are the commonest: 1 + what two are to each other; 0 where nobody asked yet. */
const REMEMBERED = 2048;
const remembered = new Uint8Array(REMEMBERED * REMEMBERED);

/** @param surname whether both stand in the place of a surname @returns 0, or 1 + the index in ALIKE */
export function compareCharacters(one: number, other: number, surname: boolean): number {
  if (surname && surnameForms[one] === surnameForms[other] && kinds[one] === 0 && kinds[other] === 0) return VARIANT;
  if (one >= REMEMBERED || other >= REMEMBERED) return compareUnremembered(one, other);
  const known = remembered[one * REMEMBERED + other]!;
  if (known !== 0) return known - 1;
  const found = compareUnremembered(one, other);
  remembered[one * REMEMBERED + other] = found + 1;
  return found;
}

function compareUnremembered(one: number, other: number): number {
  if (kinds[one] === MUTE || kinds[other] === MUTE) return WILDCARD;
  const sound = compareSounds(one, other);
  if (kinds[one] === SYLLABLE || kinds[other] === SYLLABLE)
    return sound === HOMOPHONE || sound === HOMOPHONE_TONE ? WILDCARD : 0;
  if (isSameForm(one, other, false)) return VARIANT;
  if (sound !== 0) return sound;
  return looksAlike(points[one]!, points[other]!) ? GLYPH : 0;
}

/** Whether two characters are one, in whatever form. @param surname whether both stand in the place of a surname */
export function isSameForm(one: number, other: number, surname: boolean): boolean {
  return forms[one] === forms[other] || (surname && surnameForms[one] === surnameForms[other]);
}

/** @returns whether they sound alike to a toneless ear */
export function soundsAlike(one: number, other: number): boolean {
  const sound = compareSounds(one, other);
  return sound === HOMOPHONE || sound === HOMOPHONE_TONE;
}

/** Kinds of a character's strokes in their order, one digit a stroke; '' where they are not known. */
export function strokesOf(id: number): string {
  return (strokes[id] ??=
    kinds[id] === 0 ? kindsOfStrokes(strokeOrders()[String.fromCodePoint(points[id]!)] ?? '') : '');
}

function compareSounds(one: number, other: number): number {
  const end = firstReading[one + 1] ?? readings.length;
  const otherEnd = firstReading[other + 1] ?? readings.length;
  let best = 0;
  for (let i = firstReading[one]!; i < end; i += 1) {
    const reading = readings[i]!;
    for (let j = firstReading[other]!; j < otherEnd; j += 1) {
      const met = readings[j]!;
      if (reading === met) return HOMOPHONE_TONE;
      if (best === HOMOPHONE) continue;
      if (reading >> 3 === met >> 3) best = HOMOPHONE;
      else if (best === 0 && mergedSyllable(reading >> 3) === mergedSyllable(met >> 3)) best = DIALECT;
    }
  }
  return best;
}

/** A person's lu is lu or lü. */
function soundsOf(syllable: string): readonly string[] {
  return /^[ln]u/.test(syllable) ? [`${syllable}0`, `${syllable.replace('u', 'v')}0`] : [`${syllable}0`];
}

function readingsOf(character: string): readonly string[] {
  if (!/\p{Script=Han}/u.test(character)) return [];
  const found = pinyin(character, { toneType: 'num', multiple: true, type: 'array', v: true });
  return [...new Set(found.filter((reading) => /^[a-z]+\d$/.test(reading)))];
}

/**
 * Forms that 简化 and 异体 tables merged and that the table of 2013 gave back to names, and forms that never stood in one: written for
 * each other, though the folding rightly leaves them apart. @see 通用规范汉字表 (2013), 附件1
 */
const USUAL_FORMS = new Map(
  '喆哲 堃坤 昇升 陞升 邨村 祐佑 犇奔 叡睿 濬浚 徳德 恵惠 埜野 槑梅 淼渺 甦苏 仝同 彊强 崐昆 崑昆 凃涂 澂澄 勲勋 喦岩 栁柳 桒桑 戸户 呉吴 髙高 琹琴 頴颖 荘庄 镕熔 煇辉 飏扬'
    .split(' ')
    .map((pair) => [pair[0]!, pair[1]!]),
);

/** Surnames that the second reform of 1977 wrote with a simpler character, and that their bearers kept or gave up as they liked. */
const SURNAME_FORMS = new Map(['闫阎', '付傅', '肖萧', '代戴', '兰蓝', '丘邱'].map((pair) => [pair[0]!, pair[1]!]));

/** The number of a character that cannot be read, and of none at all, is 0. */
characterId(UNREADABLE);
