import { Arg, Ctx, Field, ID, InputType, Int, Mutation, ObjectType, Query, Resolver } from 'type-graphql';
import { openPlace, sealPlace } from '../authorize/index.js';
import { DecisionRefused } from '../model/decision.js';
import { connect, readPage, type Connected } from './connection.js';
import type { Context } from './context.js';
import { NotPermitted, Refused } from './errors.js';
import { readGlobalId, type NodeKind } from './global-id.js';
import {
  countDecisions,
  countReviewPairs,
  findReviewPair,
  listDecisions,
  listReviewPairs,
  readEntitiesOfPair,
  type QueueFilter,
  type QueuePlace,
  type ReviewPairRow,
} from './review-rows.js';
import type { Reviewed, Reviewing } from './reviewing.js';
import { Decision, DecisionConnection } from './types/decision.js';
import { DecidedKind, Verdict } from './types/enums.js';
import { Node } from './types/node.js';
import { findDecided, ReviewPair, ReviewPairConnection } from './types/review-pair.js';

@InputType({ description: '对一对记录的判定 / A word about a pair' })
export class DecideMatchInput {
  @Field(() => ID, {
    nullable: true,
    description: '队列中的记录对；不用时给出 one 与 other / A pair of the queue; without it, one and other',
  })
  pair?: string | null;

  @Field(() => ID, { nullable: true, description: '其一记录的标识 / Id of the one record' })
  one?: string | null;

  @Field(() => ID, { nullable: true, description: '另一记录的标识 / Id of the other record' })
  other?: string | null;

  @Field(() => DecidedKind, {
    defaultValue: DecidedKind.PERSON,
    description: '与 one、other 并用的对象种类 / Kind of entity, beside one and other',
  })
  kind!: DecidedKind;

  @Field(() => Verdict, { description: '结论 / The verdict' })
  verdict!: Verdict;

  @Field(() => String, { description: '理由，记录在案 / Why; kept on record' })
  reason!: string;

  @Field(() => String, { description: '承担责任的人员姓名，记录在案 / Who answers for it; kept on record' })
  by!: string;
}

@ObjectType({ description: '判定的结果 / What came of a word' })
export class DecisionResult {
  constructor(
    private readonly reviewed: Reviewed,
    private readonly entities: readonly [number | null, number | null],
  ) {}

  @Field(() => Decision, { description: '判定及其状态 / The decision, with its state' })
  get decision() {
    return new Decision(this.reviewed.decision);
  }

  @Field(() => Boolean, {
    description:
      '归并是否已随之更新；待第二人确认的判定不触发更新 / Whether the links have followed; a proposed decision moves none, and false otherwise means: with the next night',
  })
  get settled() {
    return this.reviewed.settled;
  }

  @Field(() => Node, {
    nullable: true,
    description:
      '其一现属的对象；不可见时为 null / What the one record speaks of now; null where the viewer cannot see it',
  })
  oneEntity(@Ctx() context: Context): Promise<Node | null> {
    return findDecided(context, this.reviewed.decision.kind, this.entities[0]);
  }

  @Field(() => Node, {
    nullable: true,
    description:
      '另一现属的对象；不可见时为 null / What the other record speaks of now; null where the viewer cannot see it',
  })
  otherEntity(@Ctx() context: Context): Promise<Node | null> {
    return findDecided(context, this.reviewed.decision.kind, this.entities[1]);
  }
}

const FIRST = { nullable: true, description: '每页 1–200，默认 20 / 1…200, 20 unless told' } as const;
const AFTER = { nullable: true, description: '游标：从其后开始 / Cursor: begins after it' } as const;
const BY = { description: '承担责任的人员姓名，记录在案 / Who answers for it; kept on record' } as const;
const MAY = '须持有 review 许可 / needs a grant that may review';
const ABSENT = '不存在与不可见同为 null / null alike for what is not there and what is not visible';

@Resolver()
export class ReviewResolver {
  @Query(() => ReviewPairConnection, {
    description: `待判定的记录对，影响最大、最难判断的在前；${MAY}. What touches most and is least certain comes first`,
  })
  async reviewQueue(
    @Arg('kind', () => DecidedKind, { nullable: true, description: '只看此种类 / Only of this kind' })
    kind: DecidedKind | null,
    @Arg('proposed', () => Boolean, {
      nullable: true,
      description:
        '仅待第二人确认 true 或仅无人判定 false / Only those that wait for a second reviewer, or only the others',
    })
    proposed: boolean | null,
    @Arg('first', () => Int, FIRST) first: number | null,
    @Arg('after', () => String, AFTER) after: string | null | undefined,
    @Ctx() context: Context,
  ): Promise<Connected<ReviewPair>> {
    mustReview(context);
    const { first: length } = readPage('ReviewPair', first, null);
    const filter: QueueFilter = { kind: kind ?? null, proposed: proposed ?? null };
    const place = after === null || after === undefined ? null : readPlace(context, after);
    const rows = await listReviewPairs(context.reading, filter, place, length + 1);
    const page = rows.slice(0, length);
    return {
      edges: page.map((row) => ({ cursor: writePlace(context, row), node: new ReviewPair(row) })),
      pageInfo: {
        hasNextPage: rows.length > length,
        endCursor: page.length > 0 ? writePlace(context, page.at(-1)!) : null,
      },
      count: () => countReviewPairs(context.reading, filter),
    };
  }

