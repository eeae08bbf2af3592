import type { Stating } from '../model/stated-fields.js';
import { ENTITY_COLUMNS, type EntityKind } from './global-id.js';
import { isOfRecord, type Column } from './plan-columns.js';

/** By which an entity leads to others: a column of `link`. */
export type Lead = 'person' | 'household' | 'dwelling' | 'building';

/** Something was asked of a record that the plan did not say it needs: the answer is then made the long way. */
export class NotPlanned extends Error {}

/**
 * A kind of entity at one place of an operation: by what its ids are found, and what is read of their records, which is no more than the
 * answer shows and the choice of values needs.
 */
export class PlanNode {
  readonly children: PlanNode[] = [];
  readonly columns = new Set<Column>(['record', 'status']);
  readonly stated = new Set<string>();
  /** Whether all that is asked for are values, which only a record that states one of them can change. */
  private valuesOnly = true;
  /** Whether something is asked of what every record states. */
  private everyRecord = false;
  private isMasked = false;
  private readonly values = new Set<string>();

  constructor(
    readonly index: number,
    readonly kind: EntityKind,
    /** Null for the first: its ids are what is asked for. */
    readonly via: { readonly parent: PlanNode; readonly lead: Lead } | null,
  ) {
    this.columns.add(this.key);
  }

  /** The column of `link` in which the entity's id stands. */
  get key(): Lead {
    return ENTITY_COLUMNS[this.kind] as Lead;
  }

  /** Of every record. */
  need(columns: readonly Column[], stated: readonly string[] = []): void {
    if (columns.length + stated.length > 0) this.valuesOnly = false;
    if (stated.length > 0 || columns.some(isOfRecord)) this.everyRecord = true;
    this.read(columns, stated);
  }

  /** Of the records that state the chosen values. */
  needOfStating(columns: readonly Column[]): void {
    this.read(columns, []);
    // The name of a sheet goes with whatever else of its record is masked.
    if (this.isMasked && columns.includes('sheet')) this.read(['raw', 'fields'], []);
  }

  /** By what masking tells who is under age: of a person by any record, of a record that names one by itself. */
  needAge(): void {
    this.isMasked = true;
    if (this.kind === 'Person') {
      this.valuesOnly = false;
      this.everyRecord = true;
    }
    this.read(['person', 'personReason'], ['birthDate', 'idNumber']);
  }

  /** What the choice of a value looks at. */
  needChoice(field: string): void {
    this.values.add(field);
    this.read(['dataset', 'delivery', 'validFrom', 'carried'], [field, 'updatedAt']);
    if (field === 'idNumber') this.read(['personReason'], []);
  }

  private read(columns: readonly Column[], stated: readonly string[]): void {
    for (const column of columns) this.columns.add(column);
    for (const field of stated) this.stated.add(field);
  }

  /** The fields that are all that is asked for of it; null where every record counts. */
  get onlyValues(): readonly string[] | null {
    return this.valuesOnly && this.children.length === 0 && this.values.size > 0 ? [...this.values] : null;
  }

  /**
   * Of which datasets more is read than the link; null for all. A record of another dataset states none of the values that are asked for, and
   * its link tells the rest.
   */
  datasets(stating: Stating | null): ReadonlySet<string> | null {
    if (this.everyRecord) return null;
    if (this.values.size === 0) return new Set();
    return stating && new Set([...this.values].flatMap((field) => stating.get(field) ?? []));
  }
}
