import { Ctx, Field, Float, ObjectType } from 'type-graphql';
import { connectionOf } from '../connection.js';
import type { Context } from '../context.js';
import type { Evidence } from '../evidence.js';
import { findEntities } from '../find-entity.js';
import { Division, findDivision } from './division.js';
import { degrees, Dwelling } from './dwelling.js';
import { Entity } from './entity.js';
import { EntityStatus } from './enums.js';
import { Grid, gridOfBuilding } from './grid.js';
import { Link, linksTo } from './link.js';
import { Node } from './node.js';
import { publishValues } from './publish-values.js';
import { SourceRecord } from './source-record.js';

@ObjectType({ implements: Node, description: '楼栋 / A building' })
export class Building extends Entity {
  constructor(key: number, evidence: readonly Evidence[]) {
    super('Building', key, evidence);
  }

  @Field(() => EntityStatus, { description: '状态 / Whether a current record speaks of it' })
  get status() {
    return this.entityStatus;
  }

  @Field(() => Grid, {
    nullable: true,
    description: '网格；不能确定时为 null / The grid; null where it cannot be told',
  })
  grid(@Ctx() context: Context): Promise<Grid | null> {
    return gridOfBuilding(context, this.key);
  }

  @Field(() => Division, {
    nullable: true,
    description: '村社区；无记录说明时为 null / The village; null where no record says',
  })
  division(@Ctx() context: Context): Promise<Division | null> {
    return findDivision(context, this.current.find((each) => each.village !== null)?.village ?? null);
  }

  @Field(() => [Dwelling], { description: '楼内住房，至多 200 / Dwellings in it, at most 200' })
  async dwellings(@Ctx() context: Context): Promise<Dwelling[]> {
    return ((await findEntities(context, 'Dwelling', this.dwellingKeys)) as (Dwelling | null)[]).filter(
      (each) => each !== null,
    );
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

  @Field(() => [SourceRecord], { description: '来源记录 / The records that speak of it' })
  get records() {
    return this.evidence.map((each) => new SourceRecord(each));
  }

  @Field(() => [Link], { description: '为何认为这些记录是同一楼栋 / Why these records are held to be one building' })
  get links() {
    return linksTo(this.evidence, 'Building', this.key);
  }

  get dwellingKeys(): number[] {
    return [...new Set(this.current.map((each) => each.dwelling).filter((id) => id !== null))].slice(0, 200);
  }

  /** The address of a dwelling is not the building's: it goes on to the room. */
  protected override speaking(field: string): readonly Evidence[] {
    return field === 'address' ? this.evidence.filter((each) => each.dwelling === null) : this.evidence;
  }
}

publishValues(Building, {
  code: 'buildingCode',
  name: 'buildingName',
  kind: 'buildingKind',
  address: 'address',
  units: 'units',
  floors: 'floors',
});

export const BuildingConnection = connectionOf<Building>('Building', '楼栋', () => Building as never);
