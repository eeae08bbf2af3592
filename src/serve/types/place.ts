import { Ctx, Field, Float, ObjectType } from 'type-graphql';
import { connectionOf } from '../connection.js';
import type { Context } from '../context.js';
import type { Evidence } from '../evidence.js';
import { findEntity } from '../find-entity.js';
import { Division, findDivision } from './division.js';
import { degrees } from './dwelling.js';
import { Entity } from './entity.js';
import { EntityStatus } from './enums.js';
import { Grid } from './grid.js';
import { Mention, mentionsIn } from './mention.js';
import { Node } from './node.js';
import { publishValues } from './publish-values.js';
import { SourceRecord } from './source-record.js';

@ObjectType({ implements: Node, description: '场所或设施 / A place or facility' })
export class Place extends Entity {
  constructor(key: number, evidence: readonly Evidence[]) {
    super('Place', key, evidence);
  }

  @Field(() => EntityStatus, { description: '状态 / Whether a current record speaks of it' })
  get status() {
    return this.entityStatus;
  }

  @Field(() => Grid, {
    nullable: true,
    description: '网格；不能确定时为 null / The grid; null where it cannot be told',
  })
  async grid(@Ctx() context: Context): Promise<Grid | null> {
    const id = this.current.find((each) => each.gridEntity !== null)?.gridEntity ?? null;
    return (await findEntity(context, 'Grid', id)) as Grid | null;
  }

  @Field(() => Division, {
    nullable: true,
    description: '村社区；无记录说明时为 null / The village; null where no record says',
  })
  division(@Ctx() context: Context): Promise<Division | null> {
    return findDivision(context, this.current.find((each) => each.village !== null)?.village ?? null);
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

  @Field(() => [Mention], {
    description: '记录中提到的人，如联系人 / Persons named in its records, such as the contact',
  })
  async mentions(@Ctx() context: Context): Promise<Mention[]> {
    return await mentionsIn(context, this.current);
  }

  @Field(() => [SourceRecord], { description: '来源记录 / The records that speak of it' })
  get records() {
    return this.evidence.map((each) => new SourceRecord(each));
  }
}

publishValues(Place, {
  name: 'placeName',
  kind: 'placeKind',
  address: 'address',
  creditCode: 'creditCode',
  contactName: 'contactName',
  contactPhone: 'contactPhone',
});

export const PlaceConnection = connectionOf<Place>('Place', '场所', () => Place as never);
