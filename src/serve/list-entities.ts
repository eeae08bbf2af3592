import { connect, readPage, type Connected } from './connection.js';
import type { Context } from './context.js';
import { findEntities } from './find-entity.js';
import { countEntities, findEntities as findIds, type EntityFilter } from './find-entities.js';
import type { EntityKind } from './global-id.js';
import { checkFilter, checkGranted, readSought } from './inputs.js';
import type { Entity } from './types/entity.js';

/** A page of entities of a kind that this viewer may see, in the order of their ids. */
export async function listEntities<T extends Entity>(
  context: Context,
  kind: EntityKind,
  filter: EntityFilter | null | undefined,
  first: number | null,
  after: string | null,
): Promise<Connected<T>> {
  const page = readPage(kind, first, after);
  const narrowed = await readSought(context, checkGranted(context.reading, checkFilter(context, filter)));
  const ids = await findIds(context.reading, kind, narrowed, page.after, page.first + 1);
  const nodes = (await findEntities(context, kind, ids.slice(0, page.first))) as (T | null)[];
  return connect(kind, page, ids, nodes, () => countEntities(context.reading, kind, narrowed));
}

/** The same for each of several divisions or grids, read together. */
export async function listBelow<T extends Entity>(
  context: Context,
  kind: EntityKind,
  code: string | null,
  first: number | null,
  after: string | null,
): Promise<Connected<T>> {
  const page = readPage(kind, first, after);
  if (code === null) return connect(kind, page, [], [], () => 0);
  const ids = await context.loaders.below(kind, page.after, page.first + 1).load(code);
  const nodes = (await findEntities(context, kind, ids.slice(0, page.first))) as (T | null)[];
  return connect(kind, page, ids, nodes, () => context.loaders.countOf(kind).load(code));
}
