import { openTokenKeys, signToken } from '../authorize/index.js';
import { checkClient } from './check-client.js';
import { EXIT, UsageError, type Command } from './command.js';
import { inHub } from './in-county.js';

/** Prints a token and nothing else, so that `TOKEN=$(hub token …)` works. */
export const token: Command = {
  name: 'token',
  zh: '为已登记的客户端签发访问令牌：输出令牌本身，别无其他；能看什么由授权决定（hub grant）',
  en: 'sign a token for a registered client: prints the token and nothing else; what it may see is in its grants (hub grant)',
  arguments: [{ name: '<client>', zh: '客户端名称', en: 'the client’s name' }],
  options: [
    {
      flags: '--officer <number>',
      zh: '使用人员的工号（不是姓名）',
      en: 'staff number of the officer behind it; never a name',
    },
    { flags: '--hours <n>', zh: '有效小时数，最多 12', en: 'hours it holds, at most 12', fallback: '12' },
  ],
  async run(context, [client], options) {
    const { config, terminal } = context;
    const hours = Number(options['hours']);
    if (!(hours > 0 && hours <= 12))
      throw new UsageError({ zh: '--hours 须大于 0 且不超过 12', en: '--hours must be above 0 and at most 12.' });
    const officer = options['officer'] as string | undefined;
    await inHub(context, ({ database }) => checkClient(database, client!));
    const keys = await openTokenKeys(config.home);
    try {
      terminal.line(
        await signToken(keys, { client: client!, ...(officer !== undefined && { person: officer }) }, hours * 3600),
      );
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw new UsageError({ zh: '客户端名称或工号不符合格式', en: error.message });
    }
    return EXIT.done;
  },
};
