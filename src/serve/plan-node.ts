import { FIELDS } from '../model/field.js';
import type { Evidence } from './evidence.js';
import { ENTITY_COLUMNS, type EntityKind } from './global-id.js';

/**
 * What stands in `link`, and in `record`, under the name that evidence has for it, as JSON: texts put together,
 * for the functions that make JSON look up for each value how its type is written.
 */
const LINK_COLUMNS = {
  record: 'l.record',
  register: word('l.register'),
  dataset: word('l.dataset'),
  township: text('l.township'),
  village: text('l.village'),
  grid: text('l.grid'),
  status: word('l.status'),
  tie: orNull(word('l.tie')),
  person: orNull('l.person'),
  household: orNull('l.household'),
  dwelling: orNull('l.dwelling'),
  building: orNull('l.building'),
  personReason: orNull(word('l.person_reason')),
} as const;
const RECORD_COLUMNS = {
  delivery: 'r.delivery',
  sheet: text('r.sheet'),
  row: orNull('r.row_no'),
  item: text('r.item'),
  validFrom: word(`r.valid_from`),
  carried: orNull('r.carried'),
} as const;
const COLUMNS: Readonly<Record<Column, string>> = { ...LINK_COLUMNS, ...RECORD_COLUMNS };

function orNull(expression: string): string {
  return `coalesce((${expression})::text, 'null')`;
}
/** A word of ours: nothing in it has to be escaped. Null stays null. */
function word(expression: string): string {
  return `('"' || ${expression} || '"')`;
}
function text(expression: string): string {
  return orNull(`to_json(${expression})`);
}

export type Column = keyof typeof LINK_COLUMNS | keyof typeof RECORD_COLUMNS;
/** By which an entity leads to others: a column of `link`. */
export type Lead = 'person' | 'household' | 'dwelling' | 'building';

/** Of a delivery that records come from; it does not change once it is taken. */
export interface DeliveryFacts {
  readonly file: string;
  readonly format: string;
  readonly statedOn: string | null;
  readonly columns: Readonly<Record<string, string>>;
}

interface Parts {
  readonly columns: readonly Column[];
  readonly stated: readonly string[];
}

type Reader = (line: readonly unknown[]) => Evidence;

/** Something was asked of a record that the plan did not say it needs: the answer is then made the long way. */
export class NotPlanned extends Error {}

/**
 * A kind of entity at one place of an operation: by what its ids are found, and what is read of their records, which is no more than the
 * answer shows and the choice of values needs.
 */
export class PlanNode {
  readonly children: PlanNode[] = [];
  private readonly columns = new Set<Column>(['record', 'status']);
  private readonly stated = new Set<string>();
  /** Whether all that is asked for are values, which only a record that states one of them can change. */
  private valuesOnly = true;
  private readonly values = new Set<string>();
  /** Made once the whole operation is planned. */
  private kept: Parts | null = null;
  private readonly readers = new Map<string, Reader>();

  constructor(
    readonly index: number,
    readonly kind: EntityKind,
    /** Null for the first: its ids are what is asked for. */
    readonly via: { readonly parent: PlanNode; readonly lead: Lead } | null,
  ) {}

  /** Of every record. */
  need(columns: readonly Column[], stated: readonly string[] = []): void {
    if (columns.length + stated.length > 0) this.valuesOnly = false;
    this.read(columns, stated);
  }

  /** Of the records that state the chosen values. */
  needOfStating(columns: readonly Column[]): void {
    this.read(columns, []);
  }

