import type { Words } from './register.js';

/**
 * What the house collects from nobody, whatever a delivery holds: dropped at the door by the column's name, before anything
 * is stored. Every importer is under this list; none can declare such a column. A pattern meets any part of a folded header.
 */
export const REFUSED_COLUMNS: readonly RefusedColumn[] = [
  refuse('ethnicity', '民族', /民族|族别|族群|^mz(dm)?$|ethnic|nationality/),
  refuse('religion and belief', '宗教信仰', /宗教|信仰|教派|信教|教名|^zjxy(dm)?$|religio|belief/),
  refuse(
    'political opinion',
    '政治面貌与政治倾向',
    /政治面貌|政治倾向|政治观点|政治可靠|政治表现|^zzmm(dm)?$|political/,
  ),
  refuse('petition history', '信访', /信访|上访|访民|缠访|闹访|维权|petition/),
  refuse(
    'lists of "key persons" and stability risk',
    '重点人员与风险等级',
    /重点人|重点关注|重点管控|重点对象|关注等级|关注程度|是否关注|关注类型|稳控|维稳|管控等级|风险等级|危险等级|危险性|前科|违法|犯罪|吸毒|刑满|矫正|邪教|涉恐|涉稳|watchlist|keyperson|risklevel/,
  ),
  refuse(
    'faces, biometrics and pictures of persons',
    '人脸与生物特征',
    /人脸|面部|照片|相片|头像|指纹|虹膜|声纹|步态|掌纹|生物特征|基因|血型|^dna$|^face|photo|portrait|fingerprint|^iris|biometric/,
  ),
  refuse(
    'diagnoses and medical records',
    '诊断与病历',
    /诊断|病史|病历|病情|疾病|患病|病种|慢性病|精神障碍|精神病|传染病|艾滋|用药|治疗|diagnos|disease|medical|illness/,
  ),
  refuse('tracks and devices', '轨迹与设备', /轨迹|行踪|定位|基站|^imei$|^imsi$|^mac(地址)?$|trajectory|devicei?d/),
  refuse(
    'scores and credit of persons',
    '个人评分与信用等级',
    /信用分|信用等级|信用评|诚信分|星级|个人评分|居民评分|红黑榜|黑名单|creditscore|^rating$/,
  ),
];

export interface RefusedColumn extends Words {
  readonly pattern: RegExp;
}

/** Why a folded header may not be taken; null where nothing speaks against it. */
export function refusalOf(foldedHeader: string): RefusedColumn | null {
  return REFUSED_COLUMNS.find(({ pattern }) => pattern.test(foldedHeader)) ?? null;
}

function refuse(en: string, zh: string, pattern: RegExp): RefusedColumn {
  return { en, zh, pattern };
}
