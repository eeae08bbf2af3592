import { Ctx, Field, GraphQLISODateTime, ObjectType } from 'type-graphql';
import type { Decision as Decided } from '../../model/decision.js';
import { connectionOf } from '../connection.js';
import type { Context } from '../context.js';
import { writeGlobalId } from '../global-id.js';
import { DecidedKind, DecisionOrigin, DecisionState, Verdict } from './enums.js';
import { Node } from './node.js';
import { SourceRecord } from './source-record.js';

@ObjectType({
  implements: Node,
  description:
    '判定：某人对两条记录的结论，优先于引擎，可撤销，永远在案 / A person’s word about two records: it outranks the engine, can be revoked, stays on record',
})
export class Decision implements Node {
  constructor(private readonly told: Decided) {}

  get id(): string {
    return writeGlobalId('Decision', this.told.county, this.told.id);
  }

  @Field(() => String, {
    description: '编号，命令行与拒绝说明中所用 / Number, as the command line and refusals name it',
  })
  get number() {
    return String(this.told.id);
  }

  @Field(() => DecidedKind, { description: '对象种类 / Kind of entity' })
  get kind() {
    return this.told.kind;
  }

  @Field(() => Verdict, { description: '结论 / The verdict' })
  get verdict() {
    return this.told.verdict;
  }

  @Field(() => String, { description: '理由 / The reason' })
  get reason() {
    return this.told.reason;
  }

  @Field(() => DecisionState, { description: '状态 / State' })
  get state() {
    return this.told.state;
  }

  @Field(() => DecisionOrigin, { description: '来由 / Origin' })
  get origin() {
    return this.told.origin;
  }

  @Field(() => String, { description: '作出判定的人 / Who decided' })
  get decidedBy() {
    return this.told.decidedBy;
  }

  @Field(() => String, { description: '经由的客户端 / The client through which it came' })
  get decidedThrough() {
    return this.told.decidedThrough;
  }

  @Field(() => GraphQLISODateTime, { description: '判定时间 / When it was decided' })
  get decidedAt() {
    return this.told.decidedAt;
  }

  @Field(() => String, {
    nullable: true,
    description: '第二人；未经第二人确认为 null / The second reviewer; null where none has confirmed it',
  })
  get confirmedBy() {
    return this.told.confirmedBy;
  }

  @Field(() => GraphQLISODateTime, {
    nullable: true,
    description: '确认时间；未确认为 null / When it was confirmed; null before that',
  })
  get confirmedAt() {
    return this.told.confirmedAt;
  }

  @Field(() => String, {
    nullable: true,
    description: '撤销的人；未撤销为 null / Who revoked it; null while it stands',
  })
  get revokedBy() {
    return this.told.revokedBy;
  }

  @Field(() => GraphQLISODateTime, {
    nullable: true,
    description: '撤销时间；未撤销为 null / When it was revoked; null while it stands',
  })
  get revokedAt() {
    return this.told.revokedAt;
  }

  @Field(() => String, {
    nullable: true,
    description: '撤销理由；未撤销为 null / Why it was revoked; null while it stands',
  })
  get revokeReason() {
    return this.told.revokeReason;
  }

  @Field(() => SourceRecord, {
    nullable: true,
    description: '其一记录；部门登记不可见时为 null / One record; null where its register is hidden',
  })
  one(@Ctx() context: Context): Promise<SourceRecord | null> {
    return findSourceRecord(context, this.told.one);
  }

  @Field(() => SourceRecord, {
    nullable: true,
    description: '另一记录；部门登记不可见时为 null / The other record; null where its register is hidden',
  })
  other(@Ctx() context: Context): Promise<SourceRecord | null> {
    return findSourceRecord(context, this.told.other);
  }
}

export const DecisionConnection = connectionOf<Decision>('Decision', '判定', () => Decision as never);

export async function findSourceRecord(context: Context, id: number): Promise<SourceRecord | null> {
  const evidence = await context.loaders.record.load(id);
  return evidence ? new SourceRecord(evidence) : null;
}
