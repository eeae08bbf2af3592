import { Arg, Ctx, Query, Resolver } from 'type-graphql';
import type { FieldClass } from '../model/field.js';
import { shows } from '../model/viewer.js';
import { aggregateHomes, type HomeKind } from './aggregate-homes.js';
import type { Context } from './context.js';
import { Refused } from './errors.js';
import { AreaFilter, checkClasses, checkFilter, noteSought, readSought } from './inputs.js';
import { readPublishedHomes } from './published-homes.js';
import { HomeGroup, HomeGroupKey, HomesAggregate, HomesTotal } from './types/homes-aggregate.js';

const MOST_DIMENSIONS = 3;
/** Of the fields that the kind is told by. */
const CLASS_OF_KIND: Readonly<Record<HomeKind, FieldClass>> = { household: 'basic', dwelling: 'location' };
const GROUP_BY = {
  description: '分组依据，0–3 项，各不相同 / Up to three, each once; none for the total alone',
} as const;
const FILTER = { nullable: true, description: '筛选条件 / What it is narrowed by' } as const;

@Resolver()
export class HomesAggregates {
  @Query(() => HomesAggregate, {
    description:
      '按区划、网格、种类、人数统计户，至多三项并用 / Counts households by up to three of: township, village, grid, kind, how many people',
  })
  householdsAggregate(
    @Arg('groupBy', () => [HomeGroup], GROUP_BY) groupBy: HomeGroup[],
    @Arg('filter', () => AreaFilter, FILTER) filter: AreaFilter | null,
    @Ctx() context: Context,
  ): Promise<HomesAggregate> {
    return aggregate(context, 'household', groupBy, filter);
  }

  @Query(() => HomesAggregate, {
    description:
      '按区划、网格、种类、居住人数统计住房，至多三项并用 / Counts dwellings by up to three of: township, village, grid, kind, how many live there',
  })
  dwellingsAggregate(
    @Arg('groupBy', () => [HomeGroup], GROUP_BY) groupBy: HomeGroup[],
    @Arg('filter', () => AreaFilter, FILTER) filter: AreaFilter | null,
    @Ctx() context: Context,
  ): Promise<HomesAggregate> {
    return aggregate(context, 'dwelling', groupBy, filter);
  }
}

async function aggregate(
  context: Context,
  kind: HomeKind,
  groupBy: HomeGroup[],
  filter: AreaFilter | null,
): Promise<HomesAggregate> {
  if (groupBy.length > MOST_DIMENSIONS || new Set(groupBy).size !== groupBy.length) {
    throw new Refused('BAD_USER_INPUT', 'groupBy names up to three, each once. groupBy 至多三项且不重复');
  }
  if (groupBy.includes(HomeGroup.KIND) && !shows(context.viewer, CLASS_OF_KIND[kind])) {
    throw new Refused('FIELD_NOT_GRANTED');
  }
  const narrowed = checkClasses(context.viewer, checkFilter(context, filter));
  noteSought(context.note, narrowed, groupBy.includes(HomeGroup.KIND) ? [CLASS_OF_KIND[kind]] : []);
  // A viewer of totals alone is told what is published, and nothing that is counted for them.
  const published = context.viewer.records ? null : await readPublishedHomes(context.reading, kind, groupBy, narrowed);
  const counted = published
    ? null
    : await aggregateHomes(context.reading, kind, groupBy, await readSought(context, narrowed));
  if (kind === 'household') for (const id of counted?.ids ?? []) context.note.household(id);
  const { total, groups } = published ?? counted!;
  return Object.assign(new HomesAggregate(), {
    total,
    publishedOn: published?.publishedOn ?? null,
    roundedTo: published?.roundedTo ?? null,
    groups: groups.map(
      ({ keys, homes }) =>
        new HomesTotal(
          groupBy.map((group, at) => new HomeGroupKey(group, keys[at] ?? null)),
          homes,
        ),
    ),
  });
}
