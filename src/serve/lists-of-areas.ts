import { Arg, Ctx, FieldResolver, Int, Resolver, Root, type ClassType } from 'type-graphql';
import type { Context } from './context.js';
import { listBelow } from './list-entities.js';
import { BuildingConnection, type Building } from './types/building.js';
import { Division } from './types/division.js';
import { DwellingConnection, type Dwelling } from './types/dwelling.js';
import { EventConnection, type Event } from './types/event.js';
import { Grid, GridConnection } from './types/grid.js';
import { HouseholdConnection, type Household } from './types/household.js';
import { OrganisationConnection, type Organisation } from './types/organisation.js';
import { PersonConnection, type Person } from './types/person.js';
import { PlaceConnection, type Place } from './types/place.js';

/** What lies in a division or grid, by the records that belong there. */
interface Area {
  readonly areaCode: string | null;
}

const FIRST = { nullable: true, description: '每页 1–200，默认 20 / 1…200, 20 unless told' } as const;
const AFTER = { nullable: true, description: '游标 / Cursor' } as const;

function listsOf(type: ClassType<Area>) {
  @Resolver(() => type)
  class AreaLists {
    @FieldResolver(() => PersonConnection, { description: '人 / People' })
    people(
      @Root() area: Area,
      @Arg('first', () => Int, FIRST) first: number | null,
      @Arg('after', () => String, AFTER) after: string | null,
      @Ctx() context: Context,
    ) {
      return listBelow<Person>(context, 'Person', area.areaCode, first, after);
    }

    @FieldResolver(() => HouseholdConnection, { description: '户 / Households' })
    households(
      @Root() area: Area,
      @Arg('first', () => Int, FIRST) first: number | null,
      @Arg('after', () => String, AFTER) after: string | null,
      @Ctx() context: Context,
    ) {
      return listBelow<Household>(context, 'Household', area.areaCode, first, after);
    }

    @FieldResolver(() => DwellingConnection, { description: '住房 / Dwellings' })
    dwellings(
      @Root() area: Area,
      @Arg('first', () => Int, FIRST) first: number | null,
      @Arg('after', () => String, AFTER) after: string | null,
      @Ctx() context: Context,
    ) {
      return listBelow<Dwelling>(context, 'Dwelling', area.areaCode, first, after);
    }

    @FieldResolver(() => BuildingConnection, { description: '楼栋 / Buildings' })
    buildings(
      @Root() area: Area,
      @Arg('first', () => Int, FIRST) first: number | null,
      @Arg('after', () => String, AFTER) after: string | null,
      @Ctx() context: Context,
    ) {
      return listBelow<Building>(context, 'Building', area.areaCode, first, after);
    }

    @FieldResolver(() => PlaceConnection, { description: '场所 / Places' })
    places(
      @Root() area: Area,
      @Arg('first', () => Int, FIRST) first: number | null,
      @Arg('after', () => String, AFTER) after: string | null,
      @Ctx() context: Context,
    ) {
      return listBelow<Place>(context, 'Place', area.areaCode, first, after);
    }

    @FieldResolver(() => EventConnection, { description: '事件 / Events' })
    events(
      @Root() area: Area,
      @Arg('first', () => Int, FIRST) first: number | null,
      @Arg('after', () => String, AFTER) after: string | null,
      @Ctx() context: Context,
    ) {
      return listBelow<Event>(context, 'Event', area.areaCode, first, after);
    }
  }
  return AreaLists;
}

export const ListsOfDivisions = listsOf(Division as unknown as ClassType<Area>);
export const ListsOfGrids = listsOf(Grid as unknown as ClassType<Area>);

/** What only a division has: a grid lies in one, and an organisation names its village. */
@Resolver(() => Division)
export class MoreListsOfDivisions {
  @FieldResolver(() => GridConnection, { description: '网格 / Grids' })
  grids(
    @Root() area: Area,
    @Arg('first', () => Int, FIRST) first: number | null,
    @Arg('after', () => String, AFTER) after: string | null,
    @Ctx() context: Context,
  ) {
    return listBelow<Grid>(context, 'Grid', area.areaCode, first, after);
  }

  @FieldResolver(() => OrganisationConnection, { description: '组织 / Organisations' })
  organisations(
    @Root() area: Area,
    @Arg('first', () => Int, FIRST) first: number | null,
    @Arg('after', () => String, AFTER) after: string | null,
    @Ctx() context: Context,
  ) {
    return listBelow<Organisation>(context, 'Organisation', area.areaCode, first, after);
  }
}
