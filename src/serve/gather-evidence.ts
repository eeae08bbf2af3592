import { createHash } from 'node:crypto';
import { escapeLiteral } from 'pg';
import type { Reading } from '../authorize/index.js';
import { FIELDS } from '../model/field.js';
import type { Stating } from '../model/stated-fields.js';
import type { Context } from './context.js';
import type { Evidence } from './evidence.js';
import type { SeenEvidence } from './mask-evidence.js';
import {
  isOfRecord,
  LINK_COLUMNS,
  RECORD_COLUMNS,
  writeStated,
  type Column,
  type LinkColumn,
  type RecordColumn,
} from './plan-columns.js';
import { NotPlanned, type PlanNode } from './plan-node.js';

/** Of a delivery that records come from; it does not change once it is taken. */
interface DeliveryFacts {
  readonly register: string;
  readonly file: string;
  readonly format: string;
  readonly statedOn: string | null;
  readonly columns: Readonly<Record<string, string>>;
}

/** Deliveries by their ids, as far as this process has met them: a record is visible only with its delivery. */
export type KnownDeliveries = Map<number, DeliveryFacts>;

type Line = readonly unknown[];
type Row = Readonly<Record<string, unknown>>;
type Lists = Map<number, readonly Evidence[]>;

/** A link whose record was not read: either nothing of it is asked for, or it is hidden. */
interface Gathered {
  readonly evidence: Evidence;
  readonly isRead: boolean;
}

/**
 * What all places of a plan read, in one statement. A record that several places speak of is read once, and it is looked for in the order of
 * the records' ids: people of one household are of one page of their register's file. Its links tell to which places it belongs.
 */
export class Gathering {
  private readonly linkColumns: readonly LinkColumn[];
  private readonly recordColumns: readonly RecordColumn[];
  private readonly stated: readonly string[];
  private readonly datasets: ReadonlyMap<PlanNode, ReadonlySet<string> | null>;
  private readonly statements = new Map<string, { readonly name: string; readonly text: string }>();
  private readonly readers = new Map<string, ReturnType<Gathering['makeReader']>>();

  constructor(
    private readonly nodes: readonly PlanNode[],
    private readonly stating: Stating | null,
  ) {
    const columns = [...new Set(nodes.flatMap((node) => [...node.columns]))];
    // By the dataset is told whether a record had to be read.
    const ofLink = columns.filter((column): column is LinkColumn => !isOfRecord(column));
    this.linkColumns = [...new Set<LinkColumn>(['record', ...ofLink, 'dataset'])];
    this.recordColumns = columns.filter(isOfRecord);
    this.stated = [...new Set(nodes.flatMap((node) => [...node.stated]))];
    this.datasets = new Map(nodes.map((node) => [node, node.datasets(stating)]));
  }

  /**
   * One row: `links` and `records`, JSON arrays of what is needed of each as text, and of a place that takes not all records of its entities
   * those that it takes.
   * @param before what the root's ids are found by, with a comma after it
   */
  writeStatement(
    before: string,
    root: string,
    also: readonly string[],
  ): { readonly name: string; readonly text: string } {
    const shape = before + root;
    let statement = this.statements.get(shape);
    if (!statement) {
      const { nodes } = this;
      const text = `with ${before}${nodes.map((node) => this.writeLinks(node, root)).join(', ')} select ${[
        ...also,
        ...nodes
          .filter((node) => this.takes(node) !== '')
          .map((node) => `(select string_agg(record::text, ',') from n${node.index}) as n${node.index}`),
        `${this.writeLinkLines()} as links`,
        `${this.writeRecordLines()} as records`,
      ].join(', ')}`;
      // Equal texts have equal names, whichever document they come from: a connection keeps one plan of them.
      const name = `answer ${createHash('sha256').update(text).digest('base64url').slice(0, 22)}`;
      this.statements.set(shape, (statement = { name, text }));
    }
    return statement;
  }

  /** Index: link_<kind>. */
  private writeLinks(node: PlanNode, root: string): string {
    const columns = this.linkColumns.map((column) => `l.${LINK_COLUMNS[column].column}`);
    const where = node.via
      ? `l.${node.key} = any (array(select ${node.via.lead} from n${node.via.parent.index} where ${node.via.lead} is not null))`
      : root;
    return `n${node.index} as materialized (select ${columns.join(', ')} from link l where l.county = $1 and ${where}${this.takes(node)})`;
  }

