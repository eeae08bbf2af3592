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
import { GrantRefused, ReviewOverdue, tokenIdOf, type Grant } from '../authorize/index.js';
import type { FieldClass } from '../model/field.js';
import type { Permission, RowTie } from '../model/viewer.js';
import type { Context } from './context.js';
import { NobodyAnswers, NotPermitted, Refused } from './errors.js';
import { GrantedScope } from './granted-scope.js';
import type { Granting } from './granting.js';
import { checkText } from './inputs.js';

enum GrantState {
  WAITS = 'WAITS',
  HOLDS = 'HOLDS',
  OVER = 'OVER',
  REVOKED = 'REVOKED',
}
registerEnumType(GrantState, {
  name: 'GrantState',
  description: '授权的状态 / How a grant stands',
  valuesConfig: {
    WAITS: { description: '待第二人确认 / Waits for a second person' },
    HOLDS: { description: '有效 / Holds' },
    OVER: { description: '不在有效期 / Before its time, or after it' },
    REVOKED: { description: '已撤销 / Revoked' },
  },
});

@ObjectType('AccessGrant', { description: '授权：客户端为某用途可见什么 / What a client may see for a purpose' })
export class AccessGrant extends GrantedScope<Grant> {
  @Field(() => ID, { description: '编号 / Its number' })
  get id() {
    return String(this.told.id);
  }

  @Field(() => String, { description: '用途 / Purpose' })
  get purpose() {
    return this.told.purpose;
  }

  @Field(() => [String], { description: '按居住或户籍 / By where people live (resident), are registered (registered)' })
  get ties() {
    return this.told.ties;
  }

  @Field(() => Boolean, { description: '可见个人记录 / Shows single records; else totals only' })
  get records() {
    return this.told.records;
  }

  @Field(() => [String], { description: '其他许可 / What it allows besides reading' })
  get may() {
    return this.told.may;
  }

  @Field(() => Boolean, { description: '应急访问所开 / Opened by breaking glass' })
  get emergency() {
    return this.told.emergency;
  }

  @Field(() => Int, { description: '每日可揭示的完整值 / Whole values that may be revealed a day' })
  get reveals() {
    return this.told.reveals;
  }

  @Field(() => String, {
    nullable: true,
    description: '共享条件；无条件为 null / The condition; null where there is none',
  })
  get condition() {
    return this.told.condition;
  }

  @Field(() => GraphQLISODateTime, { description: '生效 / From' })
  get validFrom() {
    return this.told.validFrom;
  }

  @Field(() => GraphQLISODateTime, { description: '到期 / Until' })
  get validUntil() {
    return this.told.validUntil;
  }

  @Field(() => String, { description: '提出人 / Who proposed it' })
  get proposedBy() {
    return this.told.proposedBy;
  }

  @Field(() => String, {
    nullable: true,
    description: '确认人；未确认为 null / Who confirmed it; null where nobody has',
  })
  get confirmedBy() {
    return this.told.confirmedBy;
  }

  @Field(() => String, {
    nullable: true,
    description: '撤销理由；未撤销为 null / Why it was revoked; null where it was not',
  })
  get revokeReason() {
    return this.told.revokeReason;
  }

  @Field(() => GrantState, { description: '状态 / How it stands' })
  get state(): GrantState {
    if (this.told.revokedAt) return GrantState.REVOKED;
    if (this.told.waits) return GrantState.WAITS;
    return this.told.holds ? GrantState.HOLDS : GrantState.OVER;
  }
}

@InputType({ description: '授权的内容 / What is granted' })
export class GrantInput {
  @Field(() => String, { description: '已登记的客户端 / A registered client' })
  client!: string;

  @Field(() => String, { description: '已登记的用途 / A registered purpose' })
  purpose!: string;

  @Field(() => [String], { description: '区划代码 / Codes of divisions' })
  divisions!: string[];

  @Field(() => [String], { description: '部门登记 / Registers' })
  registers!: string[];

  @Field(() => [String], { description: '按原样显示的字段类别 / Classes of fields that are shown as stated' })
  fields!: string[];

  @Field(() => [String], { nullable: true, description: 'resident、registered，默认两者 / Both unless told' })
  ties?: string[] | null;

  @Field(() => Boolean, {
    nullable: true,
    description: '可见个人记录，默认 true / Shows single records; true unless told',
  })
  records?: boolean | null;

  @Field(() => [String], { nullable: true, description: '其他许可 / What it allows besides reading' })
  may?: string[] | null;

  @Field(() => Int, { nullable: true, description: '每日可揭示的完整值，默认 0 / Whole values a day; 0 unless told' })
  reveals?: number | null;

  @Field(() => String, { nullable: true, description: '有条件共享的条件 / The condition, where it is shared on one' })
  condition?: string | null;

  @Field(() => GraphQLISODateTime, { description: '到期 / Until' })
  validUntil!: Date;
}

const MAY =
  '须持有 grant 许可；只及自己的区划与部门登记 / needs a grant that may grant; within its own divisions and registers';
