import { IMPORTERS } from '../../importers/index.js';
import {
  confirmGrant,
  listGrants,
  MOST_REVEALS,
  proposeGrant,
  registerClient,
  revokeGrant,
  type Grant,
  type GrantTerms,
} from '../authorize/index.js';
import type { Hub } from '../hub.js';
import { FIELD_CLASSES, type FieldClass } from '../model/field.js';
import type { Permission, RowTie } from '../model/viewer.js';
import { checkClient } from './check-client.js';
import { EXIT, UsageError, type Command, type CommandContext, type CommandOption } from './command.js';
import { inCounty } from './in-county.js';
import { readList } from './read-list.js';
import { LARGEST_ID, MOST_DAYS, readNumber } from './read-number.js';

/** What a grant is made of. */
export const GRANT_OPTIONS: readonly CommandOption[] = [
  {
    flags: '--organ <name>',
    zh: '对客户端负责的机关（首次登记时必填）',
    en: 'the organ that answers for the client; at its first grant',
  },
  {
    flags: '--purpose <code>',
    zh: '用途代码（hub purpose 登记）',
    en: 'code of the purpose (hub purpose registers one)',
  },
  {
    flags: '--division <codes...>',
    zh: '区划代码：县 6 位、乡镇 9 位、村 12 位、网格 15 位',
    en: 'codes of 6 (county), 9 (township), 12 (village) or 15 (grid) digits',
  },
  {
    flags: '--register <names...>',
    zh: '可见的部门登记，默认全部现有',
    en: 'registers whose records it may see; all that there are by default',
  },
  {
    flags: '--fields <classes...>',
    zh: `按原样显示的字段类别：${FIELD_CLASSES.join('、')}；其余脱敏`,
    en: `classes of fields that are shown as stated: ${FIELD_CLASSES.join(', ')}; others are masked`,
    fallback: 'basic,location',
  },
  {
    flags: '--tie <ties...>',
    zh: '按居住（resident）、按户籍（registered），默认两者',
    en: 'rows by where people live (resident), are registered (registered); both by default',
    fallback: 'resident,registered',
  },
  { flags: '--totals-only', zh: '只可看统计，不见个人', en: 'totals only, no single person' },
  {
    flags: '--may <what...>',
    zh: '除查看外还可以：review、verify、grant、audit、usage、develop、break-glass',
    en: 'besides reading: review, verify, grant, audit, usage, develop, break-glass',
  },
  {
    flags: '--reveals <n>',
    zh: '每日可揭示的完整值个数',
    en: 'whole values that may be revealed a day',
    fallback: '0',
  },
  { flags: '--condition <text>', zh: '有条件共享的条件', en: 'the condition, where it is shared on one' },
  { flags: '--days <n>', zh: '有效天数', en: 'days it holds', fallback: '365' },
  { flags: '--by <name>', zh: '承担责任的人员姓名，记录在案', en: 'who answers for it; kept on record' },
];

/** What a client may see: granted, confirmed by a second person where it is more than villages, revoked. */
export const grant: Command = {
  name: 'grant',
  zh: '授权：客户端可为某用途看到哪些区划、登记、字段；不带选项则列出',
  en: 'grants: which divisions, registers and fields a client may see for a purpose; without options they are listed',
  arguments: [{ name: '[client]', zh: '客户端名称', en: 'the client’s name' }],
  options: [
    ...GRANT_OPTIONS,
    { flags: '--confirm <id>', zh: '作为第二人确认', en: 'confirm as the second person' },
    { flags: '--revoke <id>', zh: '撤销，下一次请求即生效', en: 'revoke; holds from the next request' },
    { flags: '--reason <text>', zh: '撤销理由', en: 'why it is revoked' },
  ],
  async run(context, [client], options) {
    return await inCounty(context, async (hub, county) => {
      return await act(hub, county, context, client ?? null, options);
    });
  },
};

