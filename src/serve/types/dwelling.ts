import { Ctx, Field, Float, ObjectType } from 'type-graphql';
import { connectionOf } from '../connection.js';
import type { Context } from '../context.js';
import type { Evidence } from '../evidence.js';
import { findEntities, findEntity } from '../find-entity.js';
import { Building } from './building.js';
import { Division, findDivision } from './division.js';
import { Entity } from './entity.js';
import { EntityStatus } from './enums.js';
import { Grid, gridOfBuilding } from './grid.js';
import { Household } from './household.js';
import { Link, linksTo } from './link.js';
import { Mention, mentionsIn } from './mention.js';
import { Node } from './node.js';
import { Residence, residencesOf } from './residence.js';
import { publishValues } from './publish-values.js';
import { SourceRecord } from './source-record.js';

@ObjectType({ implements: Node, description: '住房：一户一室 / A dwelling' })
export class Dwelling extends Entity {
  constructor(key: number, evidence: readonly Evidence[]) {
    super('Dwelling', key, evidence);
  }

  @Field(() => EntityStatus, { description: '状态 / Whether a current record speaks of it' })
  get status() {
    return this.entityStatus;
  }

  @Field(() => Building, {
    nullable: true,
    description: '楼栋；不能确定时为 null / The building; null where it cannot be told',
  })
  async building(@Ctx() context: Context): Promise<Building | null> {
    return (await findEntity(context, 'Building', this.buildingKey)) as Building | null;
  }

  @Field(() => Grid, {
    nullable: true,
    description: '网格；不能确定时为 null / The grid; null where it cannot be told',
  })
  async grid(@Ctx() context: Context): Promise<Grid | null> {
    const grid = this.current.find((each) => each.gridEntity !== null)?.gridEntity ?? null;
    if (grid !== null) return (await findEntity(context, 'Grid', grid)) as Grid | null;
    return await gridOfBuilding(context, this.buildingKey);
  }

  @Field(() => Division, {
    nullable: true,
    description: '村社区；无记录说明时为 null / The village; null where no record says',
  })
  division(@Ctx() context: Context): Promise<Division | null> {
    return findDivision(context, this.current.find((each) => each.village !== null)?.village ?? null);
  }

  @Field(() => [Household], { description: '此住房中的户 / Households in it' })
  async households(@Ctx() context: Context): Promise<Household[]> {
    return ((await findEntities(context, 'Household', this.householdKeys)) as (Household | null)[]).filter(
      (each) => each !== null,
    );
  }

  @Field(() => [Residence], { description: '在此居住 / Residences here, as the records state them' })
  get residences() {
    return residencesOf(this.current, 'resident');
  }

  @Field(() => Float, {
    nullable: true,
    description: '经度，CGCS2000 度；无记录说明时为 null / Longitude in degrees; null where no record says',
  })
  get longitude() {
    return degrees(this.text('longitude'));
  }

  @Field(() => Float, {
    nullable: true,
    description: '纬度，CGCS2000 度；无记录说明时为 null / Latitude in degrees; null where no record says',
  })
  get latitude() {
    return degrees(this.text('latitude'));
  }

  @Field(() => [Mention], { description: '记录中提到的人，如房主 / Persons named in its records, such as the owner' })
  async mentions(@Ctx() context: Context): Promise<Mention[]> {
    return await mentionsIn(
      context,
      this.current.filter((each) => each.person === null),
    );
  }

  @Field(() => [SourceRecord], { description: '来源记录 / The records that speak of it' })
  get records() {
    return this.evidence.map((each) => new SourceRecord(each));
  }

  @Field(() => [Link], { description: '为何认为这些记录是同一住房 / Why these records are held to be one dwelling' })
  get links() {
    return linksTo(this.evidence, 'Dwelling', this.key);
  }

  /** Who keeps the dwelling's own record says best what it is; what is known of those who live there comes after. */
  protected override speaking(field: string): readonly Evidence[] {
    const own = this.evidence.filter((each) => each.person === null && each.stated[field] !== undefined);
    return own.length > 0 ? own : this.evidence;
  }

  get householdKeys(): number[] {
    return [...new Set(this.current.map((each) => each.household).filter((id) => id !== null))].slice(0, 200);
  }

  get buildingKey(): number | null {
    return this.current.find((each) => each.building !== null)?.building ?? null;
  }
}

publishValues(Dwelling, {
  code: 'dwellingCode',
  address: 'address',
  estateOrRoad: 'estateOrRoad',
  buildingNumber: 'buildingNumber',
  unit: 'unit',
  room: 'room',
  kind: 'dwellingKind',
});

export const DwellingConnection = connectionOf<Dwelling>('Dwelling', '住房', () => Dwelling as never);

/** A coordinate as stated; null for nothing. */
export function degrees(text: string | null): number | null {
  return text === null || !Number.isFinite(Number(text)) ? null : Number(text);
}
