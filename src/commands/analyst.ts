import { randomBytes } from 'node:crypto';
import { escapeIdentifier, escapeLiteral } from 'pg';
import { confirmGrant, endSessions, listGrants, proposeGrant, registerClient, roleOf } from '../authorize/index.js';
import type { Database } from '../database/connect.js';
import { EXIT, UsageError, type Command } from './command.js';
import { byOf, GRANT_OPTIONS, tellGrant, termsOf } from './grant.js';
import { inCounty } from './in-county.js';

/** A database role for somebody who asks in SQL; what it sees is granted as to any client. */
export const analyst: Command = {
  name: 'analyst',
  zh: '分析员：建立用 psql 或 BI 工具直接查询的数据库角色，所见与授权一致',
  en: 'analysts: make a database role for psql or a BI tool that sees what it is granted, in the schema `seen`',
  arguments: [{ name: '<name>', zh: '名称，如 li-si', en: 'its name, such as li-si' }],
  options: [
    ...GRANT_OPTIONS,
    {
      flags: '--confirmed-by <name>',
      zh: '第二人：超出村级的授权须由其确认',
      en: 'the second person, whom a grant above a village takes',
    },
    { flags: '--end', zh: '停用：不能再登录', en: 'end it: it signs in no more' },
  ],
  async run(context, [name], options) {
    const { terminal, say } = context;
    return await inCounty(context, async (hub, county) => {
      const { database } = hub;
      const client = name!;
      if (options['end'] === true) {
        byOf(options);
        await endAnalyst(database, county, client);
        terminal.line(
          say({
            zh: `分析员 ${client} 已停用：不能再登录，打开的会话已断开`,
            en: `The analyst ${client} has ended: it signs in no more, and what it had open is closed.`,
          }),
        );
        return EXIT.done;
      }
      const by = byOf(options);
      const terms = termsOf(client, options);
      const made = await database.transaction(async (session) => {
        const organ = String(options['organ'] ?? '').trim();
        if (organ === '') throw new UsageError({ zh: '须写明 --organ', en: '--organ is missing.' });
        await registerClient(session, county, { name: client, organ, kind: 'analyst', by });
        const id = await proposeGrant(session, county, terms, by);
        const confirming = String(options['confirmedBy'] ?? '').trim();
        if (confirming !== '') await confirmGrant(session, county, id, confirming);
        return await openRole(session, client);
      });
      for (const each of await listGrants(database.pool, county, client)) {
        tellGrant(each, { terminal, say });
        if (each.waits)
          terminal.note(
            say({
              zh: `由第二人确认：hub grant --confirm ${each.id} --by 姓名`,
              en: `A second person confirms it: hub grant --confirm ${each.id} --by NAME`,
            }),
          );
      }
      const url = new URL(database.url);
      url.username = made.role;
      url.password = made.password ?? 'PASSWORD';
      terminal.note(
        made.password === null
          ? say({ zh: '角色已存在，密码不变：', en: 'The role was there before and keeps its password:' })
          : say({ zh: '密码只显示这一次：', en: 'The password is shown this once:' }),
      );
      terminal.line(url.href);
      return EXIT.done;
    });
  },
};

type Session = Parameters<Parameters<Database['transaction']>[0]>[0];

/** @returns a new password; null where the role was there before */
export async function openRole(session: Session, client: string): Promise<{ role: string; password: string | null }> {
  const role = roleOf(client);
  const quoted = escapeIdentifier(role);
  const { rows } = await session.query<{ login: boolean }>(
    'select rolcanlogin as login from pg_roles where rolname = $1',
    [role],
  );
  const password = rows[0]?.login ? null : randomBytes(18).toString('base64url');
  if (!rows[0]) {
    await session.query(
      `create role ${quoted} login nosuperuser nobypassrls nocreatedb nocreaterole connection limit 5 in role hub_analyst`,
    );
    await session.query(`create schema ${quoted}`);
    await session.query(`grant usage, create on schema ${quoted} to ${quoted} with grant option`);
  }
  await session.query(`create sequence if not exists asked.${quoted}`);
  if (password !== null) await session.query(`alter role ${quoted} login password ${escapeLiteral(password)}`);
  await session.query(`alter role ${quoted} set search_path = ${quoted}, seen`);
  await session.query(`alter role ${quoted} set statement_timeout = '5min'`);
  return { role, password };
}

async function endAnalyst(database: Database, county: string, client: string): Promise<void> {
  const ended = await database.query(
    `update client set ended_at = clock_timestamp() where county = $1 and name = $2 and kind = 'analyst' and ended_at is null returning name`,
    [county, client],
  );
  if (ended.length === 0)
    throw new UsageError({ zh: `没有这个分析员：${client}`, en: `There is no analyst ${client}.` });
  await database.query(`alter role ${escapeIdentifier(roleOf(client))} nologin`);
  await endSessions(database.pool, client);
}
