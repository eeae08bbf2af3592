import type { Division } from '../model/division.js';

/** Everyday names of a township: 瓦马乡 for 瓦马彝族白族乡, 河图街道办 for 河图街道. */
export function townshipAliases({ name }: Division): readonly string[] {
  const base = townshipBase(name);
  const kind = TOWNSHIP_KIND.exec(name)?.[0] ?? '';
  const short =
    kind === '街道'
      ? ['街道办事处', '街道办', '办事处']
      : kind === '镇' || kind === '乡'
        ? [`${kind}人民政府`, `${kind}政府`]
        : [];
  return [...new Set([name, base + kind, ...short.map((suffix) => base + suffix)])];
}

/** 瓦马 of 瓦马彝族白族乡: without the kind, and without the peoples an official name lists. */
export function townshipBase(name: string): string {
  const stem = name.replace(TOWNSHIP_KIND, '').replace(PEOPLES, '');
  return stem.length >= 2 ? stem : name;
}

/** Everyday names of a village: `王官社区` and `王官社区居委会` for 王官社区居民委员会. */
export function villageAliases({ name, kind }: Division): readonly string[] {
  const base = villageBase(name);
  const isCommunity = /社区/u.test(name.slice(base.length)) || kind === '居委会';
  const isVillage = kind === '村委会';
  const suffixes = [...(isCommunity ? COMMUNITY_SUFFIXES : []), ...(isVillage ? VILLAGE_SUFFIXES : [])];
  return [...new Set([name, ...suffixes.map((suffix) => base + suffix)])];
}

/** 王官 of 王官社区居民委员会. At least two characters stay: 彭村 of 彭村村委会. */
export function villageBase(name: string): string {
  const suffix = VILLAGE_ENDINGS.find((ending) => name.endsWith(ending) && name.length - ending.length >= 2);
  return suffix === undefined ? name : name.slice(0, -suffix.length);
}

const TOWNSHIP_KIND = /(?:街道办事处|街道办|街道|办事处|[镇乡](?:人民政府|政府)?|地区)$/u;
/** The peoples named in the official names of townships, longest first. They occur in names of places only. */
const PEOPLES =
  /(?:(?:柯尔克孜|乌孜别克|塔吉克|俄罗斯|鄂温克|鄂伦春|哈萨克|维吾尔|蒙古|朝鲜|布依|土家|哈尼|傈僳|高山|拉祜|东乡|纳西|景颇|达斡尔|仫佬|布朗|撒拉|毛南|仡佬|锡伯|阿昌|普米|德昂|保安|裕固|塔塔尔|独龙|赫哲|门巴|珞巴|基诺|藏|回|苗|彝|壮|满|侗|瑶|白|傣|黎|佤|畲|水|土|羌|怒|京)族)+$/u;
const COMMUNITY_SUFFIXES = ['社区', '社区居民委员会', '社区居委会', '居民委员会', '居委会', '社区居委'];
const VILLAGE_SUFFIXES = ['村', '村民委员会', '村委会', '村村民委员会', '村村委会', '村委'];
const VILLAGE_ENDINGS = [
  '社区居民委员会',
  '社区村民委员会',
  '社区居委会',
  '社区村委会',
  '村村民委员会',
  '村民委员会',
  '居民委员会',
  '村村委会',
  '村委会',
  '居委会',
  '虚拟生活区',
  '社区居委',
  '社区',
  '村委',
  '居委',
  '村',
].toSorted((a, b) => b.length - a.length);
