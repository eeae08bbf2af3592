/** @see 百家姓, the compound surnames still borne by more than a thousand people */
const COMPOUND_SURNAMES = new Set(
  '欧阳 上官 司马 司徒 诸葛 东方 皇甫 尉迟 公孙 慕容 令狐 夏侯 宇文 长孙 司空 鲜于 闾丘 端木 百里 南宫 轩辕 独孤 澹台 太史 申屠 钟离 呼延 濮阳 西门 第五'.split(
    ' ',
  ),
);

/** How many characters of a name are its surname; 0 for no name at all. */
export function surnameLengthOf(characters: readonly string[]): number {
  if (characters.length > 2 && COMPOUND_SURNAMES.has(`${characters[0]}${characters[1]}`)) return 2;
  return Math.min(1, characters.length);
}

/** What was written in place of a given name that the writer did not know or did not want to tell. */
export const PLACEHOLDER = /^(?:某[某甲乙丙]?|女士|先生|小姐|师傅|老师|大爷|大妈|大娘|阿姨|[*x〇]{1,3})$/u;
