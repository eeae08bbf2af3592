import { Arg, Ctx, Field, Int, ObjectType, registerEnumType } from 'type-graphql';
import type { Context } from '../context.js';
import { wordOfHomeGroup } from '../word-of-group.js';
import { Language } from './enums.js';
import { PublishedFigures } from './published-figures.js';

export enum HomeGroup {
  TOWNSHIP = 'township',
  VILLAGE = 'village',
  GRID = 'grid',
  KIND = 'kind',
  PEOPLE = 'people',
}
registerEnumType(HomeGroup, {
  name: 'HomeGroup',
  description:
    '户、住房的分组 / What households and dwellings are grouped by. One counts once in each group that it is in: one in each of two villages that know it',
  valuesConfig: {
    TOWNSHIP: { description: '乡镇、街道：可见记录所属 / Township that a visible record belongs to' },
    VILLAGE: { description: '村、社区：可见记录所属 / Village or community that a visible record belongs to' },
    GRID: { description: '网格：可见记录所属 / Grid that a visible record belongs to' },
    KIND: {
      description:
        '种类：户为 registered、residential，住房为房屋类型 / Registered or residential; of a dwelling its kind',
    },
    PEOPLE: {
      description:
        '人数 0、1 … 5、6+：户的成员，或居住在此的人 / How many people belong to the household, or live in the dwelling, as this viewer may see them',
    },
  },
});

@ObjectType({ description: '一组的一项依据 / One of the values that make a group' })
export class HomeGroupKey {
  constructor(group: HomeGroup, code: string | null) {
    this.group = group;
    this.code = code;
  }

  @Field(() => HomeGroup, { description: '按什么分组 / What it is a value of' })
  group: HomeGroup;

  @Field(() => String, {
    nullable: true,
    description:
      '区划或网格代码、种类或人数；未载明为 null / Code, kind or number; null where no visible record states it',
  })
  code: string | null;

  @Field(() => String, { description: '名称 / In words' })
  async label(
    @Arg('language', () => Language, { defaultValue: Language.ZH }) language: Language,
    @Ctx() context: Context,
  ): Promise<string> {
    const { group, code } = this;
    const division = group === HomeGroup.TOWNSHIP || group === HomeGroup.VILLAGE ? code : null;
    const name = division === null ? null : (await context.loaders.division.load(division))?.name;
    return name ?? wordOfHomeGroup(group, code, language);
  }
}

@ObjectType({ description: '一组及其数量 / A group, and how many are in it' })
export class HomesTotal {
  constructor(keys: readonly HomeGroupKey[], homes: number | null) {
    this.keys = keys;
    this.homes = homes;
  }

  @Field(() => [HomeGroupKey], { description: '与 groupBy 同序 / In the order of groupBy' })
  keys: readonly HomeGroupKey[];

  @Field(() => Int, {
    nullable: true,
    description: '数量；隐去时为 null / Distinct households or dwellings; null where withheld',
  })
  homes: number | null;
}

@ObjectType({
  description: '户或住房的统计，只计查看者可见者 / How many households or dwellings, as this viewer may see them',
})
export class HomesAggregate extends PublishedFigures {
  @Field(() => Int, {
    nullable: true,
    description: '总数，每个计一次；隐去时为 null / Distinct ones in all; null where withheld',
  })
  total!: number | null;

  @Field(() => [HomesTotal], {
    description: '各组，按依据排序；空组不列 / The groups in the order of their keys; none that is empty',
  })
  groups!: readonly HomesTotal[];
}
