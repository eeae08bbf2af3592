import { Arg, Ctx, Query, Resolver } from 'type-graphql';
import { aggregatePeople, orderGroups } from './aggregate-people.js';
import type { Context } from './context.js';
import type { FieldClass } from '../model/field.js';
import { shows } from '../model/viewer.js';
import { Refused } from './errors.js';
import { checkClasses, checkFilter, noteSought, PeopleFilter, readSought } from './inputs.js';
import { readPublished } from './published-totals.js';
import { PeopleAggregate, PeopleGroup, PeopleGroupKey, PeopleTotal } from './types/people-aggregate.js';

const MOST_DIMENSIONS = 3;
/** Who is not shown a value is not told how many have it, either. */
const CLASSES: Partial<Record<PeopleGroup, FieldClass>> = {
  [PeopleGroup.SEX]: 'basic',
  [PeopleGroup.AGE]: 'basic',
  [PeopleGroup.AGE_FIVE_YEARS]: 'basic',
  [PeopleGroup.PROGRAMME]: 'benefit',
};

@Resolver()
export class PeopleAggregates {
  @Query(() => PeopleAggregate, {
    description:
      '按区划、网格、性别、年龄、保障项目、人户关系统计人数，至多三项并用 / Counts people by up to three of: township, village, grid, sex, age, programme, tie',
  })
  async peopleAggregate(
    @Arg('groupBy', () => [PeopleGroup], {
      description: '分组依据，0–3 项，各不相同 / Up to three, each once; none for the total alone',
    })
    groupBy: PeopleGroup[],
    @Arg('filter', () => PeopleFilter, { nullable: true, description: '筛选条件 / What it is narrowed by' })
    filter: PeopleFilter | null,
    @Arg('ageOn', () => String, {
      nullable: true,
      description: '按此日计算周岁 YYYY-MM-DD，默认今日 / The day on which ages are reckoned; today unless told',
    })
    ageOn: string | null,
    @Ctx() context: Context,
  ): Promise<PeopleAggregate> {
    if (groupBy.length > MOST_DIMENSIONS || new Set(groupBy).size !== groupBy.length) {
      throw new Refused('BAD_USER_INPUT', 'groupBy names up to three, each once. groupBy 至多三项且不重复');
    }
    for (const group of groupBy) {
      const of = CLASSES[group];
      if (of && !shows(context.viewer, of)) throw new Refused('FIELD_NOT_GRANTED');
    }
    const checked = checkClasses(context.viewer, checkFilter(context, filter));
    noteSought(
      context.note,
      checked,
      groupBy.flatMap((group) => CLASSES[group] ?? []),
    );
    const narrowed = await readSought(context, checked);
    // A viewer of totals alone is told what is published, and nothing that is counted for them.
    const published = context.viewer.records
      ? null
      : await readPublished(context.reading, groupBy, narrowed, ageOn ?? null);
    const counted = published ? null : await aggregatePeople(context.reading, groupBy, narrowed, dayOf(ageOn));
    for (const person of counted?.persons ?? []) context.note.person(person);
    const { total, groups } = published ?? counted!;
    return Object.assign(new PeopleAggregate(), {
      total,
      publishedOn: published?.publishedOn ?? null,
      roundedTo: published?.roundedTo ?? null,
      groups: (published ? orderGroups(groups) : groups).map(
        ({ keys, people }) =>
          new PeopleTotal(
            groupBy.map((group, at) => new PeopleGroupKey(group, keys[at] ?? null)),
            people,
          ),
      ),
    });
  }
}

function dayOf(day: string | null | undefined): string {
  if (day === null || day === undefined) return new Date().toLocaleDateString('sv-SE', { timeZone: 'Asia/Shanghai' });
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day) || Number.isNaN(Date.parse(day)))
    throw new Refused('BAD_USER_INPUT', 'ageOn is a day YYYY-MM-DD. ageOn 须为 YYYY-MM-DD');
  return day;
}
