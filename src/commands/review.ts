import type { PoolClient } from 'pg';
import { openHub, readCounty, type Hub } from '../hub.js';
import { DecisionRefused, type Decision } from '../model/decision.js';
import { EXIT, UsageError, type Command, type CommandContext } from './command.js';
import { readCall, type Call, type Paged } from './review-call.js';

/** The doubtful ones: what waits, why, and a named officer’s word about it. */
export const review: Command = {
  name: 'review',
  zh: '待判定的记录对：列出、查看依据、判定、由第二人确认、撤销',
  en: 'the doubtful pairs: list them, see the evidence, decide, confirm as a second person, revoke',
  arguments: [
    {
      name: '[refs...]',
      zh: '两条记录：文件#行、文件#工作表!行、资源/标识；不写则列出全部待判定',
      en: 'two records: FILE#ROW, FILE#SHEET!ROW or RESOURCE/ID; without them, what waits is listed',
    },
  ],
  options: [
    { flags: '--same', zh: '判定：同一个', en: 'decide: they are the same' },
    { flags: '--different', zh: '判定：不是同一个', en: 'decide: they are different' },
    {
      flags: '--unsure',
      zh: '判定：无法判断（移出队列，不影响归并）',
      en: 'decide: nobody can tell; the pair leaves the queue',
    },
    { flags: '--confirm <id>', zh: '作为第二人确认这项判定', en: 'confirm this decision as the second person' },
    { flags: '--revoke <id>', zh: '撤销这项判定', en: 'revoke this decision' },
    { flags: '--by <name>', zh: '承担责任的人员姓名，记录在案', en: 'who answers for it; kept on record' },
    { flags: '--reason <text>', zh: '理由，记录在案', en: 'why; kept on record' },
    { flags: '--decisions', zh: '列出已作的判定', en: 'list what was decided' },
    {
      flags: '--kind <kind>',
      zh: 'person、household、building 或 dwelling',
      en: 'person, household, building or dwelling',
      fallback: 'person',
    },
    { flags: '--csv', zh: '以 CSV 输出全部', en: 'all of them, as CSV' },
    { flags: '--limit <n>', zh: '每页条数', en: 'how many to a page', fallback: '20' },
    { flags: '--page <n>', zh: '第几页', en: 'which page', fallback: '1' },
  ],
  async run(context, refs, options) {
    const call = readCall(refs, options as Readonly<Record<string, string | boolean | undefined>>);
    const hub = await openHub(context.config);
    try {
      const county = (await readCounty(hub.database)) ?? '000000';
      return await ACTIONS[call.what]({ hub, county, context, call } as never);
    } catch (error) {
      if (!(error instanceof DecisionRefused)) throw error;
      context.terminal.note(context.say(error.words));
      return EXIT.failed;
    } finally {
      await hub.close();
    }
  },
};

interface Asked<What extends Call['what']> {
  readonly hub: Hub;
  readonly county: string;
  readonly context: CommandContext;
  readonly call: Extract<Call, { what: What }>;
}

const ACTIONS: { readonly [What in Call['what']]: (asked: Asked<What>) => Promise<number> } = {
  list: async ({ hub, county, context, call }) => {
    const { listQueue } = await import('../decide/list-queue.js');
    const { tellQueue } = await import('./tell-review.js');
    tellQueue(await listQueue(hub.database.pool, county, sliceOf(call)), call, context);
    return EXIT.done;
  },
  decisions: async ({ hub, county, context, call }) => {
    const { listDecisions } = await import('../decide/list-decisions.js');
    const { tellDecisions } = await import('./tell-review.js');
    tellDecisions(await listDecisions(hub.database.pool, county, sliceOf(call)), call, context);
    return EXIT.done;
  },
  show: async (asked) => {
    const { readPair } = await import('../decide/read-pair.js');
    const { tellPair } = await import('./tell-review.js');
    const records = await findBoth(asked, asked.call.refs);
    const { pool, sealing } = asked.hub.database;
    tellPair(await readPair(pool, asked.county, asked.call.kind, ...records), sealing, asked.context);
    return EXIT.done;
  },
  decide: async (asked) => {
    const { decide } = await import('../decide/decide.js');
    const { kind, refs, verdict, by, reason } = asked.call;
    const records = await findBoth(asked, refs);
    return await settle(asked, (session, county) =>
      decide(session, county, { kind, records, verdict, reason, by, through: THROUGH, origin: 'command' }),
    );
  },
  confirm: async (asked) => {
    const { confirm } = await import('../decide/confirm.js');
    return await settle(asked, (session, county) =>
      confirm(session, county, asked.call.id, { by: asked.call.by, through: THROUGH }),
    );
  },
  revoke: async (asked) => {
    const { revoke } = await import('../decide/revoke.js');
    const { id, by, reason } = asked.call;
    return await settle(asked, (session, county) => revoke(session, county, id, { by, reason, through: THROUGH }));
  },
};

const THROUGH = 'command-line';

type Write = (session: Pick<PoolClient, 'query'>, county: string) => Promise<Decision | null>;

/** Writes what the officer said, lets the linkage follow at once, and tells what came of it. */
async function settle(
  { hub, county, context }: Pick<Asked<'decide'>, 'hub' | 'county' | 'context'>,
  write: Write,
): Promise<number> {
  const { settleChange } = await import('../pipeline.js');
  const { tellOutcome } = await import('./tell-review.js');
  const { result: decision, link } = await settleChange(hub.database, county, () =>
    hub.database.transaction((client) => write(client, county)),
  );
  return tellOutcome(decision, link, context) ? EXIT.done : EXIT.failed;
}

async function findBoth(
  { hub, county }: Pick<Asked<'show'>, 'hub' | 'county'>,
  refs: readonly [string, string],
): Promise<[number, number]> {
  const { findRecord } = await import('../link/find-record.js');
  const found: number[] = [];
  for (const ref of refs) {
    const record = await findRecord(hub.database, county, ref);
    if (record === null)
      throw new UsageError({ zh: `没有这条记录：${ref}`, en: `No delivery that was taken has ${ref}.` });
    found.push(record);
  }
  return found as [number, number];
}

const sliceOf = ({ csv, page, limit }: Paged) => (csv ? { skip: 0, limit: null } : { skip: (page - 1) * limit, limit });
