import { Arg, Ctx, Field, GraphQLISODateTime, ID, Int, ObjectType, registerEnumType } from 'type-graphql';
import { connectionOf } from '../connection.js';
import type { AccessRow, AlarmRow, ShownPersonRow } from '../access-rows.js';
import type { Context } from '../context.js';
import { findEntity } from '../find-entity.js';
import { writeGlobalId } from '../global-id.js';
import { Language } from './enums.js';
import { Person } from './person.js';

export enum AccessOutcome {
  OK = 'ok',
  NONE = 'none',
  REFUSED = 'refused',
  ERROR = 'error',
}
registerEnumType(AccessOutcome, {
  name: 'AccessOutcome',
  description: '查阅结果 / How an operation ended',
  valuesConfig: {
    OK: { description: '有人被显示 / It showed somebody' },
    NONE: { description: '无人被显示 / It showed nobody' },
    REFUSED: { description: '被拒绝 / It was refused' },
    ERROR: { description: '出错 / It failed' },
  },
});

@ObjectType({
  description:
    '一次查阅：谁、何时、为何、看了什么 / One look at personal data: who, when, what for, and what was looked at',
})
export class DataUse {
  constructor(protected readonly row: AccessRow) {}

  @Field(() => GraphQLISODateTime, { description: '时间 / When' })
  get at() {
    return this.row.at;
  }

  @Field(() => String, {
    nullable: true,
    description: '机关；客户端已不在册时为 null / The organ that looked; null where its client is no longer registered',
  })
  get organ() {
    return this.row.organ;
  }

  @Field(() => String, { description: '系统：客户端程序 / The system: the client program' })
  get system() {
    return this.row.client;
  }

  @Field(() => String, { description: '看了什么 / What was looked at, in words' })
  action(@Arg('language', () => Language, { defaultValue: Language.ZH }) language: Language): string {
    const words = this.row.asked.map((field) => ACTIONS[field]?.[language] ?? field);
    return [...new Set(words)].join(language === Language.ZH ? '；' : '; ');
  }

  @Field(() => String, { description: '用途代码 / Code of the purpose' })
  get purpose() {
    return this.row.purpose;
  }

  @Field(() => String, { description: '用途 / The purpose in words' })
  purposeText(@Arg('language', () => Language, { defaultValue: Language.ZH }) language: Language): string {
    return (language === Language.ZH ? this.row.purposeZh : this.row.purposeEn) ?? this.row.purpose;
  }

  @Field(() => String, { description: '法定依据 / Its legal basis' })
  get basis() {
    return this.row.basis;
  }

  @Field(() => [String], {
    description:
      '原样显示的字段类别：basic、contact、identity、benefit、party、location / Classes of fields that were shown as stated',
  })
  get shown() {
    return this.row.shown;
  }

  @Field(() => [String], { description: '遮盖显示的字段类别 / Classes that were shown masked' })
  get masked() {
    return this.row.masked;
  }

  @Field(() => [String], {
    description: '另行揭示或核验的字段类别 / Classes of which a whole value was revealed, or verified',
  })
  get revealed() {
    return this.row.revealed;
  }

  @Field(() => [String], {
    description:
      '揭示的理由；核验则为所问与不符的人数 / Why it was revealed; of a verification, how many were asked about and not matched',
  })
  get revealReasons() {
    return this.row.revealReasons;
  }

  @Field(() => Boolean, { description: '是否凭应急授权 / Whether under an emergency grant' })
  get emergency() {
    return this.row.emergency;
  }

  @Field(() => String, { description: '请求编号，咨询时请引用 / Id of the request, to quote when you ask about it' })
  get requestId() {
    return this.row.request;
  }
}
export const DataUseConnection = connectionOf<DataUse>('DataUse', '查阅', () => DataUse as never);

@ObjectType({ description: '本客户端的一次查阅 / One look of the client that asks' })
export class OwnAccess extends DataUse {
  @Field(() => String, {
    nullable: true,
    description: '经办人员的工号；令牌未注明时为 null / Staff number of the officer; null where the token named none',
  })
  get officer() {
    return this.row.person;
  }

  @Field(() => String, {
    nullable: true,
    description: '操作名称；未命名时为 null / Name of the operation; null without one',
  })
  get operation() {
    return this.row.operation;
  }

  @Field(() => Int, { description: '显示了多少人 / How many persons were shown' })
  get people() {
    return this.row.persons;
  }

  @Field(() => Int, { description: '显示了多少户 / How many households were shown' })
  get households() {
    return this.row.households;
  }

  @Field(() => AccessOutcome, { description: '结果 / Outcome' })
  get outcome() {
    return this.row.outcome as AccessOutcome;
  }

  @Field(() => String, { nullable: true, description: '错误代码；无误为 null / Code of the error; null without one' })
  get code() {
    return this.row.code;
  }

  @Field(() => Int, { description: '毫秒 / Milliseconds' })
  get ms() {
    return this.row.ms;
  }
}
export const OwnAccessConnection = connectionOf<OwnAccess>('OwnAccess', '本客户端的查阅', () => OwnAccess as never);

@ObjectType({ description: '数据被某客户端看过的人 / A person whose data a client was shown' })
export class ShownPerson {
  constructor(
    private readonly county: string,
    readonly row: ShownPersonRow,
  ) {}

