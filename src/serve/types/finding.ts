import { Arg, Ctx, Field, GraphQLISODateTime, Int, ObjectType } from 'type-graphql';
import { FINDINGS, tellFinding } from '../../model/finding.js';
import { connectionOf } from '../connection.js';
import type { Context } from '../context.js';
import { findEntity } from '../find-entity.js';
import { writeGlobalId } from '../global-id.js';
import type { FindingRow } from '../read-rows.js';
import { Delivery, findDelivery } from './delivery.js';
import { Division, findDivision } from './division.js';
import { Language, Severity } from './enums.js';
import { Node } from './node.js';
import { Person } from './person.js';
import { SourceRecord } from './source-record.js';

@ObjectType({
  implements: Node,
  description:
    '问题：代码、位置与说明，不含个人数据 / Something wrong, with code, address and sentence; never a person’s data',
})
export class Finding implements Node {
  constructor(private readonly told: FindingRow) {}

  get id(): string {
    return writeGlobalId('Finding', this.told.county, this.told.id);
  }

  @Field(() => String, { description: '代码，永不改变 / Code, for ever' })
  get code() {
    return this.told.code;
  }

  @Field(() => Severity, { description: '严重程度 / Severity' })
  get severity() {
    return this.told.severity;
  }

  @Field(() => String, { description: '说明 / The sentence' })
  sentence(@Arg('language', () => Language, { defaultValue: Language.ZH }) language: Language): string {
    return Object.hasOwn(FINDINGS, this.told.code) ? tellFinding(this.told, language) : this.told.code;
  }

  @Field(() => String, { description: '部门登记 / Register' })
  get register() {
    return this.told.register;
  }

  @Field(() => String, { nullable: true, description: '数据集；无则为 null / Dataset; null where it concerns none' })
  get dataset() {
    return this.told.dataset;
  }

  @Field(() => String, { nullable: true, description: '工作表；无则为 null / Sheet; null where the format has none' })
  get sheet() {
    return this.told.sheet;
  }

  @Field(() => Int, {
    nullable: true,
    description: '行号；涉及整个交付时为 null / Row; null where it concerns the whole delivery',
  })
  get row() {
    return this.told.row;
  }

  @Field(() => String, { nullable: true, description: '条目标识；无则为 null / Feed item; null where there is none' })
  get item() {
    return this.told.item;
  }

  @Field(() => String, {
    nullable: true,
    description: '列名；涉及整行时为 null / Column; null where it concerns the row or the delivery',
  })
  get column() {
    return this.told.column;
  }

  @Field(() => String, {
    nullable: true,
    description: '所见的样式或数量，不含数据 / Shape or count of what stood there',
  })
  get found() {
    return this.told.found;
  }

  @Field(() => String, { nullable: true, description: '可接受的写法 / What would have been accepted' })
  get accepted() {
    return this.told.accepted;
  }

  @Field(() => Delivery, {
    nullable: true,
    description: '交付；无则为 null / The delivery; null where it concerns none',
  })
  async delivery(@Ctx() context: Context): Promise<Delivery | null> {
    return this.told.delivery === null ? null : await findDelivery(context, this.told.delivery);
  }

  @Field(() => SourceRecord, {
    nullable: true,
    description: '记录；无则为 null / The record; null where it concerns none',
  })
  record(@Ctx() context: Context): Promise<SourceRecord | null> {
    return recordOf(context, this.told.record);
  }

  @Field(() => SourceRecord, {
    nullable: true,
    description: '与之矛盾的另一记录；无则为 null / The record it contradicts; null where there is none',
  })
  otherRecord(@Ctx() context: Context): Promise<SourceRecord | null> {
    return recordOf(context, this.told.otherRecord);
  }

  @Field(() => Person, {
    nullable: true,
    description: '所涉的人；无则为 null / The person; null where it concerns none',
  })
  async person(@Ctx() context: Context): Promise<Person | null> {
    return (await findEntity(context, 'Person', this.told.person)) as Person | null;
  }

  @Field(() => Division, { nullable: true, description: '所属区划；无则为 null / Division; null where there is none' })
  division(@Ctx() context: Context): Promise<Division | null> {
    return findDivision(context, this.told.village ?? this.told.township);
  }

  @Field(() => GraphQLISODateTime, { description: '发现时间 / When it was found' })
  get openedAt() {
    return this.told.openedAt;
  }

  @Field(() => GraphQLISODateTime, {
    nullable: true,
    description: '消除时间；未消除为 null / When it ended; null while it is open',
  })
  get closedAt() {
    return this.told.closedAt;
  }
}

export const FindingConnection = connectionOf<Finding>('Finding', '问题', () => Finding as never);

async function recordOf(context: Context, id: number | null): Promise<SourceRecord | null> {
  const evidence = id === null ? null : await context.loaders.record.load(id);
  return evidence ? new SourceRecord(evidence) : null;
}
