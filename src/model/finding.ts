import type { Words } from './register.js';

/** `error` costs the row or the delivery, `warning` the cell, `note` nothing. */
export type Severity = 'error' | 'warning' | 'note';

interface FindingMeaning extends Words {
  readonly severity: Severity;
}

/**
 * Everything that can be wrong, by a code for ever. `{column}`, `{found}` and `{accepted}` are filled in; `found` is a shape
 * (9 for a digit, A for a letter, 字 for a character), a length or a count: never a person's data.
 */
export const FINDINGS = {
  // the delivery
  DELIVERY_UNRECOGNISED: {
    severity: 'error',
    zh: '无法识别该文件：{found}；可接受：{accepted}',
    en: 'The file is not a delivery we know: {found}. Accepted: {accepted}',
  },
  DELIVERY_EMPTY: { severity: 'error', zh: '文件没有数据行', en: 'The delivery has no rows' },
  DELIVERY_UNREADABLE: {
    severity: 'error',
    zh: '文件无法读取：{found}；可接受：{accepted}',
    en: 'The file cannot be read: {found}. Accepted: {accepted}',
  },
  DELIVERY_TOO_LARGE: {
    severity: 'error',
    zh: '文件超过限制：{found}；上限：{accepted}',
    en: 'The file is beyond the limits: {found}. Accepted: {accepted}',
  },
  DELIVERY_ENCODING: {
    severity: 'error',
    zh: '字符编码无法识别：{found}；可接受：{accepted}',
    en: 'The encoding is unknown: {found}. Accepted: {accepted}',
  },
  DELIVERY_COLUMN_MISSING: {
    severity: 'error',
    zh: '缺少必需的列“{column}”；可接受的列名：{accepted}',
    en: 'The required column {column} is missing. Accepted names: {accepted}',
  },
  DELIVERY_COLUMN_TWICE: { severity: 'error', zh: '列“{column}”出现了两次', en: 'The column {column} occurs twice' },
  DELIVERY_CUT_OFF: {
    severity: 'error',
    zh: '文件在一行中间中断，疑似传输不完整',
    en: 'The delivery ends in the middle of a row: it is not complete',
  },
  DELIVERY_STALE: {
    severity: 'error',
    zh: '已接收过更新的全量数据（{accepted}），本文件日期为 {found}',
    en: 'A newer full delivery ({accepted}) was taken before; this one is of {found}',
  },
  DELIVERY_TOO_FEW_ROWS: {
    severity: 'error',
    zh: '行数 {found} 不在可信范围 {accepted} 内',
    en: '{found} rows are outside the believable range {accepted}',
  },
  DELIVERY_RETIRES_TOO_MANY: {
    severity: 'error',
    zh: '将停用 {found} 条记录，超过可信上限 {accepted}',
    en: 'It would retire {found} records; at most {accepted} are believed',
  },
  DELIVERY_REFUSES_TOO_MANY: {
    severity: 'error',
    zh: '有 {found} 行被拒收，超过可信上限 {accepted}',
    en: '{found} rows were refused; at most {accepted} are believed',
  },
  COLUMN_UNKNOWN: {
    severity: 'note',
    zh: '未约定的列“{column}”，未采集',
    en: 'The column {column} is not in the agreement; it was not taken',
  },
  COLUMN_REFUSED: {
    severity: 'note',
    zh: '不采集的列“{column}”已在入口丢弃（{found} 行）',
    en: 'The column {column} is not collected; it was dropped at the door ({found} rows)',
  },
  COLUMN_ABSENT: { severity: 'note', zh: '约定的列“{column}”未出现', en: 'The agreed column {column} is absent' },
  SHEET_UNKNOWN: {
    severity: 'note',
    zh: '工作表没有可识别的表头，未读取',
    en: 'The sheet has no header we know; it was not read',
  },
  // the row
  ROW_CELLS: {
    severity: 'error',
    zh: '该行有 {found} 个单元格，应为 {accepted} 个',
    en: 'The row has {found} cells instead of {accepted}',
  },
  ROW_UNREADABLE: { severity: 'error', zh: '该行无法解析：{found}', en: 'The row cannot be parsed: {found}' },
  ROW_NEEDED: { severity: 'error', zh: '必填项“{column}”为空', en: 'The required value {column} is blank' },
  ROW_KEY: { severity: 'error', zh: '该行没有可用的主键：{accepted}', en: 'The row states no key: {accepted}' },
  ROW_TWICE: {
    severity: 'warning',
    zh: '同一主键在本文件中出现多次且内容不同',
    en: 'The same key occurs more than once in this delivery with different content',
  },
  ROW_SUMMARY: { severity: 'note', zh: '合计或说明行，未作为数据', en: 'A total or note, not taken as data' },
  // the cell
  ID_NUMBER_LENGTH: {
    severity: 'warning',
    zh: '身份号码“{column}”形如 {found}，应为 {accepted}',
    en: 'The identity number in {column} is of the form {found}. Accepted: {accepted}',
  },
  ID_NUMBER_CHECK_DIGIT: {
    severity: 'warning',
    zh: '身份号码“{column}”校验码不符（GB 11643）',
    en: 'The check digit of the identity number in {column} is wrong (GB 11643)',
  },
  ID_NUMBER_DATE: {
    severity: 'warning',
    zh: '身份号码“{column}”中的出生日期不存在',
    en: 'The identity number in {column} holds a date that does not exist',
  },
  ID_NUMBER_SPREADSHEET: {
    severity: 'warning',
    zh: '身份号码“{column}”被电子表格改成了数值，后三位已丢失',
    en: 'A spreadsheet turned the identity number in {column} into a number; its last digits are lost',
  },
  ID_NUMBER_CONVERTED: {
    severity: 'note',
    zh: '15 位身份号码“{column}”已按 GB 11643 换算为 18 位',
    en: 'The 15-digit identity number in {column} was converted to 18 characters',
  },
  ID_NUMBER_BIRTH_DATE: {
    severity: 'warning',
    zh: '“{column}”与身份号码中的出生日期不一致',
    en: '{column} is not the date in the identity number',
  },
  ID_NUMBER_SEX: {
    severity: 'warning',
    zh: '“{column}”与身份号码中的性别不一致',
    en: '{column} is not the sex in the identity number',
  },
  DISABILITY_NUMBER: {
    severity: 'warning',
    zh: '残疾证号前 18 位与身份号码不一致',
    en: 'The disability card’s first 18 characters are not the identity number',
  },
  CREDIT_CODE: {
    severity: 'warning',
    zh: '统一社会信用代码“{column}”不符合 GB 32100（{found}）',
    en: 'The social credit code in {column} does not satisfy GB 32100 ({found})',
  },
  DATE_FORM: {
    severity: 'warning',
    zh: '“{column}”的日期形如 {found}，可接受：{accepted}',
    en: 'The date in {column} is of the form {found}. Accepted: {accepted}',
  },
  DATE_IMPOSSIBLE: { severity: 'warning', zh: '“{column}”的日期不存在', en: 'The date in {column} does not exist' },
  DATE_RANGE: {
    severity: 'warning',
    zh: '“{column}”的日期超出范围 {accepted}',
    en: 'The date in {column} is outside {accepted}',
  },
  PHONE_FORM: {
    severity: 'warning',
    zh: '电话“{column}”形如 {found}，可接受：{accepted}',
    en: 'The telephone in {column} is of the form {found}. Accepted: {accepted}',
  },
  CODE_UNKNOWN: {
    severity: 'warning',
    zh: '“{column}”的取值不在代码表中（{found}），可接受：{accepted}',
    en: 'The value of {column} is not in its code table ({found}). Accepted: {accepted}',
  },
  NUMBER_FORM: {
    severity: 'warning',
    zh: '“{column}”不是数值（{found}），可接受：{accepted}',
    en: '{column} is not a number ({found}). Accepted: {accepted}',
  },
  NUMBER_RANGE: {
    severity: 'warning',
    zh: '“{column}”的数值超出范围 {accepted}',
    en: 'The number in {column} is outside {accepted}',
  },
  COORDINATE_RANGE: {
    severity: 'warning',
    zh: '坐标“{column}”超出范围 {accepted}',
    en: 'The coordinate in {column} is outside {accepted}',
  },
  DIVISION_UNKNOWN: {
    severity: 'warning',
    zh: '“{column}”不在行政区划表中（{found}），可接受：{accepted}',
    en: '{column} is not in the table of divisions ({found}). Accepted: {accepted}',
  },
  DIVISION_AMBIGUOUS: {
    severity: 'warning',
    zh: '“{column}”在本县对应多个村（社区），需要乡镇（街道）',
    en: '{column} names more than one village of the county: the township is needed',
  },
  GRID_UNKNOWN: {
    severity: 'warning',
    zh: '“{column}”不是 15 位网格编码或不属于本县（{found}）',
    en: '{column} is not a 15-digit grid code of this county ({found})',
  },
  NAME_FORM: {
    severity: 'warning',
    zh: '姓名“{column}”含有无法识别的字符（{found}）',
    en: 'The name in {column} has characters that are no name’s ({found})',
  },
  TEXT_TOO_LONG: {
    severity: 'warning',
    zh: '“{column}”长度为 {found}，上限 {accepted}',
    en: '{column} has {found} characters; at most {accepted}',
  },
  TEXT_CONTROL: {
    severity: 'warning',
    zh: '“{column}”含有控制字符，已去除',
    en: '{column} has control characters; they were removed',
  },
  VALUE_SHAPE: {
    severity: 'warning',
    zh: '“{column}”的结构不符（{found}），可接受：{accepted}',
    en: '{column} has another shape ({found}). Accepted: {accepted}',
  },
  // between records
  ID_NUMBER_SHARED: {
    severity: 'warning',
    zh: '同一身份号码对应不同姓名，需人工判定',
    en: 'One identity number stands beside names that contradict each other: a person has to decide',
  },
  DECEASED_AND_LIVING: {
    severity: 'warning',
    zh: '一方登记为死亡，另一方仍登记为在世',
    en: 'One register holds the person deceased, another living',
  },
  BENEFIT_TWICE: {
    severity: 'warning',
    zh: '同一人在两个村（社区）领取同一保障项目',
    en: 'One person draws one benefit in two villages',
  },
  REGISTERED_TWICE: { severity: 'warning', zh: '同一人有两处正常户口', en: 'One person has two valid registrations' },
  // what must not be, whatever the registers say: the linkage is measured by it
  TWO_ID_NUMBERS: {
    severity: 'warning',
    zh: '归为一人的记录带有两个不同的有效身份号码',
    en: 'Records held to be one person carry two different valid identity numbers',
  },
  REGISTER_REPEATS: {
    severity: 'warning',
    zh: '一人一行的名册中，两行被归为一人',
    en: 'Two rows of a register that has nobody twice are held to be one person',
  },
  BIRTH_DATES_APART: {
    severity: 'warning',
    zh: '归为一人的记录所载出生日期相差十五年以上',
    en: 'Records held to be one person state dates of birth fifteen years apart or more',
  },
  SEXES_DIFFER: {
    severity: 'warning',
    zh: '归为一人的记录所载性别不同',
    en: 'Records held to be one person state different sexes',
  },
} as const satisfies Record<string, FindingMeaning>;

