import { connect, readPage } from './connection.js';
import type { Context } from './context.js';
import { countEntities, writePage, type EntityFilter } from './find-entities.js';
import { Gathering, type KnownDeliveries } from './gather-evidence.js';
import { readGlobalId } from './global-id.js';
import { checkFilter, checkGranted, readSought } from './inputs.js';
import { seenBy } from './mask-evidence.js';
import { NotPlanned } from './plan-node.js';
import type { Plan } from './plan-operation.js';
import { PlannedRun } from './planned-run.js';

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
  const gathered = await gatheringOf(plan, context).gather(row!, asked.roots(row!), context, deliveries, seen);
  for (const [node, lists] of gathered) run.give(node, lists);
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
  /** The ids that are asked for. */
  roots(row: Record<string, unknown>): readonly number[];
  make(row: Record<string, unknown>, run: PlannedRun, total: number | undefined): unknown;
}

function askOne(plan: Plan, context: Context, run: PlannedRun): Asking {
  const { reading } = context;
  const id = readGlobalId(String(plan.args(run)['id']));
  if (id?.kind !== plan.root.kind || id.county !== reading.bounds.county) throw new NotPlanned('id');
  const key = Number(id.id);
  return {
    statement: gatheringOf(plan, context).writeStatement('', `l.${plan.root.key} = $2::bigint`, []),
    values: [reading.bounds.county, key],
    roots: () => [key],
    make: (_row, planned) => {
      const entity = planned.find(plan.root, key);
      return entity === null ? null : plan.answer(entity as never, planned);
    },
  };
}

async function askPage(plan: Plan, context: Context, run: PlannedRun): Promise<Asking> {
  const { reading } = context;
  const { kind, key } = plan.root;
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
  const narrowed = await readSought(context, checkGranted(reading, checkFilter(context, filter)));
  const { text, values } = writePage(reading, kind, narrowed, page.after, page.first + 1);
  const roots = (row: Record<string, unknown>) => ((row['ids'] ?? []) as number[]).slice(0, page.first);
  return {
    statement: gatheringOf(plan, context).writeStatement(
      `page as materialized (${text}), `,
      `l.${key} = any (array(select id from page limit $${values.length + 1}))`,
      ['(select json_agg(id order by id) from page) as ids'],
    ),
    values: [...values, page.first],
    roots,
    ...(plan.counted && { count: () => countEntities(reading, kind, narrowed) }),
    make: (row, planned, total) => {
      const ids = (row['ids'] ?? []) as number[];
      const nodes = roots(row).map((id) => planned.find(plan.root, id));
      return plan.answer(connect(kind, page, ids, nodes, () => total!) as never, planned);
    },
  };
}

const gatherings = new WeakMap<Plan, Gathering>();

/** What may be stated does not change while the program runs. */
function gatheringOf(plan: Plan, { stating }: Context): Gathering {
  let gathering = gatherings.get(plan);
  if (!gathering) gatherings.set(plan, (gathering = new Gathering(plan.nodes, stating)));
  return gathering;
}
