import { districtOf } from './comparators/postcodes.js';
import { soundOf } from './comparators/sound.js';

/** What a value gives to a blocking key: none, one, or several, with each of which the record is found. */
export type KeyMaker = (text: string) => readonly string[];

/** Words that so many records' names hold are looked for only with what makes them rarer. */
const MOST_WORDS = 6;

/** What a model may name under `take`. */
export const KEYS: Readonly<Record<string, KeyMaker>> = {
  whole: (text) => [text],
  first3: beginning(3),
  first4: beginning(4),
  /** Of an identity number the place and the day of birth. */
  first14: beginning(14),
  words: wordsOf,
  /** Every two words, whatever their order. */
  'word-pairs': (text) => {
    const words = wordsOf(text).toSorted();
    return words.flatMap((word, i) => words.slice(i + 1).map((other) => `${word} ${other}`));
  },
  'word-sounds': (text) => [...new Set(wordsOf(text).map(soundOf))].filter((sound) => sound.length > 1),
  /** Of every word the first three letters. */
  'word-beginnings': (text) => [...new Set(wordsOf(text).map((word) => word.slice(0, 3)))],
  /** Every two of these, whatever their order. */
  'beginning-pairs': (text) => {
    const words = [...new Set(wordsOf(text).map((word) => word.slice(0, 3)))].toSorted();
    return words.flatMap((word, i) => words.slice(i + 1).map((other) => `${word} ${other}`));
  },
  district: (text) => [districtOf(text)],
  year: (text) => [text.slice(0, 4)],
  'month-day': (text) => (text.endsWith('0101') ? [] : [text.slice(4)]),
};

function beginning(length: number): KeyMaker {
  return (text) => (text.length < length ? [] : [text.slice(0, length)]);
}

function wordsOf(text: string): string[] {
  return [...new Set(text.split(' '))].filter((word) => word.length > 1).slice(0, MOST_WORDS);
}
