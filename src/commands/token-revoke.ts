import { revokeClient, revokeToken, tokenIdOf } from '../authorize/index.js';
import { checkClient } from './check-client.js';
import { EXIT, UsageError, type Command } from './command.js';
import { inHub } from './in-county.js';

/** Ends tokens before their time: a running hub refuses them from its next request on. */
export const tokenRevoke: Command = {
  name: 'token-revoke',
  zh: '提前废止令牌：按令牌编号（或令牌本身），或某客户端此前签发的全部令牌；不可撤回',
  en: 'end tokens before their time: one by its id (or its text), or all of a client; it is not taken back',
  arguments: [{ name: '[token]', zh: '令牌的 jti，或令牌本身', en: 'its jti, or the token itself' }],
  options: [
    { flags: '--client <name>', zh: '该客户端的全部令牌', en: 'all tokens of this client' },
    {
      flags: '--before <time>',
      zh: '只废止此时刻及以前签发的，ISO 8601；默认现在',
      en: 'only what was signed until then, ISO 8601; by default now',
    },
    { flags: '--by <name>', zh: '由谁废止，记录在案', en: 'who revokes it, for the record' },
    { flags: '--reason <text>', zh: '缘由，记录在案', en: 'why, for the record' },
  ],
  async run(context, [token], options) {
    const { terminal, say } = context;
    const client = options['client'] as string | undefined;
    const before = options['before'] as string | undefined;
    if ((token === undefined) === (client === undefined) || (token !== undefined && before !== undefined)) {
      throw new UsageError({
        zh: '用法：token-revoke 令牌编号，或 token-revoke --client 名称 [--before 时刻]',
        en: 'token-revoke JTI, or token-revoke --client NAME [--before TIME].',
      });
    }
    const by = options['by'] as string | undefined;
    const reason = options['reason'] as string | undefined;
    if ((by === undefined) !== (reason === undefined)) {
      throw new UsageError({ zh: '--by 与 --reason 须同时给出', en: '--by and --reason come together.' });
    }
    const ending = by === undefined ? null : { by, reason: reason! };
    const id = token === undefined ? null : tokenIdOf(token);
    if (token !== undefined && id === null) {
      throw new UsageError({ zh: '这不是令牌编号，也不是令牌', en: 'That is no id of a token, and no token.' });
    }
    const until = before === undefined ? null : new Date(before);
    if (until !== null && !(until.getTime() <= Date.now())) {
      throw new UsageError({
        zh: '--before 须为已过去的时刻，如 2026-10-01T08:30:00+08:00',
        en: '--before takes a time that has passed, such as 2026-10-01T08:30:00+08:00.',
      });
    }
    return await inHub(context, async (hub) => {
      if (id !== null) {
        await revokeToken(hub.database, id, ending);
        terminal.line(say({ zh: `令牌 ${id} 已废止`, en: `The token ${id} is revoked.` }));
        return EXIT.done;
      }
      await checkClient(hub.database, client!);
      const signedUntil = (await revokeClient(hub.database, client!, until, ending)).toISOString();
      terminal.line(
        say({
          zh: `客户端 ${client} 在 ${signedUntil} 及以前签发的令牌已全部废止`,
          en: `All tokens of ${client} that were signed until ${signedUntil} are revoked.`,
        }),
      );
      return EXIT.done;
    });
  },
};