  @Query(() => DecisionConnection, { description: `判定，新的在前；${MAY}. What was decided, the newest first` })
  async decisions(
    @Arg('first', () => Int, FIRST) first: number | null,
    @Arg('after', () => String, AFTER) after: string | null,
    @Ctx() context: Context,
  ): Promise<Connected<Decision>> {
    mustReview(context);
    const page = readPage('Decision', first, after);
    const before = after ? page.after : Number.MAX_SAFE_INTEGER;
    const rows = await listDecisions(context.reading, before, page.first + 1);
    const nodes = rows.map((row) => new Decision(row));
    const ids = rows.map((row) => row.id);
    return connect('Decision', page, ids, nodes, () => countDecisions(context.reading));
  }

  @Mutation(() => DecisionResult, {
    nullable: true,
    description: `判定一对记录，归并随即更新；合并三条以上记录或两个有效身份号码时须第二人确认；${MAY}；${ABSENT}. Decides a pair, and the links follow at once; what merges more than three records or two valid numbers waits for a second reviewer`,
  })
  async decideMatch(
    @Arg('input', () => DecideMatchInput, { description: '判定 / The word' }) input: DecideMatchInput,
    @Ctx() context: Context,
  ): Promise<DecisionResult | null> {
    const reviewing = mustReview(context);
    const { verdict, reason, by } = input;
    const pair = await pairOf(context, input);
    return pair && (await answer(context, () => reviewing().decide(context.viewer, { ...pair, verdict, reason, by })));
  }

  @Mutation(() => DecisionResult, {
    nullable: true,
    description: `作为第二人确认判定，使其生效；${MAY}；${ABSENT}. Confirms a proposed decision as the second reviewer`,
  })
  async confirmDecision(
    @Arg('id', () => ID, { description: '判定的标识 / Id of the decision' }) id: string,
    @Arg('by', () => String, BY) by: string,
    @Ctx() context: Context,
  ): Promise<DecisionResult | null> {
    const reviewing = mustReview(context);
    const key = keyOf(context, 'Decision', id);
    return key === null ? null : await answer(context, () => reviewing().confirm(context.viewer, key, by));
  }

  @Mutation(() => DecisionResult, {
    nullable: true,
    description: `撤销判定，原判定仍在案，由引擎重新判断；${MAY}；${ABSENT}. Revokes a decision: it stays on record, and the engine judges the two again`,
  })
  async revokeDecision(
    @Arg('id', () => ID, { description: '判定的标识 / Id of the decision' }) id: string,
    @Arg('by', () => String, BY) by: string,
    @Arg('reason', () => String, { description: '理由，记录在案 / Why; kept on record' }) reason: string,
    @Ctx() context: Context,
  ): Promise<DecisionResult | null> {
    const reviewing = mustReview(context);
    const key = keyOf(context, 'Decision', id);
    return key === null ? null : await answer(context, () => reviewing().revoke(context.viewer, key, by, reason));
  }
}

/** @throws Refused FORBIDDEN for a grant that may not review; what it may see besides makes no difference to that answer */
export function mustReview({ viewer, reviewing }: Context): () => Reviewing {
  if (!viewer.may.includes('review')) throw new NotPermitted('review');
  return () => {
    if (reviewing === null) throw new Refused('UNAVAILABLE');
    return reviewing;
  };
}

async function pairOf(
  context: Context,
  { pair, one, other, kind }: DecideMatchInput,
): Promise<{ readonly kind: DecidedKind; readonly records: readonly [number, number] } | null> {
  if ((pair ? 1 : 0) + (one && other ? 1 : 0) !== 1 || (pair && (one || other))) {
    throw new Refused('BAD_USER_INPUT', 'Give a pair, or one and other. 须给出 pair，或 one 与 other');
  }
  if (pair) {
    const key = keyOf(context, 'ReviewPair', pair);
    const row = key === null ? null : await findReviewPair(context.reading, key);
    return row && { kind: row.kind as DecidedKind, records: [row.one, row.other] };
  }
  const [left, right] = [keyOf(context, 'SourceRecord', one!), keyOf(context, 'SourceRecord', other!)];
  return left === null || right === null ? null : { kind, records: [left, right] };
}

async function answer(context: Context, write: () => Promise<Reviewed | null>): Promise<DecisionResult | null> {
  const reviewed = await answerReviewed(write);
  return reviewed && new DecisionResult(reviewed, await readEntitiesOfPair(context.reading, reviewed.decision));
}

/** Tells a refused word in the API's codes. */
export async function answerReviewed<T>(write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (!(error instanceof DecisionRefused)) throw error;
    const { en, zh } = error.words;
    const wrong = error.refusal === 'WHO_AND_WHY' || error.refusal === 'ONE_RECORD';
    throw new Refused(wrong ? 'BAD_USER_INPUT' : 'CONFLICT', `${en} ${zh}`);
  }
}

/** An id of another kind is a mistake to tell; an id that names nothing is not told from one that is hidden. */
function keyOf(context: Context, kind: NodeKind, id: string): number | null {
  const found = readGlobalId(id);
  if (found && found.kind !== kind)
    throw new Refused('BAD_USER_INPUT', `The id is not that of a ${kind}. 标识的种类不符`);
  return found && found.county === context.reading.bounds.county ? Number(found.id) : null;
}

/** The queue's order is no id's: a cursor holds the priority as well, sealed, for it counts records that the viewer may not see. */
function writePlace({ keys, reading }: Context, { priority, id }: Pick<ReviewPairRow, 'priority' | 'id'>): string {
  return sealPlace(keys, 'ReviewPair', reading.bounds.county, [priority, id]);
}

function readPlace({ keys, reading }: Context, text: string): QueuePlace {
  const [priority, id] = openPlace(keys, 'ReviewPair', reading.bounds.county, text) ?? [];
  if (priority === undefined || id === undefined)
    throw new Refused('BAD_USER_INPUT', 'after is not a cursor of this list. after 不是本列表的游标');
  return { priority, id };
}
