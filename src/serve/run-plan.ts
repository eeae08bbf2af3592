import { createHash } from 'node:crypto';
import { escapeLiteral } from 'pg';
import type { Reading } from '../authorize/index.js';
import { connect, readPage } from './connection.js';
import type { Context } from './context.js';
import type { Stating } from '../model/stated-fields.js';
import type { Evidence } from './evidence.js';
import { countEntities, writePage, type EntityFilter } from './find-entities.js';
import { readGlobalId, ENTITY_COLUMNS } from './global-id.js';
import { checkFilter, checkGranted, readSought } from './inputs.js';
import { seenBy, type SeenEvidence } from './mask-evidence.js';
import { NotPlanned, type DeliveryFacts, type PlanNode } from './plan-node.js';
import type { Plan } from './plan-operation.js';
import { PlannedRun } from './planned-run.js';

/** Deliveries by their ids, as far as this process has met them: a record is visible only with its delivery. */
export type KnownDeliveries = Map<number, DeliveryFacts>;

/**
 * Records that speak of an entity itself and not of what is in it. @see OWN in evidence.ts
 * Of a building whose name alone is asked for, not those of its hundred dwellings either, which state none. Index: link_building_own.
 */
function ownOf(node: PlanNode, stating: Stating | null): string {
  if (node.kind !== 'Building') return '';
  const own = ' and l.person is null';
  const fields = node.onlyValues;
  if (!fields || !stating) return own;
  const datasets = [...new Set(fields.flatMap((field) => stating.get(field) ?? []))];
  return `${own} and l.dataset in (${['', ...datasets].map((name) => escapeLiteral(name)).join()})`;
}
/** Merged entities and buildings that nobody defines take a turn each; nothing takes as many. */
const MOST_TURNS = 40;

/**
 * Answers by one statement, and by the loaders what it did not bring.
 * @throws NotPlanned where the answer has to be made the long way, and whatever went wrong
 */
export async function runPlan(
  plan: Plan,
  context: Context,
  given: Readonly<Record<string, unknown>>,
  deliveries: KnownDeliveries,
): Promise<Record<string, unknown>> {
  const { reading } = context;
  const variables = plan.variablesOf(given);
  if (variables === null) throw new NotPlanned('variables');
  const run = new PlannedRun(context, variables);
  const asked = plan.by === 'id' ? askOne(plan, context, run) : await askPage(plan, context, run);
  const counting = asked.count?.();
  // Where the statement fails so does this, and nobody waits for it any more.
  counting?.catch(() => {});
  const seen = seenBy(reading);
  const [row] = await reading.query<Record<string, unknown>>(asked.statement, asked.values, !counting);
  for (const node of plan.nodes) {
    const lines = JSON.parse(`[${(row![`n${node.index}`] as string | null) ?? ''}]`) as unknown[][];
    await meetDeliveries(context, node, lines, deliveries);
    run.give(node, readLines(node, lines, reading, deliveries, seen));
  }
  const total = await counting;
  for (let turn = 0; turn < MOST_TURNS; turn += 1) {
    const value = asked.make(row!, run, total);
    if (!(await run.fetchWanted())) return { [plan.key]: value };
  }
  throw new NotPlanned('turns');
}

interface Asking {
  readonly statement: { readonly name: string; readonly text: string };
  readonly values: readonly unknown[];
  readonly count?: () => Promise<number>;
  make(row: Record<string, unknown>, run: PlannedRun, total: number | undefined): unknown;
}

function askOne(plan: Plan, { reading, stating }: Context, run: PlannedRun): Asking {
  const id = readGlobalId(String(plan.args(run)['id']));
  if (id?.kind !== plan.root.kind || id.county !== reading.bounds.county) throw new NotPlanned('id');
  const key = Number(id.id);
  return {
    statement: writeStatement(plan, stating, '', `l.${ENTITY_COLUMNS[plan.root.kind]} = $2::bigint`, []),
    values: [reading.bounds.county, key],
    make: (_row, planned) => {
      const entity = planned.find(plan.root, key);
      return entity === null ? null : plan.answer(entity as never, planned);
    },
  };
}

