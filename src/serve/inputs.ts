import { Field, ID, InputType } from 'type-graphql';
import { levelOf, type Reading } from '../authorize/index.js';
import type { FieldClass } from '../model/field.js';
import { FINDINGS } from '../model/finding.js';
import { datasetsIn } from '../model/stated-fields.js';
import { shows, type Viewer } from '../model/viewer.js';
import type { AccessNote } from './access-note.js';
import type { Context } from './context.js';
import { Refused } from './errors.js';
import type { EntityFilter } from './find-entities.js';
import { Severity } from './types/enums.js';

const ADDRESS_PREFIX =
  '地址开头，可自任一部分起：街道、村社区、路街巷、小区、组（人民路12号、阳光花园3栋） / Beginning of an address, from whichever of its parts on: 人民路12号 without the town before it';

@InputType({
  description:
    '人的查找条件；条件针对可见的记录，须有其一在索引上 / What people are looked up by; each condition reads the visible records',
})
export class PeopleFilter {
  @Field(() => String, {
    nullable: true,
    description: '区划或网格代码：6、9、12 或 15 位 / Code of a county, township, village or grid',
  })
  division?: string | null;

  @Field(() => String, { nullable: true, description: '有此部门登记的记录 / Has a record of this register' })
  register?: string | null;

  @Field(() => String, { nullable: true, description: '公民身份号码，18 位 / Citizen identity number, 18 characters' })
  idNumber?: string | null;

  @Field(() => String, { nullable: true, description: '电话 / Telephone' })
  phone?: string | null;

  @Field(() => String, { nullable: true, description: '姓名，完全一致 / Name, exactly' })
  name?: string | null;

  @Field(() => String, { nullable: true, description: '姓名开头 / Beginning of the name' })
  namePrefix?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      '出生日期 YYYY-MM-DD；须与姓名、号码、电话、地址或村级区划并用 / Date of birth; only beside a name, number, telephone, address or village',
  })
  birthDate?: string | null;

  @Field(() => String, { nullable: true, description: ADDRESS_PREFIX })
  addressPrefix?: string | null;
}

@InputType({ description: '按区划与部门登记筛选 / Narrows a list by division and register' })
export class AreaFilter {
  @Field(() => String, {
    nullable: true,
    description: '区划或网格代码：6、9、12 或 15 位 / Code of a county, township, village or grid',
  })
  division?: string | null;

  @Field(() => String, { nullable: true, description: '有此部门登记的记录 / Has a record of this register' })
  register?: string | null;

  @Field(() => String, { nullable: true, description: ADDRESS_PREFIX })
  addressPrefix?: string | null;
}

@InputType({ description: '问题的筛选条件 / Narrows the findings' })
export class FindingsFilter {
  @Field(() => String, { nullable: true, description: '代码 / Code' })
  code?: string | null;

  @Field(() => Severity, { nullable: true, description: '严重程度 / Severity' })
  severity?: Severity | null;

  @Field(() => String, { nullable: true, description: '部门登记 / Register' })
  register?: string | null;

  @Field(() => String, { nullable: true, description: '区划或网格代码 / Code of a county, township, village or grid' })
  division?: string | null;

  @Field(() => ID, { nullable: true, description: '交付的标识 / Id of a delivery' })
  delivery?: string | null;

  @Field(() => Boolean, {
    nullable: true,
    description: '仅未消除 true 或仅已消除 false / Only open ones, or only closed ones',
  })
  open?: boolean | null;
}

@InputType({ description: '交付的筛选条件 / Narrows the deliveries' })
export class DeliveriesFilter {
  @Field(() => String, { nullable: true, description: '部门登记 / Register' })
  register?: string | null;

  @Field(() => String, { nullable: true, description: '数据集 / Dataset' })
  dataset?: string | null;
}

const LONGEST_TEXT = 200;

/** Shorter than any number of a document, a foreign one too. */
const SHORTEST_NUMBER = 8;

type AnyFilter = EntityFilter & { readonly code?: string | null; readonly dataset?: string | null };

/**
 * @throws Refused for what can match nothing by its form, or by names that nobody has declared: 0 would read as an answer. Also for a text
 * that no record can hold, and a condition that no index serves
 */
