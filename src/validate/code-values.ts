import { CODE_TABLES } from '../model/codes.js';
import type { CodeTableName } from '../model/importer.js';
import { narrow } from './clean-text.js';

/** Reads a cell by a table of what may be written: the same look-up for national codes and an office's own labels. */
export interface CodeReader {
  /** The value kept; undefined where the table has none. */
  read(written: string): string | undefined;
  readonly accepted: string;
}

/** A national table by its codes (with or without the leading zero), its labels, and the labels of every day. */
export function readerOfTable(table: CodeTableName): CodeReader {
  const codes: Readonly<Record<string, { readonly zh: string }>> = CODE_TABLES[table].codes;
  const values = new Map<string, string>();
  for (const [code, { zh }] of Object.entries(codes)) {
    values.set(code, code);
    values.set(code.replace(/^0(?=\d)/u, ''), code);
    values.set(zh, code);
  }
  for (const [code, labels] of Object.entries(EVERYDAY_LABELS[table])) {
    for (const each of labels.split(' ')) values.set(each, code);
  }
  if (table === 'kinship') values.set(CHILD, CHILD);
  return readerOf(values, `${CODE_TABLES[table].zh} ${CODE_TABLES[table].en}`);
}

/**
 * 子女 is no code of GB/T 4761, which parts sons from daughters: the reader gives it back as it is, and the row's sex settles
 * it, or nothing does.
 */
export const CHILD = '子女';
export const CHILD_BY_SEX: Readonly<Record<string, string>> = { '1': '20', '2': '30' };

/** An office's own labels: what is written → what is kept. */
export function readerOfLabels(labels: Readonly<Record<string, string>>): CodeReader {
  return readerOf(new Map(Object.entries(labels)), Object.keys(labels).join(' / '));
}

/** What offices write instead of the standard's label, by the standard's code. */
const EVERYDAY_LABELS: Readonly<Record<CodeTableName, Readonly<Record<string, string>>>> = {
  sex: { '0': '未知 不详', '1': '男 m male', '2': '女 f female', '9': '未说明' },
  marital: {
    '10': '单身 没有结婚',
    '20': '已结婚 有配偶',
    '22': '再婚有配偶',
    '23': '复婚有配偶',
    '21': '初婚有配偶',
    '30': '丧偶未再婚',
    '40': '离异 已离婚',
    '90': '未说明 其他 不详',
  },
  education: {
    '10': '研究生 研究生及以上',
    '11': '博士 博士研究生',
    '14': '硕士 硕士研究生',
    '20': '大学本科 本科 大学 全日制本科 大学本科及以上',
    '30': '大学专科 大专 专科 高职 大学专科教育',
    '40': '中专 中等专科 中职 中等职业 中专技校 中专中技',
    '44': '职高 职业高中',
    '47': '技校 技工学校 中技',
    '60': '高中 普通高中 普通高级中学',
    '70': '初中 初级中学',
    '80': '小学',
    '90': '文盲 半文盲 文盲或半文盲 文盲半文盲 不识字 学龄前 学前 学龄前儿童 未上学 未上过学 无',
  },
  kinship: {
    '01': '本户户主 户主本人',
    '10': '爱人 夫妻 配偶关系',
    '11': '丈夫 老公',
    '12': '妻子 老婆',
    '20': '儿子 儿',
    '21': '独子 独生儿子',
    '22': '大儿子',
    '23': '二儿子 次儿',
    '24': '三儿子',
    '25': '四儿子',
    '26': '五儿子',
    '27': '养子 继子 养子继子',
    '30': '女儿',
    '31': '独女 独生女儿',
    '32': '大女儿',
    '33': '二女 二女儿',
    '34': '三女儿',
    '35': '四女儿',
    '36': '五女儿',
    '37': '养女 继女',
    '38': '媳妇 儿媳妇 子媳',
    '40': '孙子女 孙 孙子孙女 孙辈 外孙子女 孙子、孙女 孙子女或外孙子女',
    '43': '外孙',
    '45': '孙媳 孙媳妇',
    '46': '孙女婿',
    '47': '曾孙 曾孙子 外曾孙',
    '48': '曾孙女',
    '50': '父亲或母亲 父母亲',
    '51': '父 爸爸',
    '52': '母 妈妈',
    '57': '继父 养父',
    '58': '继母 养母',
    '53': '家公 夫之父',
    '54': '家婆 夫之母',
    '55': '岳丈 妻之父',
    '56': '丈母娘 妻之母',
    '60': '祖父母 外祖父母 祖父母外祖父母',
    '61': '爷爷 祖父亲',
    '62': '奶奶',
    '63': '外公 姥爷',
    '64': '外婆 姥姥',
    '70': '兄弟 姐妹 兄弟姊妹',
    '71': '哥哥 哥 兄长',
    '72': '嫂子',
    '73': '弟弟',
    '74': '弟媳妇 弟妹',
    '75': '姐',
    '77': '妹',
    '80': '其它 其他关系',
    '81': '伯伯 大伯',
    '83': '叔叔 叔',
    '85': '舅舅',
    '90': '姑姑 姑妈',
    '93': '侄儿 侄',
    '95': '甥',
    '97': '亲戚 亲属 其他亲戚',
    '99': '无亲属关系 非亲戚 无关系',
  },
};

function readerOf(values: ReadonlyMap<string, string>, accepted: string): CodeReader {
  const folded = new Map([...values].map(([written, kept]) => [fold(written), kept]));
  const known = new Map(values);
  return {
    accepted: accepted.slice(0, 200),
    read(written) {
      const there = known.get(written);
      if (there !== undefined) return there;
      const kept = folded.get(fold(written));
      // Remembered, so that a cell which is always written with a blank is folded once.
      if (kept !== undefined && known.size < REMEMBERED) known.set(written, kept);
      return kept;
    },
  };
}

const REMEMBERED = 5_000;

function fold(written: string): string {
  return narrow(written)
    .replace(/[\s/、]+/gu, '')
    .toLowerCase();
}
