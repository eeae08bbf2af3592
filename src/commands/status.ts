import { openHub, type Hub } from '../hub.js';
import { EXIT, type Command, type CommandContext } from './command.js';
import { LINK_REASONS, type LinkReason } from '../model/link.js';
import { table } from './terminal.js';

export const status: Command = {
  name: 'status',
  zh: '概况：交付、记录、问题、人员、户、房屋、楼栋、各类关联依据',
  en: 'where things stand: deliveries, records, findings, people, households, dwellings, buildings, links by reason',
  async run(context) {
    const hub = await openHub(context.config);
    try {
      await tellStatus(hub, context);
      return EXIT.done;
    } finally {
      await hub.close();
    }
  },
};

/** Prints the standing of the hub: what the data officer looks at first. */
export async function tellStatus(hub: Hub, { terminal, say }: Pick<CommandContext, 'terminal' | 'say'>): Promise<void> {
  const { database } = hub;
  const [deliveries, datasets, entities, findings, [waiting], [glass], ...reasons] = await Promise.all([
    database.query<{ state: string; n: number }>('select state, count(*) as n from delivery group by 1 order by 1'),
    database.query<{ dataset: string; current: number; retired: number }>(
      `select dataset, count(*) filter (where status = 'current') as current, count(*) filter (where status = 'retired') as retired
       from record group by 1 order by 1`,
    ),
    database.query<{ kind: string; status: string; n: number }>(
      'select kind, status, count(*) as n from entity group by 1, 2 order by 1, 2',
    ),
    database.query<{ severity: string; n: number }>(
      'select severity, count(*) as n from finding where closed_at is null group by 1 order by 1',
    ),
    database.query<{ n: number }>(
      `select count(*) as n from review_pair q where closed_at is null and not exists (select from decision d where d.county = q.county
         and d.kind = q.kind and d.one_record = q.one_record and d.other_record = q.other_record and d.state = 'effective')`,
    ),
    database.query<{ open: number; overdue: number }>(
      `select count(*) as open, count(*) filter (where review_until <= clock_timestamp()) as overdue from break_glass where reviewed_at is null`,
    ),
    ...(['person', 'household', 'dwelling', 'building'] as const).map(async (kind) => ({
      kind,
      rows: await database.query<{ reason: LinkReason; n: number }>(
        `select ${kind}_reason as reason, count(*) as n from link where ${kind} is not null and ${kind}_reason is not null group by 1 order by 2 desc`,
      ),
    })),
  ]);
  const number = (n: number): string => n.toLocaleString('en');
  terminal.line(say({ zh: '交付', en: 'deliveries' }));
  for (const line of table(
    deliveries.map((row) => [`  ${say(STATES[row.state] ?? { zh: row.state, en: row.state })}`, number(row.n)]),
  ))
    terminal.line(line);
  terminal.line(say({ zh: '记录', en: 'records' }));
  const head = ['', say({ zh: '在用', en: 'current' }), say({ zh: '停用', en: 'retired' })];
  for (const line of table([
    head,
    ...datasets.map((row) => [`  ${row.dataset}`, number(row.current), number(row.retired)]),
  ]))
    terminal.line(line);
  terminal.line(say({ zh: '实体', en: 'entities' }));
  for (const line of table(
    entities.map((row) => [
      `  ${say(KINDS[row.kind] ?? { zh: row.kind, en: row.kind })} ${say(STATUSES[row.status] ?? { zh: row.status, en: row.status })}`,
      number(row.n),
    ]),
  ))
    terminal.line(line);
  terminal.line(say({ zh: '关联依据', en: 'links by reason' }));
  for (const line of table(
    reasons.flatMap(({ kind, rows }) =>
      rows.map((row) => [
        `  ${say(KINDS[kind]!)}`,
        row.reason,
        number(row.n),
        say(LINK_REASONS[row.reason] ?? { zh: '', en: '' }),
      ]),
    ),
  ))
    terminal.line(line);
  if (waiting!.n > 0)
    terminal.line(
      say({
        zh: `待人工判定的记录对：${number(waiting!.n)}（review）`,
        en: `pairs that wait for a person: ${number(waiting!.n)} (review)`,
      }),
    );
  if (glass!.open > 0)
    terminal.line(
      say({
        zh: `待复核的应急访问：${number(glass!.open)}，其中逾期 ${number(glass!.overdue)}（audit break-glass）`,
        en: `broken glass that waits for a review: ${number(glass!.open)}, overdue ${number(glass!.overdue)} (audit break-glass)`,
      }),
    );
  terminal.line(say({ zh: '未关闭的问题', en: 'open findings' }));
  for (const line of table(findings.map((row) => [`  ${say(SEVERITIES[row.severity]!)}`, number(row.n)])))
    terminal.line(line);
}

const STATES: Readonly<Record<string, { zh: string; en: string }>> = {
  taken: { zh: '已接收', en: 'taken' },
  held: { zh: '暂挂', en: 'held' },
  refused: { zh: '拒收', en: 'refused' },
};
const STATUSES: Readonly<Record<string, { zh: string; en: string }>> = {
  active: { zh: '', en: '' },
  merged: { zh: '（已并入其他）', en: '(merged into another)' },
  retired: { zh: '（停用）', en: '(retired)' },
};
const SEVERITIES: Readonly<Record<string, { zh: string; en: string }>> = {
  error: { zh: '错误（行或文件被拒收）', en: 'errors (a row or a file refused)' },
  warning: { zh: '警告（单元格未采用，或记录之间矛盾）', en: 'warnings (a cell not used, or records that contradict)' },
  note: { zh: '提示', en: 'notes' },
};
export const KINDS: Readonly<Record<string, { zh: string; en: string }>> = {
  person: { zh: '人员', en: 'people' },
  household: { zh: '户', en: 'households' },
  dwelling: { zh: '房屋', en: 'dwellings' },
  building: { zh: '楼栋', en: 'buildings' },
  organisation: { zh: '组织', en: 'organisations' },
  place: { zh: '场所设施', en: 'places' },
  event: { zh: '事件', en: 'events' },
  grid: { zh: '网格', en: 'grids' },
};