export function checkFilter<T extends AnyFilter>(
  { stating }: Pick<Context, 'stating'>,
  filter: T | null | undefined,
): T {
  const checked = (filter ?? {}) as T;
  for (const [name, value] of Object.entries(checked)) {
    if (typeof value === 'string') checkText(name, value);
  }
  const { division, birthDate, idNumber, phone, name, namePrefix, addressPrefix, register, dataset, code } = checked;
  if (division && levelOf(division) === null) {
    throw new Refused(
      'BAD_USER_INPUT',
      'division is a code of 6, 9, 12 or 15 digits. division 须为 6、9、12 或 15 位代码',
    );
  }
  if (birthDate && !isDay(birthDate)) {
    throw new Refused('BAD_USER_INPUT', 'birthDate is a day YYYY-MM-DD. birthDate 须为 YYYY-MM-DD');
  }
  if (idNumber && idNumber.length < SHORTEST_NUMBER) {
    throw new Refused(
      'BAD_USER_INPUT',
      'idNumber is a whole number: 18 characters of a citizen’s. idNumber 须为完整号码，公民身份号码为 18 位',
    );
  }
  if (phone && !/^[+\d-]+$/.test(phone)) {
    throw new Refused('BAD_USER_INPUT', 'phone is of digits, + and -. phone 只含数字、+ 和 -');
  }
  if (code && !Object.hasOwn(FINDINGS, code)) {
    throw new Refused('BAD_USER_INPUT', 'code is no code of a finding. code 不是问题代码');
  }
  // Whether it is hidden is not asked: that a register is there is no secret, what it holds is.
  if (stating && (register || dataset)) {
    const datasets = [...datasetsIn(stating)];
    if (register && !datasets.some((each) => each.startsWith(`${register}/`))) {
      throw new Refused('BAD_USER_INPUT', 'register names none of this hub’s registers. register 不是本枢纽的部门登记');
    }
    if (dataset && !datasets.includes(dataset)) {
      throw new Refused('BAD_USER_INPUT', 'dataset names none of this hub’s datasets. dataset 不是本枢纽的数据集');
    }
  }
  if (birthDate && !(idNumber || phone || name || namePrefix || addressPrefix || (division && division.length >= 12))) {
    throw new Refused(
      'BAD_USER_INPUT',
      'birthDate needs a name, an identity number, a telephone, an address or a village beside it. birthDate 须与姓名、号码、电话、地址或村级区划并用',
    );
  }
  return checked;
}

/** JavaScript rolls 31 February over into March, so the day has to survive the round trip. */
function isDay(text: string): boolean {
  const day = /^\d{4}-\d{2}-\d{2}$/.test(text) ? new Date(`${text}T00:00:00Z`) : null;
  return day !== null && !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
}

const CLASS_OF_FILTER = {
  idNumber: 'identity',
  phone: 'contact',
  name: 'basic',
  namePrefix: 'basic',
  birthDate: 'basic',
  address: 'location',
  addressPrefix: 'location',
  formerName: 'basic',
  headName: 'basic',
  sex: 'basic',
  village: 'location',
} as const satisfies Readonly<Record<string, FieldClass>>;

/**
 * Whoever finds somebody by a value knows the value: of a class that is not shown nothing is found.
 * @throws Refused for such a condition, and for any list where the viewer sees totals only
 */
export function checkGranted<T extends EntityFilter>({ viewer }: Pick<Reading, 'viewer'>, filter: T): T {
  if (!viewer.records) throw new Refused('TOTALS_ONLY');
  return checkClasses(viewer, filter);
}

/** @throws Refused for a condition by a value of a class that is not shown */
export function checkClasses<T extends object>(viewer: Viewer, filter: T): T {
  for (const [name, of] of Object.entries(CLASS_OF_FILTER)) {
    const asked = (filter as Readonly<Record<string, unknown>>)[name];
    if (asked !== undefined && asked !== null && !shows(viewer, of)) throw new Refused('FIELD_NOT_GRANTED');
  }
  return filter;
}

/** A filter may name an area and a register without being about anybody. */
const SCOPES: ReadonlySet<string> = new Set(['division', 'register']);

/**
 * Tells that somebody is asked for by what they are known by, where the filter has such a condition: counting them tells of them as a list does.
 * @param told classes of what the answer says of them
 */
export function noteSought(note: AccessNote, filter: object, told: readonly FieldClass[] = []): void {
  const by = Object.entries(filter).flatMap(([name, value]) =>
    SCOPES.has(name) || value === null || value === undefined ? [] : [name],
  );
  const classes: Readonly<Record<string, FieldClass>> = CLASS_OF_FILTER;
  if (by.length > 0) note.sought([...by.flatMap((name) => classes[name] ?? []), ...told]);
}

/**
 * Reads the address that is looked for as addresses are read.
 * @throws Refused for one that is no part of an address
 */
export async function readSought<T extends EntityFilter>(
  { readAddress }: Pick<Context, 'readAddress'>,
  filter: T,
): Promise<T> {
  if (!filter.addressPrefix) return filter;
  const sought = await readAddress(filter.addressPrefix);
  if (sought.length === 0) {
    throw new Refused(
      'BAD_USER_INPUT',
      'addressPrefix is a part of an address within the county. addressPrefix 须为县内地址的一部分',
    );
  }
  return { ...filter, sought };
}

const SHORTEST_REASON = 4;

/** Why somebody does what is kept on record: a dot or a blank is no reason. @throws Refused */
export function checkReason(reason: string): void {
  checkText('reason', reason);
  if ([...reason.replaceAll(BLANK, '')].length < SHORTEST_REASON)
    throw new Refused(
      'BAD_USER_INPUT',
      `reason says why in ${SHORTEST_REASON} characters or more, blanks not counted. reason 须说明理由，至少 ${SHORTEST_REASON} 个字符，空白不计`,
    );
}

/** Also what is no space and is not seen either. */
const BLANK = /[\s\p{C}\p{Default_Ignorable_Code_Point}\u2800]/gu;

/** PostgreSQL has no NUL in a text, and half a character is nobody's name. */
export function checkText(name: string, value: string): void {
  if (value === '' || value.length > LONGEST_TEXT || value.includes('\0') || !value.isWellFormed()) {
    throw new Refused(
      'BAD_USER_INPUT',
      `${name} is a text of 1…${LONGEST_TEXT} characters. ${name} 须为 1 到 ${LONGEST_TEXT} 个字符`,
    );
  }
}
