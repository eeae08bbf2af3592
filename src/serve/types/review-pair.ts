import { Arg, Ctx, Field, Float, GraphQLISODateTime, Int, ObjectType } from 'type-graphql';
import { agreementOf, meaningOf, type EvidenceStep as Step } from '../../model/comparison.js';
import type { DecidedKind as Kind } from '../../model/decision.js';
import { maskValue } from '../../model/mask-value.js';
import { connectionOf } from '../connection.js';
import { openStatement, stateField, states } from '../choose-values.js';
import type { Context } from '../context.js';
import { findEntity } from '../find-entity.js';
import { writeGlobalId, type EntityKind } from '../global-id.js';
import { keyOfPair, type ReviewPairRow } from '../review-rows.js';
import { Decision, findSourceRecord } from './decision.js';
import { Agreement, DecidedKind, Language } from './enums.js';
import { Node } from './node.js';
import { SourceRecord } from './source-record.js';

@ObjectType({
  description:
    '依据的一步：比较了什么、结果如何、值多少比特 / One step of the waterfall: what was compared, how the two stand, what it is worth',
})
export class EvidenceStep {
  constructor(
    private readonly step: Step,
    /** The two records, where two records are compared. */
    private readonly sides: readonly [number, number] | null,
  ) {}

  @Field(() => String, {
    description: '比较的代码；先验为 prior / Code of the comparison; prior for what held before any',
  })
  get comparison() {
    return this.step.comparison;
  }

  @Field(() => String, { description: '比较的名称 / The comparison in words' })
  comparisonLabel(@Arg('language', () => Language, { defaultValue: Language.ZH }) language: Language): string {
    return meaningOf(this.step.comparison)[language];
  }

  @Field(() => String, { description: '结果的代码 / Code of the level' })
  get level() {
    return this.step.level;
  }

  @Field(() => String, { description: '结果 / The level in words' })
  async levelLabel(
    @Arg('language', () => Language, { defaultValue: Language.ZH }) language: Language,
    @Ctx() { reviewing }: Context,
  ): Promise<string> {
    const words = await reviewing?.wordsOfLevel(this.step.comparison, this.step.level);
    return words?.[language] ?? this.step.level;
  }

  @Field(() => Float, { description: '比特：正为支持，负为反对 / Bits: above 0 for, below 0 against' })
  get bits() {
    return this.step.bits;
  }

  @Field(() => Agreement, {
    nullable: true,
    description: '同、近或异；先验为 null / The same, near or different; null for the prior',
  })
  get agreement() {
    return agreementOf(this.step);
  }

  @Field(() => String, {
    nullable: true,
    description:
      '其一所述，部分隐去；未述或其登记不可见时为 null / What the one states, masked; null where it states nothing that the viewer may see',
  })
  one(
    @Arg('language', () => Language, { defaultValue: Language.ZH }) language: Language,
    @Ctx() context: Context,
  ): Promise<string | null> {
    return this.shown(context, this.sides?.[0], language);
  }

  @Field(() => String, {
    nullable: true,
    description:
      '另一所述，部分隐去；未述或其登记不可见时为 null / What the other states, masked; null where it states nothing that the viewer may see',
  })
  other(
    @Arg('language', () => Language, { defaultValue: Language.ZH }) language: Language,
    @Ctx() context: Context,
  ): Promise<string | null> {
    return this.shown(context, this.sides?.[1], language);
  }

  private async shown(context: Context, record: number | undefined, language: Language): Promise<string | null> {
    if (record === undefined) return null;
    const { fields } = meaningOf(this.step.comparison);
    const evidence = await context.loaders.record.load(record);
    const field = evidence && fields.find((name) => states(evidence, name));
    return field ? maskValue(field, openStatement(stateField(evidence, field)), language) : null;
  }
}

const ENTITY_KINDS = {
  person: 'Person',
  household: 'Household',
  building: 'Building',
  dwelling: 'Dwelling',
} as const satisfies Record<Kind, EntityKind>;

/** The entity that a record of a pair speaks of. */
export async function findDecided(context: Context, kind: Kind, id: number | null): Promise<Node | null> {
  return (await findEntity(context, ENTITY_KINDS[kind], id)) as Node | null;
}

@ObjectType({
  implements: Node,
  description:
    '待判定的一对记录；涉及的记录须全部在查看者的区划之内 / A pair in doubt; every record that it could change lies in the viewer’s divisions',
})
export class ReviewPair implements Node {
  constructor(private readonly told: ReviewPairRow) {}

  get id(): string {
    return writeGlobalId('ReviewPair', this.told.county, this.told.id);
  }

  @Field(() => DecidedKind, { description: '对象种类 / Kind of entity' })
  get kind() {
    return this.told.kind;
  }

  @Field(() => Float, { description: '为同一个的概率，0…1 / Probability that the two are the same, 0…1' })
  get probability() {
    return this.told.probability;
  }

  @Field(() => Float, { description: '依据合计，比特 / Sum of the evidence in bits' })
  get weight() {
    return this.told.weight;
  }

  @Field(() => Int, {
    description: '涉及的记录数，限查看者可见 / Records that would change their entity, as far as this viewer sees them',
  })
  get recordsAffected() {
    return this.told.records;
  }

  @Field(() => [EvidenceStep], { description: '依据，先验在前 / The waterfall, the prior first' })
  get evidence() {
    return this.told.evidence.map((step) => new EvidenceStep(step, [this.told.one, this.told.other]));
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

  @Field(() => Node, {
    nullable: true,
    description: '其一现属的对象；刚有变动时可为 null / What the one speaks of now; null where it has just changed',
  })
  oneEntity(@Ctx() context: Context): Promise<Node | null> {
    return findDecided(context, this.told.kind, this.told.oneEntity);
  }

  @Field(() => Node, {
    nullable: true,
    description: '另一现属的对象；刚有变动时可为 null / What the other speaks of now; null where it has just changed',
  })
  otherEntity(@Ctx() context: Context): Promise<Node | null> {
    return findDecided(context, this.told.kind, this.told.otherEntity);
  }

  @Field(() => [Decision], {
    description: '对这两条记录作过的判定，新的在前 / What was decided of the two, the newest first',
  })
  async decisions(@Ctx() context: Context): Promise<Decision[]> {
    return (await context.loaders.decisionsOfPair.load(keyOfPair(this.told))).map((row) => new Decision(row));
  }

  @Field(() => GraphQLISODateTime, { description: '何时起存疑 / Since when it is in doubt' })
  get openedAt() {
    return this.told.openedAt;
  }
}

export const ReviewPairConnection = connectionOf<ReviewPair>('ReviewPair', '待判定', () => ReviewPair as never);
