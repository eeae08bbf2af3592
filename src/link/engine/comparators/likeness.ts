import { PairTable } from '../pair-table.js';
import { visitNearTexts } from '../near-texts.js';
import { soundOf } from './sound.js';

/** How two different words of a name can still be one, surest first. */
export const LIKENESS = { oneEdit: 1, twoEdits: 2, beginning: 3, sound: 4, partner: 5 } as const;

/** Two edits are a likeness only where enough letters stay. */
const LONG = 7;
/** Letters of the shorter where it is the beginning of the longer: wil, wilford. */
const BEGINNING = 3;

/** All pairs of the words that are alike, found once for a dictionary. */
export function findLikeness(codes: readonly number[], textOf: (code: number) => string): PairTable {
  const alike = new PairTable();
  const words = codes.filter((code) => !/\d/.test(textOf(code)));
  visitNearTexts(words, textOf, 2, LONG, (one, other, distance) => {
    if (Math.min(textOf(one).length, textOf(other).length) > 2) alike.put(one, other, distance);
  });
  const codeOf = new Map(words.map((code) => [textOf(code), code]));
  const sounds = new Map<string, number[]>();
  for (const code of words) {
    const text = textOf(code);
    for (let length = BEGINNING; length < text.length; length += 1) {
      const shorter = codeOf.get(text.slice(0, length));
      if (shorter !== undefined) alike.put(shorter, code, LIKENESS.beginning);
    }
    const sound = soundOf(text);
    if (sound.length < 2) continue;
    const group = sounds.get(sound);
    if (!group) sounds.set(sound, [code]);
    else {
      // A sound that hundreds of words share is none.
      if (group.length < 64) for (const other of group) alike.put(other, code, LIKENESS.sound);
      group.push(code);
    }
  }
  return alike;
}
