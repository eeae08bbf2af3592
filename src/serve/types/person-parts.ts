import { Ctx, Field, ObjectType } from 'type-graphql';
import { chooseField } from '../choose-values.js';
import type { Context } from '../context.js';
import type { Evidence } from '../evidence.js';
import { findEntity, findGridByCode } from '../find-entity.js';
import { Grid } from './grid.js';
import { Household } from './household.js';
import { Organisation } from './organisation.js';
import { SourceRecord } from './source-record.js';
import { SourcedValue } from './sourced-value.js';

/** Codes of GB/T 4761 that say: this one is the head. */
const HEAD = new Set<unknown>(['01', '02']);

/** A value chosen among these records alone. */
export function valueAmong(evidence: readonly Evidence[], field: string): SourcedValue | null {
  const choice = chooseField(evidence, field);
  return choice ? new SourcedValue(choice) : null;
}

/** Whether these records say that their person is the head of the household. */
export function saysHead(evidence: readonly Evidence[]): boolean {
  const relation = chooseField(evidence, 'relation')?.chosen.value;
  if (relation !== undefined) return HEAD.has(relation);
  // Civil affairs and the grid workers name the head instead.
  return evidence.some(({ stated }) => stated['headName'] !== undefined && stated['headName'] === stated['name']);
}

@ObjectType({ description: '人在户中 / A person’s place in a household' })
export class HouseholdMembership {
  constructor(
    // Not `Household`: the compiler would write the class into the metadata here, before it is there.
    private readonly of: InstanceType<typeof Household>,
    private readonly evidence: readonly Evidence[],
  ) {}

  @Field(() => Household, { description: '户 / The household' })
  get household() {
    return this.of;
  }

  @Field(() => SourcedValue, {
    nullable: true,
    description:
      '与户主关系（GB/T 4761）；无记录说明时为 null / Relation to the head; null where no visible record says',
  })
  get relation() {
    return valueAmong(this.evidence, 'relation');
  }

  @Field(() => Boolean, { description: '是否户主 / Whether the person is the head' })
  get isHead() {
    return saysHead(this.evidence);
  }

  @Field(() => [SourceRecord], { description: '依据 / The records that say so' })
  get records() {
    return this.evidence.map((each) => new SourceRecord(each));
  }
}

@ObjectType({ description: '人在组织中 / A person’s membership of an organisation' })
export class OrganisationMembership {
  constructor(
    private readonly of: number,
    private readonly evidence: readonly Evidence[],
  ) {}

  @Field(() => Organisation, { nullable: true, description: '组织 / The organisation' })
  async organisation(@Ctx() context: Context): Promise<Organisation | null> {
    return (await findEntity(context, 'Organisation', this.of)) as Organisation | null;
  }

  @Field(() => SourcedValue, {
    nullable: true,
    description: '人员类别；无记录说明时为 null / Kind of membership; null where no record says',
  })
  get memberStatus() {
    return valueAmong(this.evidence, 'memberStatus');
  }

  @Field(() => SourcedValue, {
    nullable: true,
    description: '加入日期；无记录说明时为 null / Date of joining; null where no record says',
  })
  get joinedOn() {
    return valueAmong(this.evidence, 'joinedOn');
  }

  @Field(() => [SourceRecord], { description: '依据 / The records that say so' })
  get records() {
    return this.evidence.map((each) => new SourceRecord(each));
  }
}

@ObjectType({ description: '一项民政保障 / A benefit drawn' })
export class Benefit {
  constructor(private readonly evidence: Evidence) {}

  @Field(() => SourcedValue, { nullable: true, description: '保障项目 / Programme' })
  get programme() {
    return valueAmong([this.evidence], 'programme');
  }

  @Field(() => SourcedValue, { nullable: true, description: '保障类别；未填为 null / Category; null where not stated' })
  get category() {
    return valueAmong([this.evidence], 'benefitCategory');
  }

  @Field(() => SourcedValue, {
    nullable: true,
    description: '每月金额（元）；未填为 null / Monthly amount in yuan; null where not stated',
  })
  get monthlyAmount() {
    return valueAmong([this.evidence], 'monthlyAmount');
  }

  @Field(() => SourcedValue, { nullable: true, description: '起始年月；未填为 null / Since; null where not stated' })
  get since() {
    return valueAmong([this.evidence], 'benefitSince');
  }

  @Field(() => SourceRecord, { description: '依据 / The record that says so' })
  get record() {
    return new SourceRecord(this.evidence);
  }
}

@ObjectType({ description: '网格岗位 / A post in a grid' })
export class StaffPost {
  constructor(private readonly evidence: Evidence) {}

  @Field(() => Grid, {
    nullable: true,
    description: '网格；不可见时为 null / The grid; null where the viewer cannot see it',
  })
  async grid(@Ctx() context: Context): Promise<Grid | null> {
    const { gridEntity, grid } = this.evidence;
    if (gridEntity !== null) return (await findEntity(context, 'Grid', gridEntity)) as Grid | null;
    return grid === null ? null : ((await findGridByCode(context, grid)) as Grid | null);
  }

  @Field(() => SourcedValue, {
    nullable: true,
    description: '岗位：网格长、专职网格员等；未填为 null / Role; null where not stated',
  })
  get role() {
    return valueAmong([this.evidence], 'role');
  }

  @Field(() => SourcedValue, { nullable: true, description: '自何时；未填为 null / Since; null where not stated' })
  get since() {
    return valueAmong([this.evidence], 'since');
  }

  @Field(() => SourcedValue, {
    nullable: true,
    description: '至何时；未填或在岗为 null / Until; null where not stated',
  })
  get until() {
    return valueAmong([this.evidence], 'until');
  }

  @Field(() => SourceRecord, { description: '依据 / The record that says so' })
  get record() {
    return new SourceRecord(this.evidence);
  }
}
