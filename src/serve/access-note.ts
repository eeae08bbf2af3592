/**
 * What one operation reads of people, told by whoever reads it for the answer: the loaders, or a statement that answers by itself. Ids
 * and words of ours, never a value of anybody. One for each reading; what is told twice counts once.
 */
export interface AccessNote {
  /** A person of whom the answer shows something, by the entity's id. */
  person(id: number): void;
  household(id: number): void;
  /** A whole value outside of the viewer's classes. */
  revealed(person: number, fieldClass: string, reason: string): void;
}

/** What has been told, for the row that is written before the answer leaves. */
export class ToldAccess implements AccessNote {
  readonly persons = new Set<number>();
  readonly households = new Set<number>();
  readonly classes = new Set<string>();
  readonly reasons = new Set<string>();

  person(id: number): void {
    this.persons.add(id);
  }

  household(id: number): void {
    this.households.add(id);
  }

  revealed(person: number, fieldClass: string, reason: string): void {
    this.persons.add(person);
    this.classes.add(fieldClass);
    this.reasons.add(reason);
  }
}
