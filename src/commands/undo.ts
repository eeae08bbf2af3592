import { openHub, readCounty } from '../hub.js';
import type { UndoPlan } from '../decide/plan-undo.js';
import { DecisionRefused, type Decision } from '../model/decision.js';
import { EXIT, UsageError, type Command, type CommandContext } from './command.js';
import { table } from './terminal.js';

/** Takes a merge, a split or a move back, whole, on record. */
export const undo: Command = {
  name: 'undo',
  zh: '整体撤销一次合并、拆分或移动：恢复原来的对象与标识，此后归并一直遵守',
  en: 'undo a merge, a split or a move whole: the entities as they were, with their ids, for every later run',
  arguments: [
    { name: '<change>', zh: '`hub changes` 列出的变更编号', en: 'number of a change, as `hub changes` lists it' },
  ],
  options: [
    { flags: '--by <name>', zh: '承担责任的人员姓名，记录在案', en: 'who answers for it; kept on record' },
    { flags: '--reason <text>', zh: '理由，记录在案', en: 'why; kept on record' },
    { flags: '--preview', zh: '只看将会怎样，不作改动', en: 'only tell what would come of it' },
  ],
  async run(context, [given], options) {
    const change = Number(String(given).replace(/^#/, ''));
    const { by, reason, preview } = options as { by?: string; reason?: string; preview?: boolean };
    if (!Number.isSafeInteger(change) || change < 1) {
      throw new UsageError({ zh: '变更编号须为正整数', en: 'A change is named by its number.' });
    }
    if (!preview && !(by && reason)) {
      throw new UsageError({
        zh: '须用 --by 写明姓名、用 --reason 写明理由（记录在案）',
        en: '--by says who answers for it and --reason says why; both are kept on record.',
      });
    }
    const [{ planUndo }, { undoChange }, { settleChange }] = await Promise.all([
      import('../decide/plan-undo.js'),
      import('../decide/undo-change.js'),
      import('../pipeline.js'),
    ]);
    const hub = await openHub(context.config);
    try {
      const county = (await readCounty(hub.database)) ?? '000000';
      const { database } = hub;
      if (preview) return tellPlan(await planUndo(database.pool, county, change), context);
      const { result } = await settleChange(database, county, async () => {
        const plan = await planUndo(database.pool, county, change);
        const word = { by: by!, reason: reason!, through: 'command-line' };
        return plan && { plan, ...(await database.transaction((client) => undoChange(client, county, plan, word))) };
      });
      const code = tellPlan(result && result.plan, context);
      if (result)
        tellDecisions(result.decisions, await isAsBefore(() => planUndo(database.pool, county, change)), context);
      return code;
    } catch (error) {
      if (!(error instanceof DecisionRefused)) throw error;
      context.terminal.note(context.say(error.words));
      return EXIT.failed;
    } finally {
      await hub.close();
    }
  },
};

function tellPlan(plan: UndoPlan | null, { terminal, say }: CommandContext): number {
  if (!plan) {
    terminal.note(
      say({
        zh: '没有这样的变更，或它没有合并、拆分、移动任何记录',
        en: 'There is no such change, or it did not merge, split or move anything.',
      }),
    );
    return EXIT.failed;
  }
  const head = say({ zh: '对象 记录数 记录', en: 'entity count records' }).split(' ');
  const rows = plan.sides.map(({ entity, records }) => [
    `${plan.kind} ${entity}`,
    String(records.length),
    `${records.slice(0, 12).join(' ')}${records.length > 12 ? ' …' : ''}`,
  ]);
  for (const line of table([head, ...rows])) terminal.line(line);
  terminal.line(
    plan.revokes.length > 0
      ? say({
          zh: `撤销判定 ${plan.revokes.map((id) => `#${id}`).join('、')}`,
          en: `revokes the decisions ${plan.revokes.map((id) => `#${id}`).join(', ')}`,
        })
      : say({ zh: `作出判定 ${plan.words.length} 项`, en: `makes ${plan.words.length} decisions` }),
  );
  return EXIT.done;
}

/** What is as it was has nothing left to undo. */
async function isAsBefore(plan: () => Promise<unknown>): Promise<boolean> {
  try {
    await plan();
    return false;
  } catch (error) {
    if (error instanceof DecisionRefused) return error.refusal === 'UNDONE';
    throw error;
  }
}

function tellDecisions(decisions: readonly Decision[], asBefore: boolean, { terminal, say }: CommandContext): void {
  const waiting = decisions.filter((each) => each.state === 'proposed').map((each) => `#${each.id}`);
  terminal.line(
    waiting.length === 0
      ? say(
          asBefore
            ? { zh: '已生效，各对象已恢复原状', en: 'in effect; the entities are as they were' }
            : {
                zh: '已生效；来源记录此后有变，归并结果与原状不尽相同',
                en: 'in effect; the records have changed since, and the entities are not quite as they were',
              },
        )
      : say({
          zh: `合并三条以上记录，待第二人确认：hub review --confirm ${waiting.join('、')}`,
          en: `merges more than three records: a second person confirms by hub review --confirm ${waiting.join(', ')}`,
        }),
  );
}