async function askPage(plan: Plan, context: Context, run: PlannedRun): Promise<Asking> {
  const { reading, stating } = context;
  const { kind } = plan.root;
  const {
    first = null,
    after = null,
    filter = null,
  } = plan.args(run) as {
    first?: number | null;
    after?: string | null;
    filter?: EntityFilter | null;
  };
  const page = readPage(kind, first, after);
  const narrowed = await readSought(context, checkGranted(reading, checkFilter(filter)));
  const { text, values } = writePage(reading, kind, narrowed, page.after, page.first + 1);
  const column = `l.${ENTITY_COLUMNS[kind]}`;
  return {
    statement: writeStatement(
      plan,
      stating,
      `page as materialized (${text}), `,
      `${column} = any (array(select id from page limit $${values.length + 1}))`,
      ['(select json_agg(id order by id) from page) as ids'],
    ),
    values: [...values, page.first],
    ...(plan.counted && { count: () => countEntities(reading, kind, narrowed) }),
    make: (row, planned, total) => {
      const ids = (row['ids'] ?? []) as number[];
      const nodes = ids.slice(0, page.first).map((id) => planned.find(plan.root, id));
      return plan.answer(connect(kind, page, ids, nodes, () => total!) as never, planned);
    },
  };
}

const written = new WeakMap<Plan, Map<string, { name: string; text: string }>>();

/** All places of the plan in one statement, each after the one that leads to it; one row, with the lines of each place. */
function writeStatement(
  plan: Plan,
  stating: Stating | null,
  before: string,
  root: string,
  also: readonly string[],
): Asking['statement'] {
  let known = written.get(plan);
  if (!known) written.set(plan, (known = new Map()));
  const shape = before + root;
  let statement = known.get(shape);
  if (!statement) {
    const parts = plan.nodes.map((node) => {
      const where = node.via
        ? `l.${ENTITY_COLUMNS[node.kind]} = any (array(select ${node.via.lead} from n${node.via.parent.index} where ${node.via.lead} is not null))`
        : root;
      return `n${node.index} as materialized (${node.writeSelect(where + ownOf(node, stating))})`;
    });
    const columns = [
      ...also,
      ...plan.nodes.map(({ index }) => `(select string_agg(line, ',') from n${index}) as n${index}`),
    ];
    const text = `with ${before}${parts.join(', ')} select ${columns.join(', ')}`;
    known.set(shape, (statement = { name: nameOf(text), text }));
  }
  return statement;
}

/** Equal texts have equal names, whichever document they come from: a connection keeps one plan of them. */
function nameOf(text: string): string {
  return `answer ${createHash('sha256').update(text).digest('base64url').slice(0, 22)}`;
}

/** Deliveries that these lines come from, and those that carried values come from, are read once a process. */
async function meetDeliveries(
  { loaders }: Context,
  { parts: { columns } }: PlanNode,
  lines: readonly (readonly unknown[])[],
  deliveries: KnownDeliveries,
): Promise<void> {
  const at = columns.indexOf('delivery') + 1;
  if (at === 0) return;
  const carriedAt = columns.indexOf('carried') + 1;
  const strange = new Set<number>();
  for (const line of lines) {
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
  for (const line of lines) {
    if (!deliveries.has(line[at] as number)) throw new NotPlanned('delivery');
    const carried = line[carriedAt] as Evidence['carried'];
    for (const place of carried ? Object.values(carried) : []) {
      const delivery = deliveries.get(place.delivery);
      if (delivery) Object.assign(place, { file: delivery.file, statedOn: delivery.statedOn });
    }
  }
}

function readLines(
  node: PlanNode,
  lines: readonly (readonly unknown[])[],
  reading: Reading,
  deliveries: KnownDeliveries,
  seen: SeenEvidence,
): Map<number, readonly Evidence[]> {
  const read = node.openReader(reading.bounds.county, deliveries);
  const lists = new Map<number, Evidence[]>();
  for (const line of lines) {
    const evidence = read(line);
    // By it are opened, where they are shown, values that are sealed.
    evidence.sealing = reading.sealing;
    const list = lists.get(evidence.of);
    if (list) list.push(evidence);
    else lists.set(evidence.of, [evidence]);
  }
  for (const list of lists.values()) if (list.length > 1) list.sort((one, other) => one.record - other.record);
  if (seen.isWhole) return lists;
  const isPerson = node.kind === 'Person';
  return new Map(
    [...lists].map(([id, list]) => [id, isPerson ? seen.ofPerson(list) : list.map((each) => seen.of(each))]),
  );
}
