import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  AccessRefused,
  confirmGrant,
  GrantRefused,
  listGrants,
  openGrants,
  openReadings,
  proposeGrant,
  registerClient,
  registerPurpose,
  revokeGrant,
  type Grants,
  type GrantTerms,
  type Readings,
} from '../../src/authorize/index.js';
import type { TokenHolder } from '../../src/model/viewer.js';
import { cloneDatabase } from '../database/clone.js';
import { ALL_REGISTERS, COUNTY, EAST, EAST_1, EAST_2, EVERYTHING, fillSmallCounty } from '../serve/small-county.js';

let database: Awaited<ReturnType<typeof cloneDatabase>>;
let grants: Grants;
let readings: Readings;
const soon = (milliseconds: number) => new Date(Date.now() + milliseconds);
const PURPOSE = {
  code: 'home-visit',
  zh: '走访',
  en: 'home visits',
  legalBasis: '条例第二十条',
  scenario: '网格走访',
  forMinors: false,
};

beforeAll(async () => {
  database = await cloneDatabase();
  await fillSmallCounty(database);
  grants = openGrants({ apiUrl: database.apiUrl });
  readings = openReadings({ apiUrl: database.apiUrl, poolSize: 1 });
  await registerPurpose(database.pool, COUNTY, { ...PURPOSE, validUntil: soon(1e8) }, '李四');
});
afterAll(async () => {
  await grants.close();
  await readings.close();
  await database.close();
});

const TERMS: Omit<GrantTerms, 'client'> = {
  ...EVERYTHING,
  purpose: 'home-visit',
  divisions: [EAST_1],
  fields: ['basic'],
  validUntil: soon(1e7),
};
let clients = 0;
async function holderOf(): Promise<TokenHolder> {
  const name = `client-${(clients += 1)}`;
  await registerClient(database.pool, COUNTY, { name, organ: '街道', kind: 'program', by: '李四' });
  return { client: name, person: null, token: 't', issued: new Date(), expires: soon(1e6) };
}
const propose = ({ client }: TokenHolder, terms: Partial<GrantTerms> = {}) =>
  proposeGrant(database.pool, COUNTY, { ...TERMS, ...terms, client }, '王五');
/** As the next request is, whose reading finds that what was known is stale. */
const admitAnew = (holder: TokenHolder, grant?: number) => {
  grants.forget();
  return grants.admit(holder, 'home-visit', grant);
};
const refusal = (promise: Promise<unknown>) =>
  promise.then(
    () => null,
    (error: unknown) => (error instanceof AccessRefused ? error.refusal : error),
  );
const count = async (holder: TokenHolder) => {
  const viewer = await grants.admit(holder, 'home-visit');
  return await readings.read(
    viewer,
    async (reading) => (await reading.query<{ n: number }>({ text: 'select count(*) as n from record' }, []))[0]!.n,
  );
};

