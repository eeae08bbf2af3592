import { Ctx, Field, ObjectType } from 'type-graphql';
import type { Context } from '../context.js';
import type { Evidence } from '../evidence.js';
import { findEntity, findGridByCode } from '../find-entity.js';
import { Building } from './building.js';
import { Division, divisionChain, findDivision } from './division.js';
import { Dwelling } from './dwelling.js';
import { Tie } from './enums.js';
import { Grid, gridOfBuilding } from './grid.js';
import { Household } from './household.js';
import { valueAmong } from './person-parts.js';
import { SourceRecord } from './source-record.js';
import { SourcedValue } from './sourced-value.js';

@ObjectType({ description: '户籍登记处或居住处 / Where a person is registered, or lives' })
export class Residence {
  constructor(private readonly evidence: readonly Evidence[]) {}

  @Field(() => Tie, { description: '户籍或居住 / Registered there, or lives there' })
  get tie() {
    return this.evidence[0]!.tie;
  }

  @Field(() => Dwelling, {
    nullable: true,
    description: '住房；不能确定时为 null / The dwelling; null where it cannot be told',
  })
  async dwelling(@Ctx() context: Context): Promise<Dwelling | null> {
    return (await findEntity(context, 'Dwelling', this.first('dwelling'))) as Dwelling | null;
  }

  @Field(() => Building, {
    nullable: true,
    description: '楼栋；不能确定时为 null / The building; null where it cannot be told',
  })
  async building(@Ctx() context: Context): Promise<Building | null> {
    return (await findEntity(context, 'Building', this.first('building'))) as Building | null;
  }

  @Field(() => Household, {
    nullable: true,
    description: '户；不能确定时为 null / The household; null where it cannot be told',
  })
  async household(@Ctx() context: Context): Promise<Household | null> {
    return (await findEntity(context, 'Household', this.first('household'))) as Household | null;
  }

  @Field(() => Grid, {
    nullable: true,
    description: '网格；不能确定时为 null / The grid; null where it cannot be told',
  })
  async grid(@Ctx() context: Context): Promise<Grid | null> {
    const entity = this.first('gridEntity');
    if (entity !== null) return (await findEntity(context, 'Grid', entity)) as Grid | null;
    const code = this.evidence.find((each) => each.grid !== null)?.grid;
    const grid = code ? ((await findGridByCode(context, code)) as Grid | null) : null;
    return grid ?? (await gridOfBuilding(context, this.first('building')));
  }

  @Field(() => Division, {
    nullable: true,
    description: '村社区；记录未说明时为乡镇或 null / The village, or the township; null where no record says',
  })
  division(@Ctx() context: Context): Promise<Division | null> {
    return findDivision(context, this.divisionCode);
  }

  @Field(() => [Division], { description: '村社区、乡镇街道、县 / Village, township, county' })
  divisionChain(@Ctx() context: Context): Promise<Division[]> {
    return divisionChain(context, this.divisionCode);
  }

  @Field(() => SourcedValue, { nullable: true, description: '地址；未填为 null / Address; null where not stated' })
  get address() {
    return valueAmong(this.evidence, 'address');
  }

  @Field(() => SourcedValue, {
    nullable: true,
    description: '户口状态：正常、迁出、死亡、注销；非户籍为 null / State of the registration; null for residences',
  })
  get state() {
    return valueAmong(this.evidence, 'householdStatus');
  }

  @Field(() => SourcedValue, {
    nullable: true,
    description: '自何时；无记录说明时为 null / Since when; null where no record says',
  })
  get since() {
    return valueAmong(this.evidence, 'registeredOn');
  }

  @Field(() => SourcedValue, {
    nullable: true,
    description: '至何时；无记录说明时为 null / Until when; null where no record says',
  })
  get until() {
    return valueAmong(this.evidence, 'expiresOn');
  }

  @Field(() => [SourceRecord], { description: '依据 / The records that say so' })
  get records() {
    return this.evidence.map((each) => new SourceRecord(each));
  }

  private get divisionCode(): string | null {
    return (
      this.evidence.find((each) => each.village !== null)?.village ??
      this.evidence.find((each) => each.township !== null)?.township ??
      null
    );
  }

  /** The first of its records that says so. */
  first(column: 'dwelling' | 'building' | 'household' | 'gridEntity'): number | null {
    return this.evidence.find((each) => each[column] !== null)?.[column] ?? null;
  }
}

/** One residence for each dwelling that the records of this tie speak of; where none is known, for each address in a village. */
export function residencesOf(evidence: readonly Evidence[], tie: 'registered' | 'resident'): Residence[] {
  const homes = new Map<string, Evidence[]>();
  for (const each of evidence) {
    if (each.tie !== tie) continue;
    const { dwelling, household, building, village, stated } = each;
    const home = dwelling ?? `${village ?? ''} ${household ?? building ?? String(stated['address'] ?? '')}`;
    const same = homes.get(String(home));
    if (same) same.push(each);
    else homes.set(String(home), [each]);
  }
  // A valid registration before one that has ended.
  return [...homes.values()].toSorted((a, b) => Number(ended(a)) - Number(ended(b))).map((list) => new Residence(list));
}

const ended = (list: readonly Evidence[]) =>
  list.every((each) => (each.stated['householdStatus'] ?? '正常') !== '正常');
