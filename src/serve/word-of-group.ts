import { labelOfCode } from '../model/codes.js';
import type { Language, Words } from '../model/register.js';
import type { HomeGroup } from './types/homes-aggregate.js';
import type { PeopleGroup } from './types/people-aggregate.js';

const AGES: Readonly<Record<string, Words>> = {
  '80+': { zh: '80岁及以上', en: '80 and above' },
  '100+': { zh: '100岁及以上', en: '100 and above' },
};
const TIES: Readonly<Record<string, Words>> = {
  registered: { zh: '户籍在此', en: 'registered there' },
  resident: { zh: '居住在此', en: 'living there' },
  both: { zh: '户籍并居住在此', en: 'registered and living there' },
};
const KINDS: Readonly<Record<string, Words>> = {
  registered: { zh: '户籍户', en: 'registered' },
  residential: { zh: '居住户', en: 'residential' },
};
const NOT_STATED: Words = { zh: '未载明', en: 'not stated' };

/** A value that people are grouped by, in words; a division or grid is its code. */
export function wordOfGroup(group: `${PeopleGroup}`, code: string | null, language: Language): string {
  // Zeros: of that township, or of the county, and no more is stated.
  if (code === null || ((group === 'village' || group === 'township') && code.endsWith('000')))
    return NOT_STATED[language];
  if (group === 'sex') return labelOfCode('sex', code, language) ?? code;
  if (group === 'tie') return TIES[code]?.[language] ?? code;
  if (group === 'age' || group === 'age_five_years')
    return AGES[code]?.[language] ?? (language === 'zh' ? `${code}岁` : code);
  return code;
}

/** A value that households or dwellings are grouped by, in words. */
export function wordOfHomeGroup(group: `${HomeGroup}`, code: string | null, language: Language): string {
  if (code === null || ((group === 'village' || group === 'township') && code.endsWith('000')))
    return NOT_STATED[language];
  if (group === 'kind') return KINDS[code]?.[language] ?? code;
  if (group === 'people')
    return language === 'zh' ? `${code.replace('+', '')}人${code.endsWith('+') ? '及以上' : ''}` : code;
  return code;
}
