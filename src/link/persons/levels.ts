import type { Level } from '../engine/comparator.js';

/** Levels of what only the county's records can be compared by: they follow from homes, households and registers, not from two values. */

export const NUMBER_LEVELS = [
  { code: 'EQUAL', zh: '号码相同', en: 'equal numbers' },
  { code: 'REPAIRED', zh: '号码经一处更正即相同', en: 'equal once one slip in the number is mended' },
  {
    code: 'ROUNDED',
    zh: '号码前十五位相同（表格软件截断）',
    en: 'equal as far as a spreadsheet left the number whole',
  },
  { code: 'RELATIVES', zh: '所写号码属于其家人', en: 'the number written is one of their family’s' },
  { code: 'ANOTHERS', zh: '所写号码属于他人', en: 'the number written is somebody else’s' },
  { code: 'BOTH_VALID', zh: '两个有效号码不同', en: 'both numbers are valid, and they differ' },
  { code: 'DIFFERS', zh: '号码不同，且非一处之误', en: 'the numbers differ by more than one slip' },
  // Behind the others, because the places of these are kept with the models that were trained.
  {
    code: 'BESIDE',
    zh: '号码见于同行他栏（户主身份证号、残疾证号）',
    en: 'equal to a number in another column of the row: the head’s, the disability card’s',
  },
] as const satisfies readonly Level[];

export const SEX_LEVELS = [
  { code: 'EQUAL', zh: '性别相同', en: 'equal sex' },
  { code: 'DIFFERS', zh: '性别不同', en: 'the sexes differ' },
] as const satisfies readonly Level[];

export const PHONE_LEVELS = [
  { code: 'EQUAL', zh: '电话相同，少人共用', en: 'equal telephone, which few share' },
  { code: 'SHARED', zh: '电话相同，多人共用', en: 'equal telephone, which many share' },
  { code: 'DIFFERS', zh: '电话不同', en: 'the telephones differ' },
] as const satisfies readonly Level[];

/** `…_AS_STATED`: the row says no more than that, so that nothing closer could have agreed. */
export const HOME_LEVELS = [
  { code: 'DWELLING', zh: '同一住房', en: 'one dwelling' },
  { code: 'HOUSEHOLD', zh: '所在户的其他成员住在该处', en: 'others of their registered household live there' },
  { code: 'BUILDING_AS_STATED', zh: '同一楼栋（未写到户室）', en: 'one building, and no room stated' },
  { code: 'BUILDING', zh: '同一楼栋', en: 'one building' },
  {
    code: 'AREA_AS_STATED',
    zh: '同一小组、自然村或小区（未写到门牌）',
    en: 'one group, natural village or estate, and no door stated',
  },
  { code: 'AREA', zh: '同一小组、自然村或小区', en: 'one group, natural village or estate' },
  {
    code: 'VILLAGE_AS_STATED',
    zh: '同一村(社区)（未写具体地址）',
    en: 'one village or community, and no address stated',
  },
  { code: 'VILLAGE', zh: '同一村(社区)', en: 'one village or community' },
  { code: 'TOWNSHIP', zh: '同一乡镇(街道)', en: 'one township or street' },
  { code: 'ELSEWHERE', zh: '不同乡镇(街道)', en: 'another township or street' },
] as const satisfies readonly Level[];

export const HEAD_LEVELS = [
  { code: 'BOTH_HEADS', zh: '两方均为户主', en: 'both are heads' },
  { code: 'ONE_HEAD', zh: '户主相同', en: 'one head' },
  { code: 'HEADS_ALIKE', zh: '户主姓名相近', en: 'the heads’ names are alike' },
  { code: 'HEAD_OR_NOT', zh: '一方为户主，另一方不是', en: 'one is a head, the other is not' },
  { code: 'OTHER_HEAD', zh: '户主不同', en: 'the heads differ' },
] as const satisfies readonly Level[];

export const REGISTER_LEVELS = [
  { code: 'NONE_YET', zh: '该名册中尚无此人', en: 'the register does not have them yet' },
  { code: 'HAS_ONE', zh: '该名册中已有此人', en: 'the register has them already' },
] as const satisfies readonly Level[];
