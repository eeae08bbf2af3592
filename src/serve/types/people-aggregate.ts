import { Arg, Ctx, Field, Int, ObjectType, registerEnumType } from 'type-graphql';
import type { Context } from '../context.js';
import { wordOfGroup } from '../word-of-group.js';
import { Language } from './enums.js';
import { PublishedFigures } from './published-figures.js';

export enum PeopleGroup {
  TOWNSHIP = 'township',
  VILLAGE = 'village',
  GRID = 'grid',
  TIE = 'tie',
  PROGRAMME = 'programme',
  SEX = 'sex',
  AGE = 'age',
  AGE_FIVE_YEARS = 'age_five_years',
}
registerEnumType(PeopleGroup, {
  name: 'PeopleGroup',
  description:
    '人口分组 / What people are grouped by. Somebody counts once in each group that they are in: one in each of two villages that know them',
  valuesConfig: {
    TOWNSHIP: { description: '乡镇、街道：可见记录所属 / Township that a visible record belongs to' },
    VILLAGE: { description: '村、社区：可见记录所属 / Village or community that a visible record belongs to' },
    GRID: { description: '网格：可见记录所属 / Grid that a visible record belongs to' },
    TIE: {
      description:
        '与该处的关系：registered 户籍、resident 居住，公布的统计另有 both 两者兼有；与区划同用时指同一记录 / Whether registered or living there: of the record that names the place; published figures, where everybody counts once, know both as well',
    },
    PROGRAMME: { description: '民政保障项目 / Benefit that a visible record speaks of' },
    SEX: { description: '性别，取自可见记录（GB/T 2261.1）/ Sex, chosen among the visible records' },
    AGE: {
      description:
        '年龄段 0-6、7-14、15-17、18-59、60-79、80+ / Age in these bands, of the date of birth chosen among the visible records',
    },
    AGE_FIVE_YEARS: { description: '五岁年龄组 0-4 … 95-99、100+ / Age by five years' },
  },
});

@ObjectType({ description: '一组的一项依据 / One of the values that make a group' })
export class PeopleGroupKey {
  constructor(group: PeopleGroup, code: string | null) {
    this.group = group;
    this.code = code;
  }

  @Field(() => PeopleGroup, { description: '按什么分组 / What it is a value of' })
  group: PeopleGroup;

  @Field(() => String, {
    nullable: true,
    description:
      '区划或网格代码、性别代码、年龄段、项目或关系；未载明为 null / Code, band or name; null where no visible record states it; in published figures an area that is not stated ends with 000',
  })
  code: string | null;

  @Field(() => String, { description: '名称 / In words' })
  async label(
    @Arg('language', () => Language, { defaultValue: Language.ZH }) language: Language,
    @Ctx() context: Context,
  ): Promise<string> {
    const { group, code } = this;
    const division = group === PeopleGroup.TOWNSHIP || group === PeopleGroup.VILLAGE ? code : null;
    const name = division === null ? null : (await context.loaders.division.load(division))?.name;
    return name ?? wordOfGroup(group, code, language);
  }
}

@ObjectType({ description: '一组及其人数 / A group, and how many people are in it' })
export class PeopleTotal {
  constructor(keys: readonly PeopleGroupKey[], people: number | null) {
    this.keys = keys;
    this.people = people;
  }

  @Field(() => [PeopleGroupKey], { description: '与 groupBy 同序 / In the order of groupBy' })
  keys: readonly PeopleGroupKey[];

  @Field(() => Int, {
    nullable: true,
    description:
      '人数；为保护个人而隐去时为 null / Distinct persons; null where withheld, so that nobody is told from a count',
  })
  people: number | null;
}

@ObjectType({ description: '人数统计，只计查看者可见者 / How many people, as this viewer may see them' })
export class PeopleAggregate extends PublishedFigures {
  @Field(() => Int, {
    nullable: true,
    description: '总人数，每人计一次；隐去时为 null / Distinct persons in all; null where withheld',
  })
  total!: number | null;

  @Field(() => [PeopleTotal], {
    description: '各组，按依据排序；无人的组不列 / The groups in the order of their keys; none that is empty',
  })
  groups!: readonly PeopleTotal[];
}
