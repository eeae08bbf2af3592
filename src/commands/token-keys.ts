import { existsSync } from 'node:fs';
import { KeyRefused, listTokenKeys, retireTokenKey, rotateTokenKey, type TokenKeyState } from '../authorize/index.js';
import { NoHub } from '../hub.js';
import { EXIT, UsageError, type Command, type CommandContext } from './command.js';

/** The keys that the hub signs its tokens with: a running hub follows within seconds. */
export const tokenKey: Command = {
  name: 'token-key',
  zh: '令牌签名密钥：list 列出、rotate 更换、retire 立即停用；运行中的服务数秒内生效',
  en: 'the keys that tokens are signed with: list, rotate, retire; a running hub follows within seconds',
  arguments: [
    { name: '<action>', zh: 'list、rotate 或 retire', en: 'list, rotate or retire' },
    { name: '[kid]', zh: '要停用的密钥', en: 'the key to retire' },
  ],
  options: [
    {
      flags: '--overlap <hours>',
      zh: '更换后旧密钥仍可验证的小时数，0 至 12；0 使已签发的令牌全部失效',
      en: 'hours that the key before goes on verifying, 0 to 12; with 0 every token that is out ends',
      fallback: '12',
    },
  ],
  async run(context, [action, kid], options) {
    const { config, terminal, say } = context;
    if (!existsSync(config.home)) throw new NoHub(config.home);
    if (action === 'list' && kid === undefined) {
      for (const key of await listTokenKeys(config.home)) terminal.line(tellKey(key, context));
      return EXIT.done;
    }
    if (action === 'rotate' && kid === undefined) {
      const hours = Number(options['overlap']);
      if (!(hours >= 0 && hours <= 12)) {
        throw new UsageError({ zh: '--overlap 须为 0 至 12', en: '--overlap takes 0 to 12 hours.' });
      }
      const made = await rotateTokenKey(config.home, hours * 3600);
      terminal.line(say({ zh: `新密钥：${made}，即刻用于签名`, en: `The key ${made} signs from now on.` }));
      return EXIT.done;
    }
    if (action === 'retire' && kid !== undefined) {
      await retire(context, kid);
      terminal.line(
        say({
          zh: `密钥 ${kid} 已停用，其签发的令牌随即失效`,
          en: `The key ${kid} is retired; what it signed is refused.`,
        }),
      );
      return EXIT.done;
    }
    throw new UsageError({
      zh: '用法：token-key list、token-key rotate、token-key retire 密钥',
      en: 'token-key list, token-key rotate, or token-key retire KID.',
    });
  },
};

async function retire({ config }: CommandContext, kid: string): Promise<void> {
  try {
    await retireTokenKey(config.home, kid);
  } catch (error) {
    if (!(error instanceof KeyRefused)) throw error;
    throw new UsageError(
      error.refusal === 'SIGNS'
        ? {
            zh: '该密钥正用于签名；请先执行 token-key rotate（--overlap 0 使其立即失效）',
            en: 'That key signs: rotate first (with --overlap 0 it ends at once).',
          }
        : { zh: '没有这个密钥；用 token-key list 查看', en: 'There is no such key; see token-key list.' },
    );
  }
}

function tellKey({ kid, made, until }: TokenKeyState, { say }: CommandContext): string {
  const since = made === null ? '' : say({ zh: `，生成于 ${made}`, en: `, made ${made}` });
  if (until === null) return `${kid}  ${say({ zh: '用于签名', en: 'signs' })}${since}`;
  const ended = Date.parse(until) <= Date.now();
  return `${kid}  ${
    ended
      ? say({ zh: `已于 ${until} 失效`, en: `ended ${until}` })
      : say({ zh: `仅验证，至 ${until}`, en: `verifies until ${until}` })
  }${since}`;
}
