import { Ctx, Field, Int, ObjectType } from 'type-graphql';
import type { Context } from '../context.js';
import { writeGlobalId } from '../global-id.js';
import type { DivisionRow } from '../read-rows.js';
import { Node } from './node.js';

@ObjectType({
  implements: Node,
  description: '行政区划：县、乡镇街道、村社区 / A unit of the administrative tree: county, township, village',
})
export class Division implements Node {
  constructor(private readonly row: DivisionRow) {}

  /** What the lists below are narrowed by. */
  get areaCode() {
    return this.row.code;
  }

  get id(): string {
    return writeGlobalId('Division', this.row.code.slice(0, 6), this.row.code);
  }

  @Field(() => String, { description: '区划代码：6、9 或 12 位 / Code of 6, 9 or 12 digits (GB/T 2260, GB/T 10114)' })
  get code() {
    return this.row.code;
  }

  @Field(() => String, { description: '名称 / Name' })
  get name() {
    return this.row.name;
  }

  @Field(() => String, { description: '类别：县、街道、镇、乡、居委会、村委会 / Kind of unit' })
  get kind() {
    return this.row.kind;
  }

  @Field(() => Int, { description: '层级，县为 1 / Level in the tree; the county is 1' })
  get level() {
    return this.row.level;
  }

  @Field(() => Division, { nullable: true, description: '上级；县为 null / The unit above; null for the county' })
  parent(@Ctx() context: Context): Promise<Division | null> {
    return findDivision(context, this.row.parent);
  }

  @Field(() => [Division], { description: '下级 / The units below' })
  async children(@Ctx() context: Context): Promise<Division[]> {
    return (await context.loaders.divisionsBelow.load(this.row.code)).map((row) => new Division(row));
  }

  @Field(() => [Division], { description: '从本级到县 / From this unit up to the county' })
  chain(@Ctx() context: Context): Promise<Division[]> {
    return divisionChain(context, this.row.code);
  }
}

export async function findDivision(context: Context, code: string | null): Promise<Division | null> {
  const row = code === null ? null : await context.loaders.division.load(code);
  return row ? new Division(row) : null;
}

/** Village, township, county: read at once, as each code begins with the one above it. */
export async function divisionChain(context: Context, code: string | null): Promise<Division[]> {
  if (code === null) return [];
  const codes = [12, 9, 6].filter((digits) => digits <= code.length).map((digits) => code.slice(0, digits));
  const found = await Promise.all(codes.map((each) => findDivision(context, each)));
  return found.filter((division) => division !== null);
}