  /**
   * Of a building the records that speak of itself and not of what is in it. @see OWN in evidence.ts
   * Where its name alone is asked for, not those of its hundred dwellings either, which state none. Index: link_building_own.
   */
  private takes(node: PlanNode): string {
    if (node.kind !== 'Building') return '';
    const own = ' and l.person is null';
    const fields = node.onlyValues;
    if (!fields || !this.stating) return own;
    return `${own} and l.dataset in (${listed(fields.flatMap((field) => this.stating!.get(field) ?? []))})`;
  }

  /** What leads on is written down where it leads to: there the same link is found again, with all others of its entity. */
  private writeLinkLines(): string {
    const lines = this.nodes.map((node) => {
      const further = node.children.filter((child) => this.takes(child) === '').map((child) => child.via!.lead);
      const stays = [...new Set(further)].map((lead) => `${lead} is null`).join(' and ');
      return `select * from n${node.index}${stays === '' ? '' : ` where ${stays}`}`;
    });
    const columns = this.linkColumns.map((column) => LINK_COLUMNS[column].write(`n.${LINK_COLUMNS[column].column}`));
    return `(select string_agg(${writeLine(columns)}, ',') from (${lines.join(' union all ')}) as n)`;
  }

  /** Index: record_pkey. */
  private writeRecordLines(): string {
    const wanted = this.nodes.flatMap((node) => {
      const datasets = this.datasets.get(node)!;
      if (datasets?.size === 0) return [];
      return [`select record from n${node.index}${datasets ? ` where dataset in (${listed([...datasets])})` : ''}`];
    });
    if (wanted.length === 0) return 'null';
    const columns = [
      'r.id',
      ...this.recordColumns.map((column) => RECORD_COLUMNS[column].write(`r.${RECORD_COLUMNS[column].column}`)),
      ...this.stated.map(writeStated),
    ];
    return `(select string_agg(${writeLine(columns)}, ',') from record r where r.county = $1 and r.id = any (array(${wanted.join(' union all ')})))`;
  }

  /**
   * The evidence of each place's entities.
   * @param roots the ids that were asked for
   * @throws NotPlanned where a delivery cannot be met
   */
  async gather(
    row: Row,
    roots: readonly number[],
    context: Context,
    deliveries: KnownDeliveries,
    seen: SeenEvidence,
  ): Promise<ReadonlyMap<PlanNode, Lists>> {
    const records = readLines(row['records']);
    await this.meetDeliveries(context, records, deliveries);
    const all = this.readEvidence(row, records, context.reading, deliveries);
    const taken = new Map<PlanNode, readonly Gathered[]>();
    const lists = new Map<PlanNode, Lists>();
    for (const node of this.nodes) {
      const ids = node.via
        ? new Set(taken.get(node.via.parent)!.map(({ evidence }) => evidence[node.via!.lead]))
        : new Set<number | null>(roots);
      ids.delete(null);
      const own = this.takes(node) === '' ? null : new Set(readLines(row[`n${node.index}`]) as unknown as number[]);
      const datasets = this.datasets.get(node)!;
      const mine = all.filter(
        ({ evidence, isRead }) =>
          ids.has(evidence[node.key]) &&
          (own === null || own.has(evidence.record)) &&
          (isRead || (datasets !== null && !datasets.has(evidence.dataset))),
      );
      taken.set(node, mine);
      lists.set(node, listsOf(node, mine, seen));
    }
    return lists;
  }

  /** Deliveries that these records come from, and those that carried values come from, are read once a process. */
  private async meetDeliveries(
    { loaders, reading }: Context,
    records: readonly Line[],
    deliveries: KnownDeliveries,
  ): Promise<void> {
    const at = this.recordColumns.indexOf('delivery') + 1;
    if (at === 0) return;
    const carriedAt = this.recordColumns.indexOf('carried') + 1;
    const strange = new Set<number>();
    for (const line of records) {
      if (!deliveries.has(line[at] as number)) strange.add(line[at] as number);
      const carried = line[carriedAt] as Evidence['carried'];
      if (carried)
        for (const { delivery } of Object.values(carried)) if (!deliveries.has(delivery)) strange.add(delivery);
    }
    await Promise.all(
      [...strange].map(async (id) => {
        const delivery = await loaders.delivery.load(id);
        if (delivery) deliveries.set(id, delivery);
      }),
    );
    for (const line of records) {
      if (!deliveries.has(line[at] as number)) throw new NotPlanned('delivery');
      const carried = line[carriedAt] as Evidence['carried'];
      for (const place of carried ? Object.values(carried) : []) {
        const delivery = deliveries.get(place.delivery);
        // A record is visible with its own delivery; another is, where its register is.
        if (delivery && reading.bounds.registers.includes(delivery.register))
          Object.assign(place, { file: delivery.file, statedOn: delivery.statedOn });
      }
    }
  }

