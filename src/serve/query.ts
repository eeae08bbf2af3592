import { Arg, Ctx, ID, Int, Query, Resolver } from 'type-graphql';
import { connect, readPage, type Connected } from './connection.js';
import type { Context } from './context.js';
import { Refused } from './errors.js';
import { findEntity } from './find-entity.js';
import { ENTITY_COLUMNS, readGlobalId, type EntityKind, type GlobalId, type NodeKind } from './global-id.js';
import { AreaFilter, checkFilter, DeliveriesFilter, FindingsFilter, PeopleFilter } from './inputs.js';
import { listEntities } from './list-entities.js';
import { countDeliveries, countFindings, listDeliveries, listFindings, type FindingFilter } from './read-rows.js';
import { findDecision, findReviewPair } from './review-rows.js';
import { Building, BuildingConnection } from './types/building.js';
import { Decision } from './types/decision.js';
import { Delivery, DeliveryConnection, findDelivery } from './types/delivery.js';
import { Division, findDivision } from './types/division.js';
import { Dwelling, DwellingConnection } from './types/dwelling.js';
import { Event, EventConnection } from './types/event.js';
import { Finding, FindingConnection } from './types/finding.js';
import { Grid, GridConnection } from './types/grid.js';
import { Household, HouseholdConnection } from './types/household.js';
import { Node } from './types/node.js';
import { Organisation, OrganisationConnection } from './types/organisation.js';
import { Person, PersonConnection } from './types/person.js';
import { Place, PlaceConnection } from './types/place.js';
import { ReviewPair } from './types/review-pair.js';
import { SourceRecord } from './types/source-record.js';
import { Hub, ViewerType } from './types/viewer.js';

const FIRST = { nullable: true, description: '每页 1–200，默认 20 / 1…200, 20 unless told' } as const;
const AFTER = { nullable: true, description: '游标：从其后开始 / Cursor: begins after it' } as const;
const FILTER = { nullable: true, description: '筛选条件 / What it is narrowed by' } as const;
const ENTITY_ID = { description: '全局标识 / Global id' } as const;
const ABSENT = '不存在与不可见同为 null / null alike for what is not there and what is not visible';

@Resolver()
export class QueryResolver {
  @Query(() => ViewerType, { description: '我是谁、可见什么 / Who asks, and what that shows' })
  viewer(@Ctx() { viewer }: Context) {
    const { client, divisions, registers, purpose, fields, records, emergency, may, expires } = viewer;
    const shown = { client, divisionCodes: divisions, registers, purpose, fields, records, emergency, may, expires };
    return Object.assign(new ViewerType(), shown);
  }

  @Query(() => Hub, {
    nullable: true,
    description:
      '本库的规模；仅县级且可逐条查看者，其他为 null / How much the hub holds; null for viewers below the county and for who sees totals only',
  })
  hub(@Ctx() { reading, viewer }: Context) {
    // A count of today beside the count of yesterday is somebody: who sees totals alone is told what is published.
    return reading.bounds.level === 'county' && viewer.records ? new Hub() : null;
  }

  @Query(() => Node, { nullable: true, description: `凭全局标识取任何对象；${ABSENT}` })
  async node(@Arg('id', () => ID, ENTITY_ID) id: string, @Ctx() context: Context): Promise<Node | null> {
    const found = readGlobalId(id);
    return found && found.county === context.reading.bounds.county ? await NODES[found.kind](context, found) : null;
  }

  @Query(() => Person, { nullable: true, description: `一个人；${ABSENT}` })
  person(@Arg('id', () => ID, ENTITY_ID) id: string, @Ctx() context: Context) {
    return oneOf<Person>(context, 'Person', id);
  }

  @Query(() => PersonConnection, { description: '人 / People' })
  people(
    @Arg('filter', () => PeopleFilter, FILTER) filter: PeopleFilter | null,
    @Arg('first', () => Int, FIRST) first: number | null,
    @Arg('after', () => String, AFTER) after: string | null,
    @Ctx() context: Context,
  ) {
    return listEntities<Person>(context, 'Person', filter, first, after);
  }

  @Query(() => Household, { nullable: true, description: `户；${ABSENT}` })
  household(@Arg('id', () => ID, ENTITY_ID) id: string, @Ctx() context: Context) {
    return oneOf<Household>(context, 'Household', id);
  }

  @Query(() => HouseholdConnection, { description: '户 / Households' })
  households(
    @Arg('filter', () => AreaFilter, FILTER) filter: AreaFilter | null,
    @Arg('first', () => Int, FIRST) first: number | null,
    @Arg('after', () => String, AFTER) after: string | null,
    @Ctx() context: Context,
  ) {
    return listEntities<Household>(context, 'Household', filter, first, after);
  }