const GRANT_ID = { description: '授权编号 / Number of the grant' } as const;

@Resolver()
export class GrantsResolver {
  @Query(() => [AccessGrant], { description: `授权；${MAY}. Grants` })
  async accessGrants(
    @Arg('client', () => String, { nullable: true, description: '只看此客户端 / Only of this client' })
    client: string | null,
    @Ctx() context: Context,
  ): Promise<AccessGrant[]> {
    const { granting, viewer } = mustGrant(context);
    return (await answerOf(granting.list(viewer, client ?? null))).map((each) => new AccessGrant(each));
  }

  @Mutation(() => AccessGrant, {
    description: `提出授权；超出村级的须由第二人确认；${MAY}. Proposes a grant; a second person confirms what is more than villages`,
  })
  async proposeGrant(
    @Arg('input', () => GrantInput, { description: '内容 / What is granted' }) input: GrantInput,
    @Ctx() context: Context,
  ): Promise<AccessGrant> {
    const { granting, viewer, by } = mustGrant(context);
    const condition = input.condition ?? null;
    if (condition !== null) checkText('condition', condition);
    return new AccessGrant(
      await answerOf(
        granting.propose(
          viewer,
          {
            client: input.client,
            purpose: input.purpose,
            divisions: input.divisions,
            registers: input.registers,
            fields: input.fields as FieldClass[],
            ties: (input.ties ?? ['resident', 'registered']) as RowTie[],
            records: input.records ?? true,
            may: (input.may ?? []) as Permission[],
            reveals: input.reveals ?? 0,
            sharing: condition === null ? 'unconditional' : 'conditional',
            condition,
            validFrom: null,
            validUntil: input.validUntil,
          },
          by,
        ),
      ),
    );
  }

  @Mutation(() => AccessGrant, { description: `作为第二人确认；${MAY}. Confirms as the second person` })
  async confirmGrant(@Arg('id', () => ID, GRANT_ID) id: string, @Ctx() context: Context): Promise<AccessGrant> {
    const { granting, viewer, by } = mustGrant(context);
    return new AccessGrant(await answerOf(granting.confirm(viewer, numberOf(id), by)));
  }

  @Mutation(() => AccessGrant, { description: `撤销，下一次请求即生效；${MAY}. Revokes; holds from the next request` })
  async revokeGrant(
    @Arg('id', () => ID, GRANT_ID) id: string,
    @Arg('reason', () => String, { description: '理由，记录在案 / Why; kept on record' }) reason: string,
    @Ctx() context: Context,
  ): Promise<AccessGrant> {
    const { granting, viewer, by } = mustGrant(context);
    checkText('reason', reason);
    return new AccessGrant(await answerOf(granting.revoke(viewer, numberOf(id), by, reason)));
  }

  @Mutation(() => Boolean, {
    description: `提前废止令牌，下一次请求即生效，不可撤回；客户端现有的授权须全部在自己的范围内；${MAY}. Ends tokens of a client, all of whose grants are within one’s own; holds from the next request, and is not taken back`,
  })
  async revokeToken(
    @Arg('client', () => String, { description: '客户端 / The client that it is of' }) client: string,
    @Arg('reason', () => String, { description: '理由，记录在案 / Why; kept on record' }) reason: string,
    @Arg('jti', () => String, {
      nullable: true,
      description: '令牌编号；不给则为此前签发的全部令牌 / Its id; without one, all that were signed until now',
    })
    jti: string | null,
    @Ctx() context: Context,
  ): Promise<boolean> {
    const { granting, viewer, by } = mustGrant(context);
    checkText('reason', reason);
    const token = jti === null || jti === undefined ? null : tokenIdOf(jti);
    if (jti !== null && jti !== undefined && token === null)
      throw new Refused('BAD_USER_INPUT', 'jti is the id of a token. jti 须为令牌编号');
    await answerOf(granting.revokeTokens(viewer, client, token, by, reason));
    return true;
  }
}

function mustGrant({ viewer, granting }: Context): { granting: Granting; viewer: Context['viewer']; by: string } {
  if (!viewer.may.includes('grant')) throw new NotPermitted('grant');
  if (viewer.person === null) throw new NobodyAnswers();
  if (granting === null) throw new Refused('UNAVAILABLE');
  return { granting, viewer, by: viewer.person };
}

export function numberOf(id: string): number {
  if (!/^\d{1,15}$/.test(id)) throw new Refused('BAD_USER_INPUT', 'id is a number, as it was told. id 须为编号');
  return Number(id);
}

/** A refusal of ours may be read in full. */
export async function answerOf<T>(asked: Promise<T>): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof ReviewOverdue) throw new Refused('FORBIDDEN', `${error.words.en} ${error.words.zh}`);
    if (error instanceof GrantRefused) throw new Refused('BAD_USER_INPUT', `${error.words.en} ${error.words.zh}`);
    throw error;
  }
}
