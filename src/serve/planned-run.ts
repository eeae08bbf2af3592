import type { Context } from './context.js';
import type { Evidence } from './evidence.js';
import { LONGEST_CHAIN, makeEntity } from './find-entity.js';
import type { PlanNode } from './plan-node.js';
import type { Entity } from './types/entity.js';

/**
 * One answer being made of records that were read beforehand. What the answer turns out to want besides is written down; it is read by the
 * loaders, and the answer is made again.
 */
export class PlannedRun {
  private readonly evidence = new Map<PlanNode, Map<number, readonly Evidence[]>>();
  private readonly entities = new Map<PlanNode, Map<number, Entity | null>>();
  private readonly survivors = new Map<number, number | null>();
  private readonly wanted: (() => Promise<void>)[] = [];

  constructor(
    readonly context: Context,
    readonly variables: Readonly<Record<string, unknown>>,
  ) {}

  /** What the statement brought for a place of the plan, by the entities' ids. */
  give(node: PlanNode, lists: Map<number, readonly Evidence[]>): void {
    this.evidence.set(node, lists);
    this.entities.set(node, new Map());
  }

  /** The entity, if this viewer can see a record that speaks of it, as `findEntity` has it; null also while it is not known. */
  find(node: PlanNode, id: number | null): Entity | null {
    if (id === null) return null;
    const known = this.entities.get(node)!;
    let entity = known.get(id);
    if (entity === undefined) known.set(id, (entity = this.look(node, id)));
    return entity;
  }

  /** Reads what was wanting; false where nothing was. */
  async fetchWanted(): Promise<boolean> {
    const wanted = this.wanted.splice(0);
    await Promise.all(wanted.map((fetch) => fetch()));
    for (const known of this.entities.values()) known.clear();
    return wanted.length > 0;
  }

  private look(node: PlanNode, id: number): Entity | null {
    const lists = this.evidence.get(node)!;
    let at: number | null = id;
    for (let step = 0; at !== null && step < LONGEST_CHAIN; step += 1) {
      const key: number = at;
      const list = lists.get(key);
      if (list === undefined) {
        this.wanted.push(async () => void lists.set(key, await this.context.loaders.evidence[node.kind].load(key)));
        return null;
      }
      if (list.length > 0) {
        if (node.kind === 'Person') this.context.note.person(key);
        if (node.kind === 'Household') this.context.note.household(key);
        return makeEntity(node.kind, key, list, id);
      }
      const survivor = this.survivors.get(key);
      if (survivor === undefined) {
        this.wanted.push(async () => void this.survivors.set(key, await this.context.loaders.survivor.load(key)));
        return null;
      }
      at = survivor;
    }
    return null;
  }
}
