import { foldName } from '../fold-name.js';
import { surnameLengthOf } from './surnames.js';

/**
 * A name where the text is one; '' where it says whose relative somebody is (段永伟媳妇, 许明之妻, 户主之妻) or that no name is known yet
 * (男婴, 未取名). Such a text begins with the name of somebody else, with whom it must never agree.
 */
export function ownNameOf(name: string): string {
  return isNoName(foldName(name)) ? '' : name;
}

/** @param name folded @returns whether it is a text that `ownNameOf` does not take for a name */
export function isNoName(name: string): boolean {
  // Nearly every name is told from such a text by one look.
  if (!LAST_OF_NOBODY.has(name.charAt(name.length - 1))) return false;
  if (NOBODY.test(name)) return true;
  const found = RELATIVE.exec(name) ?? RELATIVE_OF.exec(name);
  if (found === null) return false;
  // 李爱人 may be called so, and so may 欧阳爱人: whose relative it is takes a given name to say.
  return [...found[1]!].length > surnameLengthOf([...name]) || NEVER_A_NAME.test(name);
}

/** Words that say in what somebody is related. None is the end of a name of four characters and more. */
const KIN =
  '媳妇儿?|儿媳妇?|老婆|老公|爱人|丈夫|妻子?|夫人|配偶|遗孀|家属|亲属|家人|儿子|女儿|闺女|子女|孩子|小孩|婴儿|[长次三四幼独养继]子|[长次三四幼独养继]女|[大二三小]儿子?|[大二三小]女儿?|双胞胎[大小]?|母亲|父亲|妈妈?|爸爸?|爷爷|奶奶|外公|外婆|岳父|岳母|婆婆|孙子|孙女|孙儿|外孙女?|哥哥|弟弟|姐姐|妹妹|兄弟|女婿|侄子|侄女|侄儿|外甥女?';
/** Words of one character that a name may end in, unless 之 stands before them. */
const KIN_AFTER_OF = '妻|夫|子|女|[长次幼]子|[长次幼]女|母|父|妈|爸|兄|弟|姐|妹|孙|媳|婿|嫂|家';

const RELATIVE = new RegExp(`^(.+?)(?:${KIN}|[媳母])$`, 'u');
const RELATIVE_OF = new RegExp(`^(.+?)[之的](?:${KIN}|${KIN_AFTER_OF})(?:[一二三大小])?$`, 'u');
const NEVER_A_NAME = /(?:妻子?|媳妇|家属|老婆|丈夫)$/u;

const NOBODY = new RegExp(
  `^(?:(?:户主|本人|业主|房东|租户|房主|其)?(?:之|的)?(?:${KIN})|户主|本人|业主|房东|租户|房主|[男女]?婴儿?|新生[儿女]|(?:[未没暂尚无]|暂未|尚未|还未|暂无)(?:有|取|起|命|上)?(?:名|名字|姓名|名氏)|无|不详|不明|未知|待定|待[取起定]名)$`,
  'u',
);

/** Characters that the words above end in. */
export const LAST_OF_NOBODY = new Set(
  '妇儿媳婆公人夫妻子偶孀属女婴大小母亲父妈爸爷奶孙哥弟姐妹婿甥兄嫂家一二三主东户名字氏无详明知定',
);
