import type { Config } from '../config.js';
import { openHub, readCounty, type Hub } from '../hub.js';
import { UNSEALED } from '../model/sealing.js';
import { openSeal } from '../seal/open-seal.js';
import { addDataKey, openSealKeys, type SealSettings } from '../seal/seal-keys.js';
import { countSeals, renewSeals } from '../stage/renew-seals.js';
import { EXIT, UsageError, type Command, type CommandContext } from './command.js';
import { showProgress } from './show-progress.js';

/** The keys by which numbers and telephones are sealed in the database. */
export const seal: Command = {
  name: 'seal',
  zh: '号码与电话的加密密钥：status 查看、rotate 更换并在后台重新加密、all 为此前接收的县加密',
  en: 'the keys that seal numbers and telephones: status, rotate (and seal anew meanwhile), all (a county taken in before)',
  arguments: [{ name: '<action>', zh: 'status、rotate 或 all', en: 'status, rotate or all' }],
  async run(context, [action]) {
    const work = action === undefined ? undefined : ACTIONS[action];
    if (!work)
      throw new UsageError({
        zh: '用法：seal status、seal rotate、seal all',
        en: 'seal status, seal rotate, or seal all.',
      });
    const hub = await openHub(context.config);
    try {
      await work(hub, (await readCounty(hub.database)) ?? '000000', context);
      return EXIT.done;
    } finally {
      await hub.close();
    }
  },
};

type Action = (hub: Hub, county: string, context: CommandContext) => Promise<void>;

const ACTIONS: Readonly<Record<string, Action>> = { status: tellSeals, rotate, all: sealBefore };

async function tellSeals(hub: Hub, county: string, { config, terminal, say }: CommandContext): Promise<void> {
  if (hub.database.sealing === UNSEALED) {
    terminal.line(
      say({
        zh: '此县的号码尚未加密；请执行 seal all',
        en: 'The numbers of this county are not sealed: run seal all.',
      }),
    );
    return;
  }
  const { all, current, index, fingerprint } = openSealKeys(settingsOf(config), false);
  terminal.line(
    say({
      zh: `盲索引 ${index.algorithm}，密钥指纹 ${fingerprint}`,
      en: `index ${index.algorithm}, fingerprint ${fingerprint}`,
    }),
  );
  const counted = await countSeals(hub.database, county);
  for (const key of all.values()) {
    const values = counted.find((each) => each.key === `${key.algorithm}:${key.id}`)?.values ?? 0;
    const use = key === current ? say({ zh: '，用于加密', en: ', seals' }) : '';
    const many = values.toLocaleString('en');
    terminal.line(
      `${key.id}  ${key.algorithm}  ${key.made}  ${say({ zh: `${many} 个值`, en: `${many} values` })}${use}`,
    );
  }
}

async function rotate(hub: Hub, county: string, context: CommandContext): Promise<void> {
  const { config, terminal, say } = context;
  if (hub.database.sealing === UNSEALED) return await tellSeals(hub, county, context);
  const keys = addDataKey(settingsOf(config));
  const { id, algorithm } = keys.current;
  terminal.line(
    say({ zh: `新密钥 ${id}（${algorithm}）即刻用于加密`, en: `The key ${id} (${algorithm}) seals from now on.` }),
  );
  const rows = await renewSeals(
    hub.database,
    openSeal(() => openSealKeys(settingsOf(config), false)),
    county,
  );
  terminal.line(
    say({
      zh: `已重新加密 ${rows.toLocaleString('en')} 行；旧密钥须保留，旧备份仍需用它打开`,
      en: `${rows.toLocaleString('en')} rows are under it. Keep the older keys: backups from before need them.`,
    }),
  );
}

async function sealBefore(hub: Hub, county: string, context: CommandContext): Promise<void> {
  const { config, terminal, say } = context;
  if (hub.database.sealing !== UNSEALED) {
    terminal.line(say({ zh: '全部号码均已加密', en: 'All numbers are sealed.' }));
    return;
  }
  const { sealAll } = await import('../pipeline.js');
  const { fingerprint } = openSealKeys(settingsOf(config), true);
  const rows = await sealAll(
    hub,
    county,
    openSeal(() => openSealKeys(settingsOf(config), false)),
    fingerprint,
    showProgress(terminal, say),
  );
  terminal.line(
    say({
      zh: `已加密 ${rows.toLocaleString('en')} 行；此前的备份与归档日志仍含明文`,
      en: `${rows.toLocaleString('en')} rows are sealed. Backups and archived logs from before still hold what they held.`,
    }),
  );
}

function settingsOf({ home, seal: chosen }: Config): SealSettings {
  return { home, ...chosen };
}