it('tells a database that is away from a grant that is not there', async () => {
  const holder = await holderOf();
  const away = openGrants({ apiUrl: database.apiUrl.replace(/:\d+\//, ':1/') });
  try {
    await expect(away.admit(holder, 'home-visit')).rejects.toMatchObject({ failure: 'unavailable' });
  } finally {
    await away.close();
  }
});

describe('a client', () => {
  it('is admitted for a purpose that it holds a grant of, from the request after it was granted', async () => {
    const holder = await holderOf();
    expect(await refusal(grants.admit(holder, null))).toBe('PURPOSE_REQUIRED');
    expect(await refusal(grants.admit(holder, 'home-visit'))).toBe('PURPOSE_NOT_GRANTED');
    const id = await propose(holder);
    expect(await grants.admit(holder, 'home-visit')).toMatchObject({
      ...holder,
      purpose: 'home-visit',
      basis: '条例第二十条',
      divisions: [EAST_1],
      fields: ['basic'],
      grants: [id],
    });
    expect(await refusal(grants.admit(holder, 'another'))).toBe('PURPOSE_NOT_GRANTED');
  });

  it('reads nothing more from the moment a grant is revoked, also by what it was admitted with before', async () => {
    const holder = await holderOf();
    const id = await propose(holder);
    const viewer = await grants.admit(holder, 'home-visit');
    expect(await count(holder)).toBeGreaterThan(5);
    await revokeGrant(database.pool, COUNTY, id, '王五', '走访结束');
    await expect(
      readings.read(viewer, (reading) => reading.query({ text: 'select 1 from record' }, [])),
    ).rejects.toMatchObject({ failure: 'stale' });
    // Also where the work made something of the failure.
    await expect(
      readings.read(viewer, (reading) => reading.query({ text: 'select 1 from record' }, []).catch(() => [])),
    ).rejects.toMatchObject({ failure: 'stale' });
    grants.forget();
    expect(await refusal(grants.admit(holder, 'home-visit'))).toBe('PURPOSE_NOT_GRANTED');
  });

  it('holds what is above a village once a second person has confirmed it', async () => {
    const holder = await holderOf();
    const id = await propose(holder, { divisions: [EAST] });
    expect(await refusal(grants.admit(holder, 'home-visit'))).toBe('PURPOSE_NOT_GRANTED');
    await expect(confirmGrant(database.pool, COUNTY, id, ' 王 五 ')).rejects.toThrow(GrantRefused);
    await confirmGrant(database.pool, COUNTY, id, '赵六');
    expect((await grants.admit(holder, 'home-visit')).divisions).toEqual([EAST]);
    expect((await listGrants(database.pool, COUNTY, holder.client))[0]).toMatchObject({ holds: true, waits: false });
  });

  it('sees the divisions of several grants together where these differ in nothing else, and else has to name one', async () => {
    const holder = await holderOf();
    const first = await propose(holder);
    await propose(holder, { divisions: [EAST_2], reveals: 3 });
    expect(await admitAnew(holder)).toMatchObject({ divisions: [EAST_1, EAST_2], reveals: 3 });
    await propose(holder, { divisions: [EAST_2], registers: ['police'] });
    expect(await refusal(admitAnew(holder))).toBe('GRANT_AMBIGUOUS');
    expect((await admitAnew(holder, first)).divisions).toEqual([EAST_1]);
  });

  it('holds nothing before its time, after it, or where the purpose has ended', async () => {
    const holder = await holderOf();
    await propose(holder, { validFrom: soon(3_600_000) });
    expect(await refusal(grants.admit(holder, 'home-visit'))).toBe('PURPOSE_NOT_GRANTED');
    const short = await holderOf();
    await propose(short, { validUntil: soon(600) });
    await grants.admit(short, 'home-visit');
    await new Promise((wait) => setTimeout(wait, 700));
    expect(await refusal(grants.admit(short, 'home-visit'))).toBe('PURPOSE_NOT_GRANTED');
    const ending = await holderOf();
    await registerPurpose(database.pool, COUNTY, { ...PURPOSE, code: 'ends', validUntil: soon(1e6) }, '李四');
    await propose(ending, { purpose: 'ends' });
    await grants.admit(ending, 'ends');
    await database.query(`update purpose set ended_at = now() where code = 'ends'`);
    grants.forget();
    expect(await refusal(grants.admit(ending, 'ends'))).toBe('PURPOSE_NOT_GRANTED');
  });
});

describe('a grant', () => {
  it.each<[string, Partial<GrantTerms>]>([
    ['another county', { divisions: ['530112'] }],
    ['no code', { divisions: ["530502'--"] }],
    ['no register', { registers: [] }],
    ['a class that there is not', { fields: ['religion' as never] }],
    ['a permission that there is not', { may: ['everything' as never] }],
    ['an end in the past', { validUntil: soon(-1000) }],
    ['a purpose that nobody registered', { purpose: 'no-such' }],
  ])('is refused: %s', async (_, terms) => {
    const holder = await holderOf();
    await expect(propose(holder, terms)).rejects.toThrow(GrantRefused);
  });

  it('is never changed nor deleted, by the owner neither', async () => {
    const holder = await holderOf();
    const id = await propose(holder);
    for (const change of [
      `update access_grant set divisions = '{530502}' where id = ${id}`,
      `update access_grant set valid_until = now() + interval '9 years' where id = ${id}`,
      `delete from access_grant where id = ${id}`,
    ])
      await expect(database.query(change)).rejects.toMatchObject({ code: '23001' });
  });

  it('is read by the API as a role that can do nothing else', async () => {
    const { Client } = await import('pg');
    const client = new Client({ connectionString: database.apiUrl });
    await client.connect();
    try {
      await expect(client.query('select * from access_grant')).rejects.toMatchObject({ code: '42501' });
      for (const text of [
        'select * from record',
        `update access_grant set revoked_by = 'x'`,
        `insert into client values ('530502', 'x', 'x', 'program', 'x')`,
        'update access_version set version = 1',
      ]) {
        await client.query('begin; set local role hub_gatekeeper');
        await expect(client.query(text), text).rejects.toMatchObject({ code: '42501' });
        await client.query('rollback');
      }
    } finally {
      await client.end();
    }
  });
});

describe('the tie', () => {
  it('shows rows of where people live, of where they are registered, or of both, and goes with what is said of a row', async () => {
    const see = async (ties: GrantTerms['ties']) => {
      const holder = await holderOf();
      await propose(holder, { ties });
      const viewer = await grants.admit(holder, 'home-visit');
      return await readings.read(viewer, async (reading) => ({
        ties: (
          await reading.query<{ tie: string }>(
            { text: 'select distinct tie from link where tie is not null order by 1' },
            [],
          )
        ).map((row) => row.tie),
        findings: (await reading.query({ text: 'select id from finding' }, [])).length,
      }));
    };
    expect(await see(['resident', 'registered'])).toEqual({ ties: ['registered', 'resident'], findings: 2 });
    expect(await see(['resident'])).toEqual({ ties: ['resident'], findings: 0 });
    expect((await see(['registered'])).ties).toEqual(['registered']);
  });

  it('says to the registration that somebody lives elsewhere, and nothing of where', async () => {
    const asked = async (divisions: string[], registers: readonly string[]) => {
      const holder = await holderOf();
      await propose(holder, { divisions, registers });
      const viewer = await grants.admit(holder, 'home-visit');
      return await readings.read(
        viewer,
        async (reading) =>
          (await reading.query<{ is: boolean }>({ text: 'select lives_elsewhere($1, $2) as is' }, [COUNTY, 1005]))[0]!
            .is,
      );
    };
    await database.query(`update link set village = '${EAST_2}', township = '${EAST}' where record = 33`);
    expect(await asked(['530502002001'], ALL_REGISTERS)).toBe(true);
    expect(await asked(['530502002001'], ['police'])).toBe(false);
    expect(await asked([EAST_2], ALL_REGISTERS)).toBe(false);
    await database.query(`update link set village = '530502002001', township = '530502002' where record = 33`);
    expect(await asked(['530502002001'], ALL_REGISTERS)).toBe(false);
  });
});
