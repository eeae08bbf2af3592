import { chooseField, textOf, type Choice } from '../choose-values.js';
import type { Evidence } from '../evidence.js';
import { writeGlobalId, type EntityKind } from '../global-id.js';
import { EntityStatus } from './enums.js';
import type { Node } from './node.js';

/**
 * What every kind of entity is made of: its id, and the visible records that speak of it (at least one).
 * This file imports no other published type: all of them wait for it.
 */
export abstract class Entity implements Node {
  redirectedFrom: string | null = null;
  private readonly chosen = new Map<string, Choice | null>();
  private currentOnes: readonly Evidence[] | null = null;

  constructor(
    readonly entityKind: EntityKind,
    readonly key: number,
    readonly evidence: readonly Evidence[],
  ) {}

  get id(): string {
    return writeGlobalId(this.entityKind, this.evidence[0]!.county, this.key);
  }

  /** The current records, or all where none is current. */
  get current(): readonly Evidence[] {
    if (this.currentOnes) return this.currentOnes;
    const current = this.evidence.filter((each) => each.status === 'current');
    return (this.currentOnes = current.length > 0 ? current : this.evidence);
  }

  get entityStatus(): EntityStatus {
    return this.evidence.some((each) => each.status === 'current') ? EntityStatus.ACTIVE : EntityStatus.RETIRED;
  }

  /** The value of a field, chosen once an answer. */
  choice(field: string): Choice | null {
    let choice = this.chosen.get(field);
    if (choice === undefined) this.chosen.set(field, (choice = chooseField(this.speaking(field), field)));
    return choice;
  }

  /** The records that are asked for a field. */
  protected speaking(_field: string): readonly Evidence[] {
    return this.evidence;
  }

  /** The chosen value as text. */
  text(field: string): string | null {
    const choice = this.choice(field);
    return choice ? textOf(choice.chosen.value) : null;
  }
}