  /** By what masking tells who is under age: of a person by any record, of a record that names one by itself. */
  needAge(): void {
    if (this.kind === 'Person') this.valuesOnly = false;
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

  /** What evidence is made of, in the order of a row after the entity's own id. */
  get parts(): Parts {
    return (this.kept ??= { columns: [...this.columns], stated: [...this.stated] });
  }

  /** The leads of the children, and `line`: a JSON array of what is needed of a record, as text. */
  writeSelect(where: string): string {
    const { columns, stated } = this.parts;
    const own = `l.${ENTITY_COLUMNS[this.kind]}`;
    const leads = [...new Set(this.children.map((child) => child.via!.lead))];
    const line = [own, ...columns.map((column) => COLUMNS[column]), ...stated.map(writeStated)];
    const record = stated.length > 0 || columns.some((column) => column in RECORD_COLUMNS);
    return `select ${[...leads.map((lead) => `l.${lead}`), `'[' || ${line.join(" || ',' || ")} || ']' as line`].join(', ')}
      from link l ${record ? 'join record r on r.county = l.county and r.id = l.record' : ''} where l.county = $1 and ${where}`;
  }

  /** Makes evidence of lines; what was not read cannot be asked for. */
  openReader(county: string, deliveries: ReadonlyMap<number, DeliveryFacts>): Reader {
    let reader = this.readers.get(county);
    if (!reader) this.readers.set(county, (reader = this.makeReader(county, deliveries)));
    return reader;
  }

  private makeReader(county: string, deliveries: ReadonlyMap<number, DeliveryFacts>): Reader {
    const { columns, stated } = this.parts;
    const cited = columns.includes('delivery');
    // A moment is made only where it is looked at, which is seldom.
    const names = columns.map((column) => (column === 'validFrom' ? 'validFromText' : column));
    const read = new Set<string>([...columns, ...(cited ? ['file', 'format', 'statedOn'] : [])]);
    const evidenceOf = prototypeWithout(EVIDENCE, read, {
      county,
      validTo: null,
      // Looked at by what masks, and by nothing that is planned.
      raw: null,
      organisation: null,
      ...(columns.includes('sheet') ? {} : { sheet: null }),
    });
    if (read.has('validFrom')) Object.defineProperty(evidenceOf, 'validFrom', { get: momentOf });
    const statedOf = prototypeWithout(Object.keys(FIELDS), new Set([...stated, 'collectedAt']), {});
    return (line) => {
      const evidence = Object.create(evidenceOf) as Record<string, unknown>;
      evidence['of'] = line[0];
      let at = 1;
      for (const name of names) evidence[name] = line[at++];
      if (cited) {
        const delivery = deliveries.get(evidence['delivery'] as number)!;
        evidence['file'] = delivery.file;
        evidence['format'] = delivery.format;
        evidence['statedOn'] = delivery.statedOn;
      }
      const values = Object.create(statedOf) as Record<string, unknown>;
      for (const field of stated) {
        const value = line[at++];
        if (value !== null) values[field] = value;
      }
      evidence['stated'] = values;
      return evidence as unknown as Evidence;
    };
  }
}

/** When a register says that it changed a row stands under one of two names: the first that is stated counts. */
function writeStated(field: string): string {
  if (!/^\w+$/.test(field)) throw new RangeError(`${field} is no field.`);
  return orNull(
    field === 'updatedAt' ? `coalesce(r.stated->'updatedAt', r.stated->'collectedAt')` : `r.stated->'${field}'`,
  );
}

const EVIDENCE = [
  ...Object.keys(COLUMNS),
  'file',
  'format',
  'statedOn',
  'raw',
  'organisation',
  'gridEntity',
  'place',
  'event',
  'householdReason',
  'dwellingReason',
  'buildingReason',
];

function momentOf(this: { readonly validFromText: string }): Date {
  // 2026-09-30 08:00:00.123456+08
  return new Date(this.validFromText.replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00'));
}

/** An object that has the given properties, and throws at every other of these names. */
function prototypeWithout(names: readonly string[], present: ReadonlySet<string>, given: object): object {
  const made = Object.create(null) as object;
  for (const name of names) {
    if (present.has(name) || name in given) continue;
    Object.defineProperty(made, name, {
      configurable: true,
      get(): never {
        throw new NotPlanned(name);
      },
      // Of its own, once it is set: by what masks, say.
      set(this: object, value: unknown) {
        Object.defineProperty(this, name, { value, writable: true, enumerable: true, configurable: true });
      },
    });
  }
  return Object.assign(made, given);
}
