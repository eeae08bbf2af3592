import {
  Arg,
  Ctx,
  Field,
  GraphQLISODateTime,
  ID,
  InputType,
  Int,
  Mutation,
  ObjectType,
  Query,
  registerEnumType,
  Resolver,
} from 'type-graphql';
import { LONGEST_EMERGENCY, type BrokenGlass } from '../authorize/index.js';
import type { Permission } from '../model/viewer.js';
import { answerOf, numberOf } from './administer-grants.js';
import { readPage } from './connection.js';
import type { Context } from './context.js';
import { NobodyAnswers, NotPermitted, Refused } from './errors.js';
import { GrantedScope } from './granted-scope.js';
import type { Granting } from './granting.js';

enum GlassFinding {
  JUSTIFIED = 'justified',
  ABUSED = 'abused',
}
registerEnumType(GlassFinding, {
  name: 'BreakGlassFinding',
  description: '复核结论 / What a review found',
  valuesConfig: {
    JUSTIFIED: { description: '正当 / It was justified' },
    ABUSED: { description: '滥用；尚在有效期的随即终止 / It was abused; what still holds ends at once' },
  },
});

@ObjectType('BreakGlass', {
  description:
    '一次应急访问：谁、为何、看了多少、如何复核 / Glass that was broken: by whom, why, what was read, what a review found',
})
export class BreakGlass extends GrantedScope<BrokenGlass> {
  @Field(() => ID, { description: '编号 / Its number' })
  get id() {
    return String(this.told.id);
  }

  @Field(() => ID, { description: '由此生效的授权编号 / Number of the grant that it opened' })
  get grant() {
    return String(this.told.grant);
  }

  @Field(() => String, { description: '应急用途 / Purpose' })
  get purpose() {
    return this.told.purpose;
  }

  @Field(() => String, { description: '理由 / Why' })
  get reason() {
    return this.told.reason;
  }

  @Field(() => String, { description: '使用人的工号 / Staff number of who broke it' })
  get brokenBy() {
    return this.told.brokenBy;
  }

  @Field(() => GraphQLISODateTime, { description: '开始 / When' })
  get brokenAt() {
    return this.told.brokenAt;
  }

  @Field(() => GraphQLISODateTime, { description: '结束 / When it ends, or ended' })
  get until() {
    return this.told.until;
  }

  @Field(() => GraphQLISODateTime, { description: '须在此前复核 / When it is to be reviewed by' })
  get reviewUntil() {
    return this.told.reviewUntil;
  }

  @Field(() => Boolean, {
    description:
      '逾期未复核：复核之前该客户端不得再次使用 / Not reviewed in time: until it is, the client breaks no other',
  })
  get overdue() {
    return this.told.isOverdue;
  }

  @Field(() => Int, { description: '其间查阅次数 / How often was read under it' })
  get readings() {
    return this.told.readings;
  }

  @Field(() => Int, { description: '其间显示过多少人 / How many persons that showed' })
  get people() {
    return this.told.people;
  }

  @Field(() => String, {
    nullable: true,
    description: '复核人的工号；未复核为 null / Staff number of the reviewer; null where nobody has reviewed it',
  })
  get reviewedBy() {
    return this.told.reviewedBy;
  }

  @Field(() => GraphQLISODateTime, {
    nullable: true,
    description: '复核时间；未复核为 null / When it was reviewed; null before',
  })
  get reviewedAt() {
    return this.told.reviewedAt;
  }

  @Field(() => GlassFinding, { nullable: true, description: '结论；未复核为 null / What was found; null before' })
  get finding(): GlassFinding | null {
    return this.told.finding as GlassFinding | null;
  }

  @Field(() => String, { nullable: true, description: '复核说明；未复核为 null / What the reviewer says; null before' })
  get note() {
    return this.told.note;
  }
}

@InputType({ description: '应急访问的内容 / What is to be opened' })
export class BreakGlassInput {
  @Field(() => [String], { description: '区划代码，在应急许可范围内 / Codes of divisions, within the permission' })
  divisions!: string[];

  @Field(() => String, {
    description:
      '理由，至少 10 个字符；不写身份号码、电话 / Why: 10 characters or more; no identity number, no telephone',
  })
  reason!: string;

  @Field(() => Int, {
    nullable: true,
    description: `小时，1–${LONGEST_EMERGENCY}，默认 ${LONGEST_EMERGENCY} / Hours, 1…${LONGEST_EMERGENCY}; ${LONGEST_EMERGENCY} unless told`,
  })
  hours?: number | null;
}

@Resolver()
export class BreakGlassResolver {
  @Mutation(() => BreakGlass, {
    description:
      '应急访问：不待第二人确认即可查看，即时报警，七日内由他人复核；须持有应急用途的 break-glass 许可，令牌须注明人员 / Opens at once what stands ready for an emergency; raises an alarm and is reviewed within seven days. For a grant that may break-glass, and a token that names its officer',
  })
  async breakGlass(
    @Arg('input', () => BreakGlassInput, { description: '内容 / What is to be opened' }) input: BreakGlassInput,
    @Ctx() context: Context,
  ): Promise<BreakGlass> {
    const { granting, by } = must(context, 'break-glass');
    const { divisions, reason } = input;
    const asked = { divisions, reason, hours: input.hours ?? LONGEST_EMERGENCY };
    return new BreakGlass(await answerOf(granting.breakGlass(context.viewer, asked, by, context.requestId)));
  }

  @Query(() => [BreakGlass], {
    description:
      '应急访问，待复核的在前，新的在前；需要 audit 许可，只及自己的区划 / Glass that was broken: those not reviewed first, the newest first. For viewers that may `audit`, within their own divisions',
  })
  async breakGlasses(
    @Arg('open', () => Boolean, {
      nullable: true,
      description: '只看未复核 true 或已复核 false / Only those not reviewed, or only those reviewed',
    })
    open: boolean | null,
    @Arg('first', () => Int, { nullable: true, description: '至多几条，1–200，默认 20 / 1…200, 20 unless told' })
    first: number | null,
    @Ctx() context: Context,
  ): Promise<BreakGlass[]> {
    const { viewer, granting } = context;
    if (!viewer.may.includes('audit')) throw new NotPermitted('audit');
    if (granting === null) throw new Refused('UNAVAILABLE');
    const wanted = readPage('BreakGlass', first, null);
    return (await granting.listBreakGlasses(viewer, open ?? null, wanted.first)).map((each) => new BreakGlass(each));
  }

  @Mutation(() => BreakGlass, {
    description:
      '复核一次应急访问；需要 audit 许可，不得复核自己的 / Says what a review of it found. For viewers that may `audit`, never by who broke it',
  })
  async reviewBreakGlass(
    @Arg('id', () => ID, { description: '编号 / Its number' }) id: string,
    @Arg('finding', () => GlassFinding, { description: '结论 / What was found' }) finding: GlassFinding,
    @Arg('note', () => String, { description: '说明，记录在案 / In words; kept on record' }) note: string,
    @Ctx() context: Context,
  ): Promise<BreakGlass> {
    const { granting, by } = must(context, 'audit');
    return new BreakGlass(
      await answerOf(granting.reviewBreakGlass(context.viewer, numberOf(id), { finding, note }, by)),
    );
  }
}

function must({ viewer, granting }: Context, may: Permission): { granting: Granting; by: string } {
  if (!viewer.may.includes(may)) throw new NotPermitted(may);
  if (viewer.person === null) throw new NobodyAnswers();
  if (granting === null) throw new Refused('UNAVAILABLE');
  return { granting, by: viewer.person };
}
