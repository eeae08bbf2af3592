import type { FieldClass } from '../model/field.js';

/**
 * What one operation reads of people, told by whoever reads it for the answer: the loaders, or a statement that answers by itself. Ids
 * and words of ours, never a value of anybody. One for each reading; what is told twice counts once.
 */
export interface AccessNote {
  /** A person of whom the answer shows something, by the entity's id. */
  person(id: number): void;
  household(id: number): void;
  /** Somebody was asked for by what they are known by, values of these classes: a reading of them, whatever the answer is of. */
  sought(classes: Iterable<FieldClass>): void;
  /** A whole value outside of the viewer's classes. */
  revealed(person: number, fieldClass: string, reason: string): void;
  /** Numbers that were asked about, and how many of them were no visible person's of that name. */
  verified(asked: number, missed: number): void;
}

/** What has been told, for the row that is written before the answer leaves. */
export class ToldAccess implements AccessNote {
  readonly persons = new Set<number>();
  readonly households = new Set<number>();
  isSought = false;
  readonly soughtBy = new Set<FieldClass>();
  readonly classes = new Set<string>();
  readonly reasons = new Set<string>();
  /** Of all aliases together. */
  readonly verification = { asked: 0, missed: 0 };

  person(id: number): void {
    this.persons.add(id);
  }

  household(id: number): void {
    this.households.add(id);
  }

  sought(classes: Iterable<FieldClass>): void {
    this.isSought = true;
    for (const each of classes) this.soughtBy.add(each);
  }

  revealed(person: number, fieldClass: string, reason: string): void {
    this.persons.add(person);
    this.classes.add(fieldClass);
    this.reasons.add(reason);
  }

  verified(asked: number, missed: number): void {
    this.classes.add('identity');
    this.verification.asked += asked;
    this.verification.missed += missed;
  }
}