  /** In the order of the records' ids. */
  private readEvidence(row: Row, records: readonly Line[], reading: Reading, deliveries: KnownDeliveries): Gathered[] {
    const { county } = reading.bounds;
    let read = this.readers.get(county);
    if (!read) this.readers.set(county, (read = this.makeReader(county)));
    const byId = new Map(records.map((line) => [line[0] as number, line]));
    const all = new Map<number, Gathered>();
    for (const line of readLines(row['links'])) {
      const id = line[0] as number;
      if (all.has(id)) continue;
      const record = byId.get(id);
      const evidence = read(line, record, deliveries);
      // By it are opened, where they are shown, values that are sealed.
      evidence.sealing = reading.sealing;
      all.set(id, { evidence, isRead: record !== undefined });
    }
    return [...all.values()].toSorted((one, other) => one.evidence.record - other.evidence.record);
  }

  /** Makes evidence of lines; what was not read cannot be asked for. */
  private makeReader(county: string) {
    const { linkColumns, recordColumns, stated } = this;
    const cited = recordColumns.includes('delivery');
    // A moment is made only where it is looked at, which is seldom.
    const names = recordColumns.map((column) => (column === 'validFrom' ? 'validFromText' : column));
    const ofRecord = [...recordColumns, ...(cited ? ['file', 'format', 'statedOn'] : [])];
    // Looked at by what masks, and by nothing that is planned.
    const given = { county, validTo: null, raw: null, fields: null, organisation: null };
    const noSheet = { ...given, sheet: null };
    const ofWhole = prototypeWithout(
      EVIDENCE,
      new Set<string>([...linkColumns, ...ofRecord]),
      recordColumns.includes('sheet') ? given : noSheet,
    );
    if (recordColumns.includes('validFrom')) Object.defineProperty(ofWhole, 'validFrom', { get: momentOf });
    const statedOf = prototypeWithout(Object.keys(FIELDS), new Set([...stated, 'collectedAt']), {});
    const ofLink = prototypeWithout(EVIDENCE, new Set<string>([...linkColumns, 'carried']), {
      ...noSheet,
      carried: null,
      stated: Object.freeze(Object.create(statedOf) as object),
    });
    return (link: Line, record: Line | undefined, deliveries: KnownDeliveries): Evidence => {
      const evidence = Object.create(record ? ofWhole : ofLink) as Record<string, unknown>;
      let at = 0;
      for (const name of linkColumns) evidence[name] = link[at++];
      if (!record) return evidence as unknown as Evidence;
      at = 1;
      for (const name of names) evidence[name] = record[at++];
      if (cited) {
        const delivery = deliveries.get(evidence['delivery'] as number)!;
        evidence['file'] = delivery.file;
        evidence['format'] = delivery.format;
        evidence['statedOn'] = delivery.statedOn;
      }
      const values = Object.create(statedOf) as Record<string, unknown>;
      for (const field of stated) {
        const value = record[at++];
        if (value !== null) values[field] = value;
      }
      evidence['stated'] = values;
      return evidence as unknown as Evidence;
    };
  }
}

function readLines(text: unknown): Line[] {
  return JSON.parse(`[${(text as string | null) ?? ''}]`) as Line[];
}

function listsOf(node: PlanNode, gathered: readonly Gathered[], seen: SeenEvidence): Lists {
  const lists = new Map<number, Evidence[]>();
  for (const { evidence } of gathered) {
    const list = lists.get(evidence[node.key]!);
    if (list) list.push(evidence);
    else lists.set(evidence[node.key]!, [evidence]);
  }
  if (seen.isWhole) return lists;
  return new Map(
    [...lists].map(([id, list]) => [
      id,
      node.kind === 'Person' ? seen.ofPerson(list) : list.map((each) => seen.ofHome(each)),
    ]),
  );
}

function writeLine(columns: readonly string[]): string {
  return `'[' || ${columns.join(" || ',' || ")} || ']'`;
}

function listed(datasets: readonly string[]): string {
  return ['', ...new Set(datasets)].map((name) => escapeLiteral(name)).join();
}

const EVIDENCE = [
  ...(Object.keys({ ...LINK_COLUMNS, ...RECORD_COLUMNS }) as Column[]),
  'of',
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

function momentOf(this: { readonly validFromText: string | null }): Date {
  if (this.validFromText === null) throw new NotPlanned('validFrom');
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
