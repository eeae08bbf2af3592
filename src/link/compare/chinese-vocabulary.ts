import { LATIN, type Vocabulary } from '../engine/vocabulary.js';
import { birthDate } from './birth-date.js';
import { chineseName } from './chinese-name.js';
import { idNumber } from './id-number.js';
import { phone } from './phone.js';
import { sex } from './sex.js';
import { pinyinKey, surnameOf } from './spell-name.js';

/** What models of registers in Chinese may name besides; every name begins with `chinese-`. */
export const CHINESE: Vocabulary = {
  readers: {
    ...LATIN.readers,
    'chinese-text': squeezed,
    /** Upper case, without blanks and the apostrophe that keeps a spreadsheet from rounding. */
    'chinese-id-number': (text) => squeezed(text).replace(/^['’]/, '').toUpperCase(),
    /** YYYY, YYYYMM or YYYYMMDD, as far as stated. */
    'chinese-day': (text) => {
      const [, year, month, day] = /^(\d{4})\D*(\d{1,2})?\D*(\d{1,2})?\D*$/.exec(squeezed(text)) ?? [];
      if (year === undefined) return '';
      return [year, month, day].map((part) => part?.padStart(2, '0') ?? '').join('');
    },
    'chinese-sex': (text) => SEXES[squeezed(text)] ?? '',
    /** Digits, without the country’s code. */
    'chinese-phone': (text) =>
      squeezed(text)
        .replaceAll(/\D/g, '')
        .replace(/^(?:00)?86(?=1\d{10}$)/, ''),
    /** An address as words: one for each level, as far as the marks of levels tell. */
    'chinese-address': (text) =>
      squeezed(text)
        .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
        .replaceAll(/(?<=[省市县区镇乡街道村组社路巷弄号栋幢座楼层室户])|(?<=\p{Script=Han})(?=[0-9a-z])/giu, ' ')
        .replaceAll(/ +/g, ' ')
        .trim(),
  },
  comparators: {
    ...LATIN.comparators,
    'chinese-name': chineseName,
    'chinese-id-number': idNumber,
    'chinese-birth-date': birthDate,
    'chinese-phone': phone,
    'chinese-sex': sex,
  },
  keys: {
    ...LATIN.keys,
    'chinese-sound': (text) => [pinyinKey(text)],
    'chinese-surname': (text) => [surnameOf(text)],
  },
};

const SEXES: Readonly<Record<string, string>> = { 男: '1', 男性: '1', '1': '1', 女: '2', 女性: '2', '2': '2' };

function squeezed(text: string): string {
  return text.normalize('NFKC').replaceAll(/\s+/g, '');
}
