import { birthDate } from '../compare/birth-date.js';
import { chineseName } from '../compare/chinese-name.js';
import type { Level } from '../engine/comparator.js';
import type { BlockingRule, ComparisonDeclaration, LinkageModel } from '../engine/linkage-model.js';
import { HEAD_LEVELS, HOME_LEVELS, NUMBER_LEVELS, PHONE_LEVELS, REGISTER_LEVELS, SEX_LEVELS } from './levels.js';

interface PersonComparisonDeclaration extends ComparisonDeclaration {
  readonly levels: readonly Level[];
}

interface PersonModel extends LinkageModel {
  readonly comparisons: readonly PersonComparisonDeclaration[];
}

const part = (field: string, take?: string): BlockingRule['parts'][number] => (take ? { field, take } : { field });

/**
 * The people of a county. A record without a number of its own is compared with every person whom one of the blocking rules brings
 * before it; it is theirs who carries the greater part of the probability, "nobody we know" being one of the candidates.
 */
export const PERSON_MODEL: PersonModel = {
  name: 'county-persons',
  version: 2,
  fields: {
    name: { from: ['name'], read: 'chineseName' },
    formerName: { from: ['formerName'], read: 'chineseName' },
    headName: { from: ['headName'], read: 'chineseName' },
    birth: { from: ['birthDate', 'idNumber'], read: 'birthDate' },
    sex: { from: ['sex', 'idNumber'], read: 'code' },
    phone: { from: ['phone'], read: 'digits' },
    number: { from: ['idNumber', 'idNumberInvalid', 'headIdNumber', 'certifiedIdNumber'], read: 'idNumber' },
    village: { from: ['village'], read: 'code' },
    dwelling: { from: ['dwelling'], read: 'code' },
    building: { from: ['building'], read: 'code' },
    household: { from: ['householdNumber'], read: 'code' },
  },
  comparisons: [
    { name: 'name', fields: ['name', 'formerName'], comparator: 'chineseName', levels: chineseName.levels },
    { name: 'birth', fields: ['birth'], comparator: 'birthDate', levels: birthDate.levels },
    { name: 'sex', fields: ['sex'], comparator: 'exact', levels: SEX_LEVELS },
    { name: 'phone', fields: ['phone'], comparator: 'sharedPhone', levels: PHONE_LEVELS },
    { name: 'number', fields: ['number'], comparator: 'statedNumber', levels: NUMBER_LEVELS },
    { name: 'home', fields: ['village', 'building', 'dwelling', 'household'], comparator: 'home', levels: HOME_LEVELS },
    { name: 'head', fields: ['headName'], comparator: 'head', levels: HEAD_LEVELS },
    { name: 'register', fields: [], comparator: 'register', levels: REGISTER_LEVELS },
  ],
  blocking: [
    { name: 'number', parts: [part('number', 'repairs')], most: 60 },
    { name: 'sound and birth', parts: [part('name', 'pinyin'), part('birth')], most: 600 },
    { name: 'sound and village', parts: [part('name', 'pinyin'), part('village')], most: 600 },
    { name: 'name', parts: [part('name')], most: 120 },
    { name: 'telephone', parts: [part('phone')], most: 72 },
    { name: 'dwelling', parts: [part('dwelling')], most: 180 },
    { name: 'household', parts: [part('household', 'ofHome')], most: 180 },
    { name: 'birth and township', parts: [part('birth'), part('village', 'township')], most: 180 },
    { name: 'birth and surname', parts: [part('birth'), part('name', 'surname')], most: 180 },
    { name: 'first two and village', parts: [part('name', 'firstTwo'), part('village')], most: 360 },
    { name: 'given name and village', parts: [part('name', 'given'), part('village')], most: 360 },
  ],
  cannotLink: [
    { comparison: 'name', levels: ['SAME_SURNAME', 'DIFFERS'] },
    { comparison: 'birth', levels: ['GENERATION'] },
  ],
  sessions: [{ name: 'number', parts: [part('number')] }],
  thresholds: { link: 0.95, review: 0.005 },
};
