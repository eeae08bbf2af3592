import {
  breakGlass,
  confirmGrant,
  GrantRefused,
  listBreakGlasses,
  listGrants,
  proposeGrant,
  revokeClient,
  revokeTokenOf,
  reviewBreakGlass,
  revokeGrant,
  type BrokenGlass,
  type Grant,
} from '../authorize/index.js';
import type { Hub } from '../hub.js';
import type { Viewer } from '../model/viewer.js';
import type { Granting } from '../serve/index.js';

/**
 * Grants, given by an access administrator who comes with a token: only within the divisions and the registers that are his own, and of
 * these alone he is told. An auditor is told of the glass that was broken within his own divisions.
 * @param onBroken told when a client has broken glass; it holds no word of the reason
 */
export function openGranting(
  { database }: Pick<Hub, 'database'>,
  onBroken: (broken: Pick<BrokenGlass, 'id' | 'client' | 'grant' | 'until'>) => void = () => {},
): Granting {
  const countyOf = ({ divisions }: Viewer): string => divisions[0]!.slice(0, 6);
  const isWithin = (viewer: Viewer, { divisions, registers }: Pick<Grant, 'divisions' | 'registers'>): boolean =>
    divisions.every((code) => viewer.divisions.some((own) => code.startsWith(own))) &&
    registers.every((register) => viewer.registers.includes(register));
  const list = async (viewer: Viewer, client: string | null): Promise<Grant[]> =>
    (await listGrants(database.pool, countyOf(viewer), client)).filter((each) => isWithin(viewer, each));
  const one = async (viewer: Viewer, id: number): Promise<Grant> => {
    const found = (await list(viewer, null)).find((each) => each.id === id);
    // One that is another administrator's is told from none by nothing.
    if (!found) throw new GrantRefused({ zh: '没有这项授权', en: 'There is no such grant.' });
    return found;
  };
  const oneGlass = async (viewer: Viewer, id: number): Promise<BrokenGlass> => {
    const [found] = await listBreakGlasses(database.pool, countyOf(viewer), { id, within: viewer.divisions });
    if (!found) throw new GrantRefused({ zh: '没有这次应急访问', en: 'No glass was broken under this number.' });
    return found;
  };
  return {
    list,
    propose: async (viewer, terms, by) => {
      if (!isWithin(viewer, terms))
        throw new GrantRefused({
          zh: '只能在自己的区划与部门登记范围内授权',
          en: 'An administrator grants within his own divisions and registers.',
        });
      if (terms.may.includes('grant') || terms.may.includes('break-glass'))
        throw new GrantRefused({
          zh: 'grant 与 break-glass 许可只能用命令授予',
          en: 'The permissions grant and break-glass are given by command.',
        });
      return await one(viewer, await proposeGrant(database.pool, countyOf(viewer), terms, by));
    },
    confirm: async (viewer, id, by) => {
      await one(viewer, id);
      await confirmGrant(database.pool, countyOf(viewer), id, by);
      return await one(viewer, id);
    },
    revoke: async (viewer, id, by, reason) => {
      await one(viewer, id);
      await revokeGrant(database.pool, countyOf(viewer), id, by, reason);
      return await one(viewer, id);
    },
    revokeTokens: async (viewer, client, token, by, reason) => {
      const all = await listGrants(database.pool, countyOf(viewer), client);
      // Who holds nothing, and who holds anything of another's, is told from none by nothing.
      if (!all.some((each) => each.holds) || all.some((each) => each.holds && !isWithin(viewer, each)))
        throw new GrantRefused({ zh: '没有这个客户端', en: 'There is no such client.' });
      if (token === null) await revokeClient(database, client, null, { by, reason });
      else await revokeTokenOf(database, client, token, { by, reason });
    },
    breakGlass: async (viewer, asked, by, request) => {
      const { client, purpose, token, emergency, grants } = viewer;
      const standing = emergency ? null : grants;
      const id = await database.transaction((session) =>
        breakGlass(session, countyOf(viewer), { ...asked, client, purpose, standing, by, token, request }),
      );
      const [broken] = await listBreakGlasses(database.pool, countyOf(viewer), { id });
      const { grant, until } = broken!;
      onBroken({ id, client, grant, until });
      return broken!;
    },
    listBreakGlasses: (viewer, open, first) =>
      listBreakGlasses(database.pool, countyOf(viewer), { open, within: viewer.divisions, limit: first }),
    reviewBreakGlass: async (viewer, id, review, by) => {
      await oneGlass(viewer, id);
      await database.transaction((session) => reviewBreakGlass(session, countyOf(viewer), id, { ...review, by }));
      return await oneGlass(viewer, id);
    },
  };
}
