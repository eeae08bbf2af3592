import { Ctx, Field, ObjectType } from 'type-graphql';
import { connectionOf } from '../connection.js';
import type { Context } from '../context.js';
import type { Evidence } from '../evidence.js';
import { findEntity, findGridByCode } from '../find-entity.js';
import { GeoJson } from '../geo-json.js';
import { Division, divisionChain, findDivision } from './division.js';
import { Entity } from './entity.js';
import { EntityStatus } from './enums.js';
import { GridStaff } from './grid-staff.js';
import { Node } from './node.js';
import { Person } from './person.js';
import { publishValues } from './publish-values.js';
import { SourceRecord } from './source-record.js';

@ObjectType({ implements: Node, description: '网格：一格一码 / A grid, each with its code' })
export class Grid extends Entity {
  constructor(key: number, evidence: readonly Evidence[]) {
    super('Grid', key, evidence);
  }

  /** What the lists of a grid are narrowed by. */
  get areaCode(): string | null {
    return this.current.find((each) => each.grid !== null)?.grid ?? null;
  }

  @Field(() => EntityStatus, { description: '状态 / Whether a current record speaks of it' })
  get status() {
    return this.entityStatus;
  }

  @Field(() => Division, {
    nullable: true,
    name: 'village',
    description: '村社区；无记录说明时为 null / The village; null where no record says',
  })
  villageDivision(@Ctx() context: Context): Promise<Division | null> {
    return findDivision(context, this.villageCode);
  }

  @Field(() => [Division], { description: '村社区、乡镇街道、县 / Village, township, county' })
  divisionChain(@Ctx() context: Context): Promise<Division[]> {
    return divisionChain(context, this.villageCode);
  }

  @Field(() => Grid, {
    nullable: true,
    description: '上级网格；上级是区划或不可见时为 null / The grid above; null where that is a division or not visible',
  })
  async parent(@Ctx() context: Context): Promise<Grid | null> {
    const code = this.text('parentCode');
    return code === null ? null : ((await findGridByCode(context, code)) as Grid | null);
  }

  @Field(() => [GridStaff], { description: '网格队伍 / Those who work in it' })
  async staff(@Ctx() context: Context): Promise<GridStaff[]> {
    const posts = await context.loaders.staffOfGrid.load(this.key);
    const persons = await Promise.all(posts.map((post) => findEntity(context, 'Person', post.person)));
    return posts.flatMap((post, at) => (persons[at] ? [new GridStaff(persons[at] as Person, post)] : []));
  }

  @Field(() => GeoJson, {
    nullable: true,
    description: '边界，CGCS2000 的 GeoJSON；未给出为 null / Boundary as GeoJSON; null where none is stated',
  })
  get boundary() {
    return this.current.find((each) => each.stated['boundary'] !== undefined)?.stated['boundary'] ?? null;
  }

  @Field(() => [SourceRecord], { description: '来源记录 / The records that speak of the grid itself' })
  get records() {
    return this.evidence.map((each) => new SourceRecord(each));
  }

  private get villageCode(): string | null {
    return this.current.find((each) => each.village !== null)?.village ?? null;
  }
}

publishValues(Grid, {
  code: 'gridCode',
  name: 'gridName',
  kind: 'gridKind',
  level: 'level',
  plannedHouseholds: 'plannedHouseholds',
});

export const GridConnection = connectionOf<Grid>('Grid', '网格', () => Grid as never);

/** The grid that a building stands in, by the building's own records. */
export async function gridOfBuilding(context: Context, building: number | null): Promise<Grid | null> {
  if (building === null) return null;
  const evidence = await context.loaders.evidence.Building.load(building);
  const entity = evidence.find((each) => each.gridEntity !== null)?.gridEntity ?? null;
  if (entity !== null) return (await findEntity(context, 'Grid', entity)) as Grid | null;
  const code = evidence.find((each) => each.grid !== null)?.grid ?? null;
  return code === null ? null : ((await findGridByCode(context, code)) as Grid | null);
}