async function act(
  { database }: Hub,
  county: string,
  context: CommandContext,
  client: string | null,
  options: Readonly<Record<string, unknown>>,
): Promise<number> {
  const { pool } = database;
  let changed: number | null = null;
  if (options['confirm'] !== undefined) {
    changed = readNumber('--confirm', options['confirm'], 1, LARGEST_ID);
    const by = byOf(options);
    if ((await listGrants(pool, county, null)).find((each) => each.id === changed)?.holds)
      throw new UsageError({
        zh: `授权 ${changed} 已有效，无须确认`,
        en: `The grant ${changed} holds already: there is nothing to confirm.`,
      });
    await confirmGrant(pool, county, changed, by);
  } else if (options['revoke'] !== undefined) {
    const reason = String(options['reason'] ?? '').trim();
    if (reason === '') throw new UsageError({ zh: '撤销须写明 --reason', en: '--revoke needs --reason.' });
    changed = readNumber('--revoke', options['revoke'], 1, LARGEST_ID);
    await revokeGrant(pool, county, changed, byOf(options), reason);
  } else if (options['purpose'] !== undefined) {
    if (client === null) throw new UsageError({ zh: '须写明客户端', en: 'Name the client.' });
    const by = byOf(options);
    await database.transaction(async (session) => {
      if (typeof options['organ'] === 'string')
        await registerClient(session, county, { name: client, organ: options['organ'], kind: 'program', by });
      await proposeGrant(session, county, termsOf(client, options), by);
    });
  }
  const grants = (await listGrants(pool, county, changed === null ? client : null)).filter(
    (each) => changed === null || each.id === changed,
  );
  if (client !== null && grants.length === 0) await checkClient(database, client);
  for (const each of grants) tellGrant(each, context);
  if (grants.length === 0) context.terminal.note(context.say({ zh: '没有授权', en: 'There are no grants.' }));
  return EXIT.done;
}

export function termsOf(client: string, options: Readonly<Record<string, unknown>>): GrantTerms {
  const known = IMPORTERS.map((importer) => importer.register);
  const registers = readList(options['register']);
  const unknown = registers.find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw new UsageError({
      zh: `没有这个部门登记：${unknown}；可用：${known.join('、')}`,
      en: `There is no register ${unknown}; there are ${known.join(', ')}.`,
    });
  const days = readNumber('--days', options['days'], 1, MOST_DAYS);
  const condition = typeof options['condition'] === 'string' ? options['condition'] : null;
  return {
    client,
    purpose: String(options['purpose']),
    divisions: readList(options['division']),
    registers: registers.length > 0 ? registers : known,
    fields: readList(options['fields']) as FieldClass[],
    ties: readList(options['tie']) as RowTie[],
    records: options['totalsOnly'] !== true,
    may: readList(options['may']) as Permission[],
    reveals: readNumber('--reveals', options['reveals'], 0, MOST_REVEALS),
    sharing: condition === null ? 'unconditional' : 'conditional',
    condition,
    validFrom: null,
    validUntil: new Date(Date.now() + days * 86_400_000),
  };
}

export function byOf(options: Readonly<Record<string, unknown>>): string {
  const by = String(options['by'] ?? '').trim();
  if (by === '') throw new UsageError({ zh: '须写明 --by：谁对此负责', en: 'Say with --by who answers for it.' });
  return by;
}

/** All that a second person puts a name to: what limits the grant, and what it allows besides. */
export function tellGrant(each: Grant, { terminal, say }: Pick<CommandContext, 'terminal' | 'say'>): void {
  const state = each.revokedAt
    ? say({ zh: `已撤销（${each.revokedBy}）`, en: `revoked (${each.revokedBy})` })
    : each.waits
      ? say({ zh: '待第二人确认', en: 'waits for a second person' })
      : each.holds
        ? each.emergency
          ? say({ zh: '应急访问中', en: 'opened in an emergency' })
          : say({ zh: '有效', en: 'holds' })
        : say({ zh: '不在有效期', en: 'does not hold now' });
  const what = [
    ...[each.divisions, each.registers, each.fields, each.may].map((set) => set.join(',') || '-'),
    ...(each.records ? [] : [say({ zh: '只可看统计', en: 'totals only' })]),
    ...(each.ties.length > 1 ? [] : [say({ zh: `只按 ${each.ties.join()}`, en: `${each.ties.join()} only` })]),
    ...(each.reveals > 0 ? [say({ zh: `每日揭示 ${each.reveals} 个值`, en: `${each.reveals} reveals a day` })] : []),
    ...(each.condition === null ? [] : [say({ zh: `条件：${each.condition}`, en: `on condition: ${each.condition}` })]),
  ].join(' · ');
  const day = (moment: Date): string => moment.toISOString().slice(0, 10);
  const until =
    each.purposeUntil < each.validUntil
      ? `${day(each.validUntil)} ${say({ zh: `（用途至 ${day(each.purposeUntil)}）`, en: `(its purpose ${day(each.purposeUntil)})` })}`
      : day(each.validUntil);
  terminal.line(`${each.id}  ${each.client}  ${each.purpose}  ${what}  → ${until}  ${state}`);
}
