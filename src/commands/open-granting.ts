import { confirmGrant, GrantRefused, listGrants, proposeGrant, revokeGrant, type Grant } from '../authorize/index.js';
import type { Hub } from '../hub.js';
import type { Viewer } from '../model/viewer.js';
import type { Granting } from '../serve/index.js';

/**
 * Grants, given by an access administrator who comes with a token: only within the divisions and the registers that are his own, and of
 * these alone he is told.
 */
export function openGranting({ database }: Pick<Hub, 'database'>): Granting {
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
  };
}
