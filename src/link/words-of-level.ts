import type { Words } from '../model/register.js';
import { birthDate } from './compare/birth-date.js';
import { chineseName } from './compare/chinese-name.js';
import { idNumber } from './compare/id-number.js';
import { phone } from './compare/phone.js';
import { sex } from './compare/sex.js';
import type { Level } from './engine/comparator.js';

const LEVELS: Readonly<Record<string, readonly Level[]>> = {
  name: chineseName.levels,
  birth: birthDate.levels,
  sex: sex.levels,
  phone: phone.levels,
  number: idNumber.levels,
};

/** A level of the county's own models in words; its code where no model has it, or has it any more. */
export function wordsOfLevel(comparison: string, level: string): Words {
  if (comparison === 'prior') return { zh: '比较之前', en: 'before any comparison' };
  return LEVELS[comparison]?.find(({ code }) => code === level) ?? { zh: level, en: level };
}
