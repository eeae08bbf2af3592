import { Ctx, Field, GraphQLISODateTime, Int, ObjectType } from 'type-graphql';
import { recordRef } from '../../model/ref.js';
import { statedAt, stateField } from '../choose-values.js';
import type { Context } from '../context.js';
import type { Evidence } from '../evidence.js';
import { writeGlobalId } from '../global-id.js';
import { Delivery, findDelivery } from './delivery.js';
import { Division, findDivision } from './division.js';
import { EntityStatus, Tie } from './enums.js';
import { Link, linksOf } from './link.js';
import { Mention, mentionsIn } from './mention.js';
import { Node } from './node.js';
import { RecordField } from './sourced-value.js';

@ObjectType({
  implements: Node,
  description: '来源记录：一个部门对一个对象的说法 / What one register says about one subject',
})
export class SourceRecord implements Node {
  constructor(readonly evidence: Evidence) {}

  get id(): string {
    return writeGlobalId('SourceRecord', this.evidence.county, this.evidence.record);
  }

  @Field(() => String, { description: '部门登记 / Register' })
  get register() {
    return this.evidence.register;
  }

  @Field(() => String, { description: '数据集 / Dataset' })
  get dataset() {
    return this.evidence.dataset;
  }

  @Field(() => String, { description: '引用 / Citation: FILE#ROW, FILE#SHEET!ROW or RESOURCE/ID' })
  get ref() {
    return recordRef(this.evidence);
  }

  @Field(() => String, { description: '文件 / File' })
  get file() {
    return this.evidence.file;
  }

  @Field(() => String, { nullable: true, description: '工作表；无则为 null / Sheet; null where the format has none' })
  get sheet() {
    return this.evidence.sheet;
  }

  @Field(() => Int, {
    nullable: true,
    description: '行号；条目数据为 null / Row as the office sees it; null for feed items',
  })
  get row() {
    return this.evidence.row;
  }

  @Field(() => String, { nullable: true, description: '条目标识；表格数据为 null / Feed item; null for rows' })
  get item() {
    return this.evidence.item;
  }

  @Field(() => EntityStatus, { description: '现行或停用 / Current, or retired: gone from a full delivery' })
  get status() {
    return this.evidence.status === 'current' ? EntityStatus.ACTIVE : EntityStatus.RETIRED;
  }

  @Field(() => Tie, {
    nullable: true,
    description: '说的是户籍还是居住；两者皆非为 null / Registration or residence; null where it speaks of neither',
  })
  get tie() {
    return this.evidence.tie;
  }

  @Field(() => String, { description: '何时所述，RFC 3339 / When it was stated, RFC 3339' })
  get statedAt() {
    return statedAt(this.evidence);
  }

  @Field(() => GraphQLISODateTime, { description: '本库自何时起知道此版本 / Since when the hub knew this version' })
  get validFrom() {
    return this.evidence.validFrom;
  }

  @Field(() => GraphQLISODateTime, {
    nullable: true,
    description: '此版本至何时；现行版本为 null / Until when; null for the current version',
  })
  get validTo() {
    return this.evidence.validTo;
  }

  @Field(() => [RecordField], { description: '所述各字段 / What it states' })
  get fields() {
    return Object.entries(this.evidence.stated)
      .filter(([, value]) => value !== null)
      .map(([field]) => new RecordField(stateField(this.evidence, field)));
  }

  @Field(() => Delivery, {
    nullable: true,
    description: '交付 / The delivery that stated this version; null where the viewer may not see it',
  })
  delivery(@Ctx() context: Context): Promise<Delivery | null> {
    return findDelivery(context, this.evidence.delivery);
  }

  @Field(() => Division, {
    nullable: true,
    description: '所属区划；记录未说明时为 null / Division that the record belongs to; null where it does not say',
  })
  division(@Ctx() context: Context): Promise<Division | null> {
    return findDivision(context, this.evidence.village ?? this.evidence.township);
  }

  @Field(() => [Link], { description: '它说的是谁、为何 / What it was held to speak of, and why' })
  get links() {
    return linksOf(this.evidence);
  }

  @Field(() => [Mention], { description: '记录中提到的其他人 / Other persons named in it' })
  async mentions(@Ctx() context: Context): Promise<Mention[]> {
    return await mentionsIn(context, [this.evidence]);
  }
}
