import type { FieldName } from './field.js';
import type { Words } from './register.js';

/** One step of a pair's waterfall: what was compared, how the two stand, and what that is worth in bits. No value of a person. */
export interface EvidenceStep {
  readonly comparison: string;
  readonly level: string;
  readonly bits: number;
}

interface ComparisonMeaning extends Words {
  /** What of the two records is shown beside it; the first that is stated. */
  readonly fields: readonly FieldName[];
  /** Levels by which both say the same; any other in favour is near. Every level whose code begins with EQUAL is one. */
  readonly same?: readonly string[];
}

/** What the models compare, in words. One that is not named here is shown by its own name, without values. */
export const COMPARISONS = {
  prior: { zh: '先验', en: 'before anything is compared', fields: [] },
  name: { zh: '姓名', en: 'name', fields: ['name'] },
  birth: { zh: '出生日期', en: 'date of birth', fields: ['birthDate'] },
  sex: { zh: '性别', en: 'sex', fields: ['sex'] },
  phone: { zh: '电话', en: 'telephone', fields: ['phone'], same: ['SHARED'] },
  number: { zh: '身份号码', en: 'identity number', fields: ['idNumber', 'idNumberInvalid'], same: ['BESIDE'] },
  home: { zh: '住处', en: 'home', fields: ['address'], same: ['DWELLING'] },
  head: { zh: '户主', en: 'head of household', fields: ['headName'], same: ['ONE_HEAD', 'BOTH_HEADS'] },
  register: { zh: '名册', en: 'the register itself', fields: [] },
} as const satisfies Record<string, ComparisonMeaning>;

export type Agreement = 'same' | 'near' | 'different';

/** For a reviewer who may not see the values: 同, 近 or 异. */
export const AGREEMENTS = {
  same: { zh: '同', en: 'same' },
  near: { zh: '近', en: 'near' },
  different: { zh: '异', en: 'different' },
} as const satisfies Record<Agreement, Words>;

export function meaningOf(comparison: string): ComparisonMeaning {
  return Object.hasOwn(COMPARISONS, comparison)
    ? COMPARISONS[comparison as keyof typeof COMPARISONS]
    : { zh: comparison, en: comparison, fields: [] };
}

/** @returns null for what compares nothing: the prior */
export function agreementOf({ comparison, level, bits }: EvidenceStep): Agreement | null {
  if (comparison === 'prior') return null;
  if (level.startsWith('EQUAL') || meaningOf(comparison).same?.includes(level)) return 'same';
  return bits > 0 ? 'near' : 'different';
}
