import { print } from 'graphql';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { registerClient, signToken } from '../../src/authorize/index.js';
import { RevokeTokenDocument } from '../generated/graphql.js';
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

it('ends a token, or all of a client, for the administrator of all that the client holds', async () => {
  const { pool } = api.database;
  const [own, far] = [await administrator('N-1'), await administrator('N-3', [WEST_1])];
  const client = 'ending-app';
  await registerClient(pool, COUNTY, { name: client, organ: '卫健局', kind: 'program', by: 'one' });
  const sign = () => signToken(api.keys, { client }, 600);
  const jtiOf = (text: string) =>
    (JSON.parse(Buffer.from(text.split('.')[1]!, 'base64url').toString()) as { jti: string }).jti;
  const asks = async (text: string) =>
    (await api.send({ query: '{ viewer { client } }' }, { authorization: `Bearer ${text}` })).status;
  const END = print(RevokeTokenDocument);
  const codes = async (who: typeof own, variables: object) =>
    (await who(END, { client, reason: '令牌外泄', ...variables })).errors?.[0]?.extensions.code ?? null;

  expect(await codes(own, {})).toBe('BAD_USER_INPUT');
  await own(PROPOSE, { input: terms({ client, may: ['develop'] }) });
  const [one, other, third] = [await sign(), await sign(), await sign()];
  expect([await asks(one), await asks(other)]).toEqual([200, 200]);
  // Another's token of this id is another's.
  await api.database.query(`insert into client values ('${COUNTY}', 'other-app', 'x', 'program', 'x')`);
  await far(PROPOSE, { input: terms({ client: 'other-app', divisions: [WEST_1] }) });
  expect(await codes(far, { client: 'other-app', jti: jtiOf(one) })).toBeNull();
  expect(await asks(one)).toBe(200);
  expect(await codes(own, { client: 'other-app', jti: jtiOf(one) })).toBe('BAD_USER_INPUT');
  expect(await codes(far, { jti: jtiOf(one) })).toBe('BAD_USER_INPUT');
  expect(await codes(own, { jti: 'not an id' })).toBe('BAD_USER_INPUT');
  expect(await codes(await administrator('N-1', [EAST], []), { jti: jtiOf(one) })).toBe('FORBIDDEN');

  expect(await codes(own, { jti: jtiOf(one) })).toBeNull();
  expect([await asks(one), await asks(other)]).toEqual([401, 200]);
  expect(await codes(own, { jti: null })).toBeNull();
  expect([await asks(other), await asks(third)]).toEqual([401, 401]);
  const rows = await api.database.query(
    'select token, holder, client, revoked_by, reason from token_revocation order by id',
  );
  expect(rows.slice(1)).toEqual([
    { token: jtiOf(one), holder: client, client: null, revoked_by: 'N-1', reason: '令牌外泄' },
    { token: null, holder: null, client, revoked_by: 'N-1', reason: '令牌外泄' },
  ]);
  // What the client holds of another administrator's is not his to end.
  await far(PROPOSE, { input: terms({ client, divisions: [WEST_1] }) });
  expect(await codes(own, {})).toBe('BAD_USER_INPUT');
});