  @Query(() => Dwelling, { nullable: true, description: `住房；${ABSENT}` })
  dwelling(@Arg('id', () => ID, ENTITY_ID) id: string, @Ctx() context: Context) {
    return oneOf<Dwelling>(context, 'Dwelling', id);
  }

  @Query(() => DwellingConnection, { description: '住房 / Dwellings' })
  dwellings(
    @Arg('filter', () => AreaFilter, FILTER) filter: AreaFilter | null,
    @Arg('first', () => Int, FIRST) first: number | null,
    @Arg('after', () => String, AFTER) after: string | null,
    @Ctx() context: Context,
  ) {
    return listEntities<Dwelling>(context, 'Dwelling', filter, first, after);
  }

  @Query(() => Building, { nullable: true, description: `楼栋；${ABSENT}` })
  building(@Arg('id', () => ID, ENTITY_ID) id: string, @Ctx() context: Context) {
    return oneOf<Building>(context, 'Building', id);
  }

  @Query(() => BuildingConnection, { description: '楼栋 / Buildings' })
  buildings(
    @Arg('filter', () => AreaFilter, FILTER) filter: AreaFilter | null,
    @Arg('first', () => Int, FIRST) first: number | null,
    @Arg('after', () => String, AFTER) after: string | null,
    @Ctx() context: Context,
  ) {
    return listEntities<Building>(context, 'Building', filter, first, after);
  }

  @Query(() => Organisation, { nullable: true, description: `组织；${ABSENT}` })
  organisation(@Arg('id', () => ID, ENTITY_ID) id: string, @Ctx() context: Context) {
    return oneOf<Organisation>(context, 'Organisation', id);
  }

  @Query(() => OrganisationConnection, { description: '组织 / Organisations' })
  organisations(
    @Arg('filter', () => AreaFilter, FILTER) filter: AreaFilter | null,
    @Arg('first', () => Int, FIRST) first: number | null,
    @Arg('after', () => String, AFTER) after: string | null,
    @Ctx() context: Context,
  ) {
    return listEntities<Organisation>(context, 'Organisation', filter, first, after);
  }

  @Query(() => Place, { nullable: true, description: `场所；${ABSENT}` })
  place(@Arg('id', () => ID, ENTITY_ID) id: string, @Ctx() context: Context) {
    return oneOf<Place>(context, 'Place', id);
  }

  @Query(() => PlaceConnection, { description: '场所 / Places' })
  places(
    @Arg('filter', () => AreaFilter, FILTER) filter: AreaFilter | null,
    @Arg('first', () => Int, FIRST) first: number | null,
    @Arg('after', () => String, AFTER) after: string | null,
    @Ctx() context: Context,
  ) {
    return listEntities<Place>(context, 'Place', filter, first, after);
  }

  @Query(() => Event, { nullable: true, description: `事件；${ABSENT}` })
  event(@Arg('id', () => ID, ENTITY_ID) id: string, @Ctx() context: Context) {
    return oneOf<Event>(context, 'Event', id);
  }

  @Query(() => EventConnection, { description: '事件 / Events' })
  events(
    @Arg('filter', () => AreaFilter, FILTER) filter: AreaFilter | null,
    @Arg('first', () => Int, FIRST) first: number | null,
    @Arg('after', () => String, AFTER) after: string | null,
    @Ctx() context: Context,
  ) {
    return listEntities<Event>(context, 'Event', filter, first, after);
  }

  @Query(() => Grid, { nullable: true, description: `网格；${ABSENT}` })
  grid(@Arg('id', () => ID, ENTITY_ID) id: string, @Ctx() context: Context) {
    return oneOf<Grid>(context, 'Grid', id);
  }

  @Query(() => GridConnection, { description: '网格 / Grids' })
  grids(
    @Arg('filter', () => AreaFilter, FILTER) filter: AreaFilter | null,
    @Arg('first', () => Int, FIRST) first: number | null,
    @Arg('after', () => String, AFTER) after: string | null,
    @Ctx() context: Context,
  ) {
    return listEntities<Grid>(context, 'Grid', filter, first, after);
  }

  @Query(() => Division, {
    nullable: true,
    description: '一个区划，凭代码；未知代码为 null / A division by its code; null for an unknown code',
  })
  async division(
    @Arg('code', () => String, { description: '6、9 或 12 位 / 6, 9 or 12 digits' }) code: string,
    @Ctx() context: Context,
  ): Promise<Division | null> {
    return /^\d{6,12}$/.test(code) ? await findDivision(context, code) : null;
  }

