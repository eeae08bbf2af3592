import { afterAll, beforeAll, expect, it } from 'vitest';
import { registerClient, signToken } from '../../src/authorize/index.js';
import { COUNTY, EAST, EAST_1, WEST_1 } from './small-county.js';
import { openApi, PURPOSE } from './open-api.js';

let api: Awaited<ReturnType<typeof openApi>>;
beforeAll(async () => {
  api = await openApi();
  await api.tokenOf({});
  await registerClient(api.database.pool, COUNTY, { name: 'new-app', organ: '卫健局', kind: 'program', by: 'one' });
});
afterAll(() => api.close());

const PROPOSE = `mutation ($input: GrantInput!) { proposeGrant(input: $input) { id state proposedBy divisions fields } }`;
const CONFIRM = `mutation ($id: ID!) { confirmGrant(id: $id) { state confirmedBy } }`;
const REVOKE = `mutation ($id: ID!, $reason: String!) { revokeGrant(id: $id, reason: $reason) { state } }`;
const terms = (more: object = {}) => ({
  client: 'new-app',
  purpose: PURPOSE,
  divisions: [EAST_1],
  registers: ['police'],
  fields: ['basic'],
  validUntil: new Date(Date.now() + 1e6).toISOString(),
  ...more,
});
/** The same client for two officers. */
const administrator = async (officer: string | null, divisions: string[] = [EAST], may = ['grant']) => {
  const token = await api.tokenOf({ divisions, registers: ['police', 'governance'], may: may as never });
  const client = (JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()) as { sub: string }).sub;
  const own = await signToken(api.keys, { client, ...(officer !== null && { person: officer }) }, 600);
  return async (query: string, variables: object = {}) =>
    (await api.send({ query, variables }, { authorization: `Bearer ${own}` })) as unknown as {
      status: number;
      data: Record<string, { id: string; state: string }>;
      errors?: { message: string; extensions: { code: string } }[];
    };
};
const names = async () => {
  const own = await signToken(api.keys, { client: 'new-app' }, 600);
  const { status, data } = (await api.send(
    { query: '{ people { totalCount } }' },
    { authorization: `Bearer ${own}` },
  )) as unknown as { status: number; data?: { people: { totalCount: number } } };
  return data?.people.totalCount ?? status;
};

it('is granted by an administrator within his own, confirmed by another person, and revoked from the next request on', async () => {
  const [one, other] = [await administrator('N-1'), await administrator('N-2')];
  expect(await names()).toBe(403);
  const village = await one(PROPOSE, { input: terms({ may: ['develop'] }) });
  expect(village.data['proposeGrant']).toMatchObject({ state: 'HOLDS', proposedBy: 'N-1', fields: ['basic'] });
  expect(await names()).toBe(3);
  expect((await one(REVOKE, { id: village.data['proposeGrant']!.id, reason: '结束' })).data['revokeGrant']!.state).toBe(
    'REVOKED',
  );
  expect(await names()).toBe(403);
  const township = await one(PROPOSE, { input: terms({ divisions: [EAST], may: ['develop'] }) });
  const { id } = township.data['proposeGrant']!;
  expect(township.data['proposeGrant']!.state).toBe('WAITS');
  expect(await names()).toBe(403);
  expect((await one(CONFIRM, { id })).errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
  expect((await other(CONFIRM, { id })).data['confirmGrant']).toEqual({ state: 'HOLDS', confirmedBy: 'N-2' });
  expect(await names()).toBe(4);
  const listed = (await other('{ accessGrants(client: "new-app") { id state } }')) as unknown as {
    data: { accessGrants: { state: string }[] };
  };
  expect(listed.data.accessGrants.map((each) => each.state)).toEqual(['REVOKED', 'HOLDS']);
});

it('is refused outside of the administrator’s own, without a person, without the permission, and is not told of', async () => {
  const one = await administrator('N-1');
  for (const input of [
    terms({ divisions: [WEST_1] }),
    terms({ divisions: [COUNTY] }),
    terms({ registers: ['civil-affairs'] }),
    terms({ may: ['grant'] }),
    terms({ fields: ['religion'] }),
    terms({ client: 'nobody' }),
  ])
    expect((await one(PROPOSE, { input })).errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
  expect((await (await administrator(null))(PROPOSE, { input: terms() })).errors?.[0]?.extensions.code).toBe(
    'FORBIDDEN',
  );
  const without = await administrator('N-1', [EAST], []);
  expect((await without('{ accessGrants { id } }')).errors?.[0]?.extensions.code).toBe('FORBIDDEN');
  const far = await (await administrator('N-1', [COUNTY]))(PROPOSE, { input: terms({ divisions: [WEST_1] }) });
  const { id } = far.data['proposeGrant']!;
  expect((await one(REVOKE, { id, reason: 'x' })).errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
  const listed = (await one('{ accessGrants { id } }')) as unknown as { data: { accessGrants: { id: string }[] } };
  expect(listed.data.accessGrants.map((each) => each.id)).not.toContain(id);
});
