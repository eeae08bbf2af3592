import { GrantRefused } from '../authorize/index.js';
import { openHub, readCounty, type Hub } from '../hub.js';
import { UsageError, type CommandContext } from './command.js';

/** Works in a hub, and closes it. @throws UsageError where what was asked for cannot be granted */
export async function inHub<T>({ config }: Pick<CommandContext, 'config'>, work: (hub: Hub) => Promise<T>): Promise<T> {
  const hub = await openHub(config);
  try {
    return await work(hub);
  } catch (error) {
    if (!(error instanceof GrantRefused)) throw error;
    throw new UsageError(error.words);
  } finally {
    await hub.close();
  }
}

/** Works in a hub that knows its county. @throws UsageError where it knows none yet, and where what was asked for cannot be granted */
export async function inCounty<T>(
  context: Pick<CommandContext, 'config'>,
  work: (hub: Hub, county: string) => Promise<T>,
): Promise<T> {
  return await inHub(context, async (hub) => {
    const county = await readCounty(hub.database);
    if (county === null)
      throw new UsageError({
        zh: '尚未接收任何交付，还不知道是哪个县',
        en: 'Nothing was received yet: the county is not known.',
      });
    return await work(hub, county);
  });
}