  @Field(() => ID, { description: '当时的标识 / The id as it was then' })
  get personId() {
    return writeGlobalId('Person', this.county, this.row.person);
  }

  @Field(() => ID, {
    description: '如今的标识，合并之后不同 / The id as it is now: another where the person was merged since',
  })
  get currentId() {
    return writeGlobalId('Person', this.county, this.row.survivor);
  }

  @Field(() => Person, {
    nullable: true,
    description: '此人；查看者不可见时为 null / The person; null where this viewer may not see it',
  })
  async person(@Ctx() context: Context): Promise<Person | null> {
    return (await findEntity(context, 'Person', this.row.survivor)) as Person | null;
  }

  @Field(() => Int, { description: '几次 / How often' })
  get times() {
    return this.row.times;
  }

  @Field(() => GraphQLISODateTime, { description: '最早 / First' })
  get firstAt() {
    return this.row.firstAt;
  }

  @Field(() => GraphQLISODateTime, { description: '最近 / Last' })
  get lastAt() {
    return this.row.lastAt;
  }
}
export const ShownPersonConnection = connectionOf<ShownPerson>(
  'ShownPerson',
  '数据被看过的人',
  () => ShownPerson as never,
);

@ObjectType({
  description: '警报：某客户端一日之内查阅过多，或使用了应急访问 / A client read very much on one day, or broke glass',
})
export class AccessAlarm {
  constructor(private readonly row: AlarmRow) {}

  @Field(() => String, { description: '日期，YYYY-MM-DD / Day, YYYY-MM-DD' })
  get day() {
    return this.row.day;
  }

  @Field(() => String, { description: '客户端 / Client' })
  get client() {
    return this.row.client;
  }

  @Field(() => String, {
    description:
      'persons（不同的人）、rows（查阅次数）或 break-glass（应急访问） / Of what: persons, rows or break-glass',
  })
  get kind() {
    return this.row.kind;
  }

  @Field(() => Int, { description: '发出时的数量 / How many when it was raised' })
  get counted() {
    return this.row.counted;
  }

  @Field(() => Int, { description: '阈值 / Threshold' })
  get threshold() {
    return this.row.threshold;
  }

  @Field(() => GraphQLISODateTime, { description: '发出时间 / When it was raised' })
  get raisedAt() {
    return this.row.raisedAt;
  }
}

/** What asking for a field of Query or Mutation means to whom it is about. */
const ACTIONS: Readonly<Record<string, { readonly zh: string; readonly en: string }>> = {
  person: { zh: '查看个人情况', en: 'looked at a person' },
  people: { zh: '在人员名单或查找结果中列出', en: 'listed people, or found them' },
  household: { zh: '查看一户及其成员', en: 'looked at a household' },
  households: { zh: '列出各户及其成员', en: 'listed households' },
  dwelling: { zh: '查看住房及住户', en: 'looked at a dwelling and who lives there' },
  dwellings: { zh: '列出住房及住户', en: 'listed dwellings and who lives there' },
  building: { zh: '查看楼栋及住户', en: 'looked at a building and who lives there' },
  buildings: { zh: '列出楼栋及住户', en: 'listed buildings and who lives there' },
  organisation: { zh: '查看组织及成员', en: 'looked at an organisation and its members' },
  organisations: { zh: '列出组织及成员', en: 'listed organisations and their members' },
  place: { zh: '查看场所及相关人员', en: 'looked at a place and who belongs to it' },
  places: { zh: '列出场所及相关人员', en: 'listed places and who belongs to them' },
  event: { zh: '查看事件及当事人', en: 'looked at an event and who is concerned' },
  events: { zh: '列出事件及当事人', en: 'listed events and who is concerned' },
  grid: { zh: '查看网格及人员', en: 'looked at a grid and its people' },
  grids: { zh: '列出网格及人员', en: 'listed grids and their people' },
  division: { zh: '查看区划内的人员', en: 'looked at people of a division' },
  divisions: { zh: '查看区划内的人员', en: 'looked at people of a division' },
  node: { zh: '凭标识查看', en: 'looked at something by its id' },
  findings: { zh: '核对数据问题', en: 'looked at what is wrong with the data' },
  matchPreview: { zh: '录入前查找是否已有此人', en: 'looked whether somebody is known already' },
  verifyPerson: { zh: '核验身份号码与姓名', en: 'verified a number and a name' },
  reviewQueue: { zh: '核对两条记录是否同一人', en: 'looked whether two records are one person' },
  decisions: { zh: '查看归并判定', en: 'looked at what was decided of records' },
  decideMatch: { zh: '判定两条记录是否同一人', en: 'decided whether two records are one person' },
  confirmDecision: { zh: '确认归并判定', en: 'confirmed such a decision' },
  revokeDecision: { zh: '撤销归并判定', en: 'revoked such a decision' },
  undoChange: { zh: '撤销一次合并或拆分', en: 'took a merge or a split back' },
  entityChanges: { zh: '跟随变更以更新副本', en: 'followed changes to keep a copy current' },
  dataUsage: { zh: '查看谁查阅过其数据', en: 'looked at who had looked' },
  accessesOf: { zh: '审计：某客户端看过谁的数据', en: 'audited whose data a client was shown' },
};