  @Query(() => [Division], {
    description: '下级区划；未给上级时为本县 / The divisions below one; without a parent, the county itself',
  })
  async divisions(
    @Arg('parent', () => String, { nullable: true, description: '上级代码 / Code of the one above' })
    parent: string | null,
    @Ctx() context: Context,
  ): Promise<Division[]> {
    if (parent !== null && parent !== undefined) {
      const below = /^\d{6,12}$/.test(parent) ? await context.loaders.divisionsBelow.load(parent) : [];
      return below.map((row) => new Division(row));
    }
    const county = await findDivision(context, context.reading.bounds.county);
    return county ? [county] : [];
  }

  @Query(() => Delivery, { nullable: true, description: `一次交付；${ABSENT}` })
  async delivery(@Arg('id', () => ID, ENTITY_ID) id: string, @Ctx() context: Context): Promise<Delivery | null> {
    const key = keyOf(context, 'Delivery', id);
    return key === null ? null : await findDelivery(context, key);
  }

  @Query(() => DeliveryConnection, { description: '交付，新的在前 / Deliveries, the newest first' })
  async deliveries(
    @Arg('filter', () => DeliveriesFilter, FILTER) filter: DeliveriesFilter | null,
    @Arg('first', () => Int, FIRST) first: number | null,
    @Arg('after', () => String, AFTER) after: string | null,
    @Ctx() context: Context,
  ): Promise<Connected<Delivery>> {
    const page = readPage('Delivery', first, after);
    const { register = null, dataset = null } = checkFilter(context, filter as DeliveriesFilter & PeopleFilter);
    const before = after ? page.after : Number.MAX_SAFE_INTEGER;
    const rows = await listDeliveries(context.reading, register, dataset, before, page.first + 1);
    const nodes = rows.map((row) => new Delivery(row));
    const ids = rows.map((row) => row.id);
    return connect('Delivery', page, ids, nodes, () => countDeliveries(context.reading, register, dataset));
  }

  @Query(() => FindingConnection, { description: '问题 / Findings' })
  async findings(
    @Arg('filter', () => FindingsFilter, FILTER) filter: FindingsFilter | null,
    @Arg('first', () => Int, FIRST) first: number | null,
    @Arg('after', () => String, AFTER) after: string | null,
    @Ctx() context: Context,
  ): Promise<Connected<Finding>> {
    if (!context.viewer.records) throw new Refused('TOTALS_ONLY');
    const page = readPage('Finding', first, after);
    const { delivery, ...rest } = checkFilter(context, filter as FindingsFilter & PeopleFilter);
    const key = delivery ? keyOf(context, 'Delivery', delivery) : null;
    // The id of nothing narrows to nothing.
    const narrowed: FindingFilter = { ...rest, delivery: delivery ? (key ?? -1) : null };
    const rows = await listFindings(context.reading, narrowed, page.after, page.first + 1);
    const nodes = rows.map((row) => new Finding(row));
    const ids = rows.map((row) => row.id);
    return connect('Finding', page, ids, nodes, () => countFindings(context.reading, narrowed));
  }
}

async function oneOf<T>(context: Context, kind: EntityKind, id: string): Promise<T | null> {
  const key = keyOf(context, kind, id);
  return key === null ? null : ((await findEntity(context, kind, key)) as T | null);
}

/** An id of another kind is a mistake to tell; an id that names nothing is not told from one that is hidden. */
function keyOf(context: Context, kind: NodeKind, id: string): number | null {
  const found = readGlobalId(id);
  if (found && found.kind !== kind)
    throw new Refused('BAD_USER_INPUT', `The id is not that of a ${kind}. 标识的种类不符`);
  return found && found.county === context.reading.bounds.county ? Number(found.id) : null;
}

const entityNode = (context: Context, { kind, id }: GlobalId) => findEntity(context, kind as EntityKind, Number(id));

const NODES: Readonly<Record<NodeKind, (context: Context, id: GlobalId) => Promise<Node | null>>> = {
  ...(Object.fromEntries(Object.keys(ENTITY_COLUMNS).map((kind) => [kind, entityNode])) as Record<
    EntityKind,
    typeof entityNode
  >),
  Division: (context, { id }) => findDivision(context, id),
  Delivery: (context, { id }) => findDelivery(context, Number(id)),
  Finding: async (context, { id }) => {
    const row = await context.loaders.finding.load(Number(id));
    return row ? new Finding(row) : null;
  },
  ReviewPair: async (context, { id }) => {
    const row = await findReviewPair(context.reading, Number(id));
    return row ? new ReviewPair(row) : null;
  },
  Decision: async (context, { id }) => {
    const row = await findDecision(context.reading, Number(id));
    return row ? new Decision(row) : null;
  },
  SourceRecord: async (context, { id }) => {
    const evidence = await context.loaders.record.load(Number(id));
    return evidence ? new SourceRecord(evidence) : null;
  },
};