export type FindingCode = keyof typeof FINDINGS;

/** Something wrong, with its address. `found` and `accepted` never hold a person's data. */
export interface Finding {
  readonly code: FindingCode;
  readonly sheet: string | null;
  readonly row: number | null;
  readonly item: string | null;
  /** As the office's header has it; null where it concerns the row or the delivery. */
  readonly column: string | null;
  readonly found: string | null;
  readonly accepted: string | null;
}

/** The sentence of a finding in one language. */
export function tellFinding(
  finding: Pick<Finding, 'code' | 'column' | 'found' | 'accepted'>,
  language: keyof Words,
): string {
  return FINDINGS[finding.code][language]
    .replaceAll('{column}', finding.column ?? '—')
    .replaceAll('{found}', finding.found ?? '—')
    .replaceAll('{accepted}', finding.accepted ?? '—');
}

/** The shape of a text that must not be shown: digits 9, letters A, characters 字, the rest as it is; at most 40 long. */
export function shapeOf(text: string): string {
  const shape = text
    .slice(0, 200)
    .replace(/\p{Nd}/gu, '9')
    .replace(/\p{Script=Han}/gu, '字')
    .replace(/\p{L}/gu, (letter) => (letter === '字' ? letter : 'A'));
  const plain = shape.replace(/[\p{C}]/gu, '·');
  return plain.length > 40 ? `${plain.slice(0, 40)}… (${text.length})` : plain;
}
