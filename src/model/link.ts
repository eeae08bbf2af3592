import type { Words } from './register.js';

/** Why a record was held to speak of an entity. Strongest first. */
export const LINK_REASONS = {
  ID_NUMBER_AND_NAME: {
    zh: '身份号码相同，姓名不矛盾',
    en: 'equal valid identity number, and the name does not contradict',
  },
  ID_NUMBER_AND_BIRTH_DATE: {
    zh: '身份号码相同，出生日期一致',
    en: 'equal valid identity number, and the stated date of birth agrees',
  },
  AGREEMENT: {
    zh: '姓名、出生日期、住处等多项内容相符，且胜过其他任何人',
    en: 'name, date of birth, home and other statements agree, more than with anybody else',
  },
  NUMBER_SET_ASIDE: {
    zh: '所写身份号码属于他人，不予采用；其余内容相符，且胜过其他任何人',
    en: 'the number it carries is somebody else’s and is set aside; the rest agrees, more than with anybody else',
  },
  DECISION: { zh: '由人工判定', en: 'a person decided so' },
  HOUSEHOLD_NUMBER: { zh: '户号相同', en: 'equal household register number' },
  DWELLING_AND_HEAD: { zh: '同一住房，户主相同', en: 'one dwelling and one head' },
  HEAD_PERSON: { zh: '户主为同一人', en: 'the head is one person' },
  DWELLING: {
    zh: '同一住房，未写户主，该住房只有一户',
    en: 'one dwelling, no head stated, and only one household there',
  },
  OWN_RECORDS: { zh: '本人其他记录写明了住房', en: 'other records of the same person say where they live' },
  HEAD_NAME: {
    zh: '村内（楼内）只有一处住房的户主叫这个名字',
    en: 'only one dwelling of the village, or the building, has a head of that name',
  },
  REGISTERED_HOME: {
    zh: '地址不具体，按户籍地住房归户',
    en: 'the address is too vague, and agrees with the dwelling in which the person or the head is registered',
  },
  CODE: { zh: '编码相同', en: 'equal code' },
  ADDRESS: { zh: '同村内地址要素相同', en: 'equal address elements within the village' },
  ALONE: { zh: '没有其他记录可确认为同一对象', en: 'no other record is held to be the same' },
} as const satisfies Record<string, Words>;
export type LinkReason = keyof typeof LINK_REASONS;
