import { Ctx, Field, Float, GraphQLISODateTime, ObjectType } from 'type-graphql';
import type { Context } from '../context.js';
import { countEntities } from '../find-entities.js';
import type { EntityKind } from '../global-id.js';
import { countDeliveries, countFindings } from '../read-rows.js';
import { Division, findDivision } from './division.js';

@ObjectType('Viewer', { description: '查看者：令牌所代表的一方 / Who asks, by the token' })
export class ViewerType {
  @Field(() => String, { description: '客户端 / Client' })
  client!: string;

  @Field(() => [String], { description: '可见的区划代码 / Codes of the divisions whose rows are visible' })
  divisionCodes!: readonly string[];

  @Field(() => [Division], { description: '可见的区划 / The divisions whose rows are visible' })
  async divisions(@Ctx() context: Context): Promise<Division[]> {
    const found = await Promise.all(context.viewer.divisions.map((code) => findDivision(context, code)));
    return found.filter((division) => division !== null);
  }

  @Field(() => [String], { description: '可见的部门登记 / Registers whose records are visible' })
  registers!: readonly string[];

  @Field(() => String, { description: '本次请求的用途 / What the request is for' })
  purpose!: string;

  @Field(() => [String], {
    description: '按原样显示的字段类别，其余脱敏 / Classes of fields that are shown as stated; others are masked',
  })
  fields!: readonly string[];

  @Field(() => Boolean, { description: '可见个人记录；否则只有统计 / Sees single records; else totals only' })
  records!: boolean;

  @Field(() => Boolean, { description: '凭应急访问 / Through broken glass' })
  emergency!: boolean;

  @Field(() => [String], { description: '除查看外还可做什么：review / What the token allows besides reading: review' })
  may!: readonly string[];

  @Field(() => GraphQLISODateTime, { description: '令牌到期 / When the token expires' })
  expires!: Date;
}

@ObjectType({
  description:
    '本库的规模；仅县级且可逐条查看者可见 / How much the hub holds; for viewers of the county who see records',
})
export class Hub {
  @Field(() => Float, { description: '人 / People' })
  people(@Ctx() context: Context): Promise<number> {
    return count(context, 'Person');
  }

  @Field(() => Float, { description: '户 / Households' })
  households(@Ctx() context: Context): Promise<number> {
    return count(context, 'Household');
  }

  @Field(() => Float, { description: '住房 / Dwellings' })
  dwellings(@Ctx() context: Context): Promise<number> {
    return count(context, 'Dwelling');
  }

  @Field(() => Float, { description: '楼栋 / Buildings' })
  buildings(@Ctx() context: Context): Promise<number> {
    return count(context, 'Building');
  }

  @Field(() => Float, { description: '组织 / Organisations' })
  organisations(@Ctx() context: Context): Promise<number> {
    return count(context, 'Organisation');
  }

  @Field(() => Float, { description: '场所 / Places' })
  places(@Ctx() context: Context): Promise<number> {
    return count(context, 'Place');
  }

  @Field(() => Float, { description: '事件 / Events' })
  events(@Ctx() context: Context): Promise<number> {
    return count(context, 'Event');
  }

  @Field(() => Float, { description: '网格 / Grids' })
  grids(@Ctx() context: Context): Promise<number> {
    return count(context, 'Grid');
  }

  @Field(() => Float, { description: '交付 / Deliveries' })
  deliveries(@Ctx() context: Context): Promise<number> {
    return countDeliveries(context.reading, null, null);
  }

  @Field(() => Float, { description: '未消除的问题 / Open findings' })
  openFindings(@Ctx() context: Context): Promise<number> {
    return countFindings(context.reading, { open: true });
  }
}

function count(context: Context, kind: EntityKind): Promise<number> {
  return countEntities(context.reading, kind, {});
}
