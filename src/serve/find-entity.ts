import type { Context } from './context.js';
import type { Evidence } from './evidence.js';
import { writeGlobalId, type EntityKind } from './global-id.js';
import { Building } from './types/building.js';
import { Dwelling } from './types/dwelling.js';
import type { Entity } from './types/entity.js';
import { Event } from './types/event.js';
import { Grid } from './types/grid.js';
import { Household } from './types/household.js';
import { Organisation } from './types/organisation.js';
import { Person } from './types/person.js';
import { Place } from './types/place.js';

const TYPES = { Person, Household, Dwelling, Building, Organisation, Place, Event, Grid } as const satisfies Record<
  EntityKind,
  unknown
>;

/** A merge may be merged again; nothing is merged more often than this in a life. */
export const LONGEST_CHAIN = 5;

/**
 * The entity, if this viewer can see a record that speaks of it; null otherwise, whether it is hidden or was never there.
 * The id of a merged entity answers with the surviving one.
 */
export async function findEntity(context: Context, kind: EntityKind, id: number | null): Promise<Entity | null> {
  let at = id;
  for (let step = 0; at !== null && step < LONGEST_CHAIN; step += 1) {
    const evidence = await context.loaders.evidence[kind].load(at);
    if (evidence.length > 0) {
      return makeEntity(kind, at, evidence, id!);
    }
    at = await context.loaders.survivor.load(at);
  }
  return null;
}

/** @param askedBy the id that led there: another, where that one was merged into it */
export function makeEntity(kind: EntityKind, id: number, evidence: readonly Evidence[], askedBy: number): Entity {
  const entity: Entity = new TYPES[kind](id, evidence);
  if (id !== askedBy) entity.redirectedFrom = writeGlobalId(kind, evidence[0]!.county, askedBy);
  return entity;
}

export async function findEntities(
  context: Context,
  kind: EntityKind,
  ids: readonly number[],
): Promise<(Entity | null)[]> {
  return await Promise.all(ids.map((id) => findEntity(context, kind, id)));
}

export async function findGridByCode(context: Context, code: string): Promise<Entity | null> {
  return await findEntity(context, 'Grid', await context.loaders.gridByCode.load(code));
}
