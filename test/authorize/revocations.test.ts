import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openTokenKeys, revokeClient, revokeToken, signToken, verifyToken } from '../../src/authorize/index.js';
import { openDatabase } from '../../src/database/connect.js';
import { REVOCATIONS, revokedBy, type Revocation } from '../../src/authorize/revocations.js';
import { cloneDatabase } from '../database/clone.js';

const home = mkdtempSync(join(tmpdir(), 'hub-revocations-'));
let database: Awaited<ReturnType<typeof cloneDatabase>>;
beforeAll(async () => {
  database = await cloneDatabase();
});
afterAll(async () => {
  await database.close();
  rmSync(home, { recursive: true, force: true });
});

const MINUTE = 60_000;
const ago = (milliseconds: number) => new Date(Date.now() - milliseconds);
const revoked = async () => revokedBy(await database.query<Revocation>(REVOCATIONS));
const version = async () =>
  (await database.query<{ version: number }>('select version from access_version'))[0]!.version;

it('ends one token and leaves the client’s others', async () => {
  await revokeToken(database, 'one');
  const isRevoked = await revoked();
  expect(isRevoked({ token: 'one', client: 'a', issued: ago(MINUTE) })).toBe(true);
  expect(isRevoked({ token: 'two', client: 'a', issued: ago(MINUTE) })).toBe(false);
});

it('ends what was signed for a client until then, the very second included, and nothing that is signed later', async () => {
  const moment = ago(10 * MINUTE);
  await revokeClient(database, 'b', moment);
  const isRevoked = await revoked();
  const second = new Date(Math.floor(moment.getTime() / 1000) * 1000);
  expect(isRevoked({ token: 'x', client: 'b', issued: ago(11 * MINUTE) })).toBe(true);
  expect(isRevoked({ token: 'x', client: 'b', issued: second })).toBe(true);
  expect(isRevoked({ token: 'x', client: 'b', issued: new Date(second.getTime() + 1000) })).toBe(false);
  expect(isRevoked({ token: 'x', client: 'c', issued: ago(11 * MINUTE) })).toBe(false);
  // An earlier moment said later takes nothing back.
  await revokeClient(database, 'b', ago(60 * MINUTE));
  expect((await revoked())({ token: 'x', client: 'b', issued: second })).toBe(true);
  await revokeClient(database, 'b', null);
  expect((await revoked())({ token: 'x', client: 'b', issued: ago(1000) })).toBe(true);
});

it('ends what was signed in the second of the revocation, and not what is signed once it is done', async () => {
  const keys = await openTokenKeys(home);
  const sign = async () => await verifyToken(keys, await signToken(keys, { client: 'e' }, 60));
  // At the beginning of a second, so that all of it could be done within one.
  while (Date.now() % 1000 > 300) await sleep(1000 - (Date.now() % 1000));
  const leaked = await sign();
  await revokeClient(database, 'e', null);
  const anew = await sign();
  const isRevoked = await revoked();
  expect([leaked, anew].map((holder) => isRevoked(holder))).toEqual([true, false]);
});

it('is never said of what will be signed', async () => {
  await revokeClient(database, 'd', new Date(Date.now() + 60 * MINUTE));
  expect((await revoked())({ token: 'x', client: 'd', issued: new Date(Date.now() + MINUTE) })).toBe(false);
});

it('tells running servers by the version that each reading compares', async () => {
  const before = await version();
  await revokeToken(database, 'three');
  expect(await version()).toBe(before + 1);
});

it.each([
  'update token_revocation set token = null, client = null',
  'delete from token_revocation',
  'truncate token_revocation',
])('is not taken back, not by the owner of the database either: %s', async (statement) => {
  await expect(database.query(statement)).rejects.toMatchObject({ code: '23001' });
});

it.each([
  ["insert into token_revocation (token) values ('张三')"],
  ["insert into token_revocation (client, signed_until) values ('Wang Wei', now() - interval '1 hour')"],
  ["insert into token_revocation (token, client, signed_until) values ('t', 'a', now() - interval '1 hour')"],
  ["insert into token_revocation (client) values ('a')"],
  ["insert into token_revocation (client, signed_until) values ('a', now() + interval '1 hour')"],
  ['insert into token_revocation default values'],
])('is of a token or of a client until then, by name, and of nothing else: %s', async (statement) => {
  await expect(database.query(statement)).rejects.toMatchObject({ code: '23514' });
});

it('is read by the API’s gatekeeper alone, and written by nobody of the API', async () => {
  const api = openDatabase(database.apiUrl, 1);
  const as = async (role: string, statement: string) => {
    const client = await api.pool.connect();
    try {
      await client.query(`begin; set local role ${role}`);
      return (await client.query(statement)).rowCount;
    } finally {
      await client.query('rollback');
      client.release();
    }
  };
  try {
    expect(await as('hub_gatekeeper', 'select from token_revocation')).toBeGreaterThan(0);
    await expect(as('hub_gatekeeper', "insert into token_revocation (token) values ('t')")).rejects.toMatchObject({
      code: '42501',
    });
    await expect(as('hub_county', 'select from token_revocation')).rejects.toMatchObject({ code: '42501' });
    await expect(api.query('select from token_revocation')).rejects.toMatchObject({ code: '42501' });
  } finally {
    await api.close();
  }
});
