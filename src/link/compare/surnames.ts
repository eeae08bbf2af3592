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

/** The same of a name whose characters are of one code unit each. */
export function surnameUnitsOf(name: string): number {
  if (name.length > 2 && COMPOUND_BEGINNINGS[name.charCodeAt(0)] === 1 && COMPOUND_SURNAMES.has(name.slice(0, 2)))
    return 2;
  return Math.min(1, name.length);
}

const COMPOUND_BEGINNINGS = new Uint8Array(0x10000);
for (const surname of COMPOUND_SURNAMES) COMPOUND_BEGINNINGS[surname.charCodeAt(0)] = 1;

/**
 * How many characters of a text are the surname in a familiar address (老张, 小张, 大李, 老欧阳), which stands behind the first; else 0.
 * No surname begins with 老, 小, 大 or 阿 but a few of the rarest.
 */
export function familiarSurnameLengthOf(characters: readonly string[]): number {
  if (characters.length < 2 || characters.length > 3 || !FAMILIAR.has(characters[0]!)) return 0;
  const rest = characters.slice(1).join('');
  return (characters.length === 2 ? COMMON_SURNAMES : COMPOUND_SURNAMES).has(rest) ? characters.length - 1 : 0;
}

/** What a familiar address begins with. */
export const FAMILIAR = new Set('老小大阿');

/** Nine of ten people bear one of these. @see 公安部, 全国姓名报告 */
const COMMON_SURNAMES = new Set(
  '王李张刘陈杨黄赵周吴徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖萧田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付傅方白邹孟熊秦邱江尹薛闫阎段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳欧阳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师仇栾隋商刁沙巫寇桑郎甄丛仲虞敖巩佘池查麻苑迟邝',
);

/** What was written in place of a given name that the writer did not know or did not want to tell, or that nobody had given yet. */
export function isPlaceholder(given: string): boolean {
  return PLACEHOLDERS.has(given) || (MASKS.has(given.charAt(0)) && /^[*x〇]{1,3}$/u.test(given));
}

const PLACEHOLDERS = new Set(
  '某 某某 某甲 某乙 某丙 女士 先生 小姐 太太 同志 师傅 老师 医生 大夫 老板 经理 主任 书记 大爷 大伯 大叔 大妈 大娘 大婶 大嫂 大哥 爷爷 奶奶 老汉 老头 老太 老太太 阿姨 阿婆 阿公 阿伯 总 氏 爷 叔 哥 姐 婴儿 男婴 女婴 男婴儿 女婴儿 男孩 女孩 新生儿 新生女'.split(
    ' ',
  ),
);
const MASKS = new Set('*x〇');

/** Names that somebody may bear, and that mostly were written before, or in place of, the right one. */
export const BYNAMES = new Set('毛毛 宝宝 小宝 大宝 二宝 贝贝 囡囡 妞妞 婴 大姐'.split(' '));

/** Characters that the words above end in. */
export const LAST_OF_WORDS = new Set(
  [...PLACEHOLDERS, ...MASKS, ...BYNAMES].map((word) => word.charAt(word.length - 1)),
);
