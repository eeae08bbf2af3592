import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IMPORTERS } from '../../importers/index.js';
import { verifyAccesses } from '../../src/accesses/index.js';
import { writeGlobalId } from '../../src/serve/global-id.js';
import {
  AccessesOfDocument,
  DataUsageDocument,
  type DataUsageQuery,
  type DataUsageQueryVariables,
  PersonWithSourcesDocument,
} from '../generated/graphql.js';
import { refreshTotals } from '../../src/totals/refresh-totals.js';
import { openApi, PURPOSE } from './open-api.js';
import { ALL_REGISTERS, COUNTY, EAST, EAST_1, GRID, ID, WEST } from './small-county.js';

const id = (kind: Parameters<typeof writeGlobalId>[0], key: number) => writeGlobalId(kind, COUNTY, key);
const DATASETS = IMPORTERS.flatMap((importer) => importer.datasets);
const PEOPLE = 'query PeopleOfHere { people(first: 50) { nodes { id name { value } phone { value } } } }';

let api: Awaited<ReturnType<typeof openApi>>;
beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.close());

interface Row {
  readonly [column: string]: unknown;
}
const lastRow = async (): Promise<Row> =>
  (
    await api.database.query<Row>(
      `select *, persons::text as "personIds", households::text as "householdIds" from access_log order by number desc limit 1`,
    )
  )[0]!;
const countRows = async (): Promise<number> =>
  (await api.database.query<{ n: number }>('select count(*) as n from access_log'))[0]!.n;

describe('a reading of personal data', () => {
  it('leaves one row: who, for what, whom it showed, which classes', async () => {
    const before = await countRows();
    const token = await api.tokenOf({ divisions: [EAST], fields: ['basic'] });
    const answer = await api.send({ query: PEOPLE }, { authorization: `Bearer ${token}` });
    expect(await countRows()).toBe(before + 1);
    const row = await lastRow();
    const [client] = await api.database.query<{ client: string }>(
      'select client from access_grant order by id desc limit 1',
    );
    expect(row).toMatchObject({
      county: COUNTY,
      client: client!.client,
      person: 'N-1',
      purpose: PURPOSE,
      basis: 'none',
      operation: 'PeopleOfHere',
      asked: ['people'],
      personIds: `{${ID.zhang},${ID.li},${ID.child},${ID.second}}`,
      shown: ['basic'],
      masked: ['contact'],
      revealed: [],
      outcome: 'ok',
      code: null,
      emergency: false,
      algorithm: 'sha256',
    });
    expect(row['token']).toMatch(/^[0-9a-f]{24}$/);
    expect(row['request']).toMatch(/^[\da-f-]{36}$/);
    expect((answer.data as { people: { nodes: unknown[] } }).people.nodes).toHaveLength(4);
  });

  it('names the households that were shown, and whom a record speaks of that was shown with them', async () => {
    await api.ask(COUNTY, 'query ($id: ID!) { household(id: $id) { number { value } } }', {
      id: id('Household', ID.household),
    });
    expect(await lastRow()).toMatchObject({ personIds: '{}', householdIds: `{${ID.household}}`, outcome: 'ok' });
    await api.ask(COUNTY, 'query ($id: ID!) { household(id: $id) { records { fields { value } } } }', {
      id: id('Household', ID.household),
    });
    const { personIds, shown } = await lastRow();
    expect(personIds).toContain(String(ID.zhang));
    expect(shown).toEqual(['basic', 'contact', 'identity', 'benefit', 'party', 'location']);
  });

  it('is on record also where nobody was found, it was refused, or it failed', async () => {
    await api.ask(COUNTY, `{ people(filter: { idNumber: "990502199001010018" }) { nodes { id } } }`);
    const none = await lastRow();
    expect(none).toMatchObject({ outcome: 'none', personIds: '{}', code: null });
    await api.ask(COUNTY, '{ reviewQueue { nodes { id } } }');
    expect(await lastRow()).toMatchObject({ outcome: 'refused', code: 'FORBIDDEN', asked: ['reviewQueue'] });
    await api.database.query('alter table record rename to record_elsewhere');
    const failed = await api.ask(COUNTY, `{ person(id: "${id('Person', ID.zhang)}") { name { value } } }`);
    await api.database.query('alter table record_elsewhere rename to record');
    expect(failed.errors![0]!.extensions.code).toBe('INTERNAL');
    expect(await lastRow()).toMatchObject({ outcome: 'error', code: 'INTERNAL', personIds: '{}' });
  });

  it('is on record also where somebody is only counted, but asked for by what they are known by', async () => {
    await api.database.query(
      `update record set stated = stated || '{"addressElements": {"road": "东街", "number": "1"}}' where id = 11`,
    );
    await refreshTotals(api.database, COUNTY, DATASETS);
    const [number, phone] = ['990000199001010017', '13900000009'];
    const PEOPLE_BY =
      'query Count($filter: PeopleFilter) { peopleAggregate(groupBy: [VILLAGE, SEX, AGE], filter: $filter)';
    const count = async (filter: object) =>
      await api.ask<{ peopleAggregate: { total: number } }>(COUNTY, `${PEOPLE_BY} { total groups { people } } }`, {
        filter,
      });
    for (const [filter, personIds, shown] of [
      [{ idNumber: number }, `{${ID.zhang}}`, ['identity', 'basic']],
      [{ phone, division: EAST_1 }, `{${ID.zhang}}`, ['contact', 'basic']],
      [{ name: '李四' }, `{${ID.li}}`, ['basic']],
      [{ namePrefix: '张', register: 'police' }, `{${ID.zhang},${ID.child}}`, ['basic']],
      [{ birthDate: '1990-01-01', division: EAST_1 }, `{${ID.zhang}}`, ['basic']],
    ] as const) {
      const before = await countRows();
      expect((await count(filter)).errors, JSON.stringify(filter)).toBeUndefined();
      expect(await countRows(), JSON.stringify(filter)).toBe(before + 1);
      expect(await lastRow()).toMatchObject({ asked: ['peopleAggregate'], outcome: 'ok', personIds, shown });
    }
    await count({ idNumber: '990502199001010018' });
    expect(await lastRow()).toMatchObject({ operation: 'Count', outcome: 'none', personIds: '{}' });
    const before = await countRows();
    await api.ask(COUNTY, '{ householdsAggregate(groupBy: [PEOPLE], filter: { addressPrefix: "东街1号" }) { total } }');
    expect(await lastRow()).toMatchObject({ householdIds: `{${ID.household}}`, shown: ['location'] });
    await api.ask(COUNTY, '{ dwellingsAggregate(groupBy: [], filter: { addressPrefix: "东街1号" }) { total } }');
    expect(await lastRow()).toMatchObject({ asked: ['dwellingsAggregate'], outcome: 'none' });
    expect(await countRows()).toBe(before + 2);
  });

  it('is refused on record where the client holds no grant for what it asks for', async () => {
    const token = await api.tokenFor([COUNTY]);
    for (const [purpose, kept] of [
      ['something-else', 'something-else'],
      ['p-990502199001010018', ''],
    ] as const) {
      const refused = await api.send({ query: PEOPLE }, { authorization: `Bearer ${token}`, purpose });
      expect(refused.errors![0]!.extensions.code).toBe('PURPOSE_NOT_GRANTED');
      expect(await lastRow()).toMatchObject({
        county: COUNTY,
        client: expect.stringMatching(/^test-/),
        person: 'N-1',
        purpose: kept,
        outcome: 'refused',
        code: 'PURPOSE_NOT_GRANTED',
        personIds: '{}',
      });
    }
  });

  it('is refused on record before anything is read, with what it would have asked where that is known', async () => {
    const token = await api.tokenOf({ fields: ['basic'] });
    const send = (body: unknown) => api.send(body, { authorization: `Bearer ${token}` });
    const number = '990000199001010017';
    const DEEP = 'households { household { members(first: 200) { nodes { person { records { ref } } } } } }';
    for (const [body, code, asked] of [
      [{ query: '{ people {' }, 'BAD_USER_INPUT', []],
      [{ query: `{ people${number} { id } }` }, 'BAD_USER_INPUT', []],
      [{ query: `{ people(first: 200) { nodes { ${DEEP} } } }` }, 'QUERY_TOO_COMPLEX', ['people']],
      [{ query: '{ __schema { types { name } } }' }, 'BAD_USER_INPUT', []],
      ['{"query": ', 'BAD_USER_INPUT', []],
      [{ documentId: `sha256:${'0'.repeat(64)}` }, 'DOCUMENT_UNKNOWN', []],
      [{ query: `{ people(filter: { idNumber: "${number}" }) { totalCount } }` }, 'FIELD_NOT_GRANTED', ['people']],
      [
        { query: '{ peopleAggregate(groupBy: [VILLAGE], filter: { phone: "13900000009" }) { publishedOn } }' },
        'FIELD_NOT_GRANTED',
        ['peopleAggregate'],
      ],
    ] as const) {
      const before = await countRows();
      expect((await send(body)).errors![0]!.extensions.code, JSON.stringify(body)).toBe(code);
      expect(await countRows(), JSON.stringify(body)).toBe(before + 1);
      const row = await lastRow();
      expect(row).toMatchObject({ outcome: 'refused', code, asked, personIds: '{}', purpose: PURPOSE, person: 'N-1' });
      expect(row['grants']).toHaveLength(1);
      expect(JSON.stringify(row)).not.toContain(number);
    }
    // What is refused is refused whether or not that can be written.
    await api.database.query('revoke insert on access_log from hub_access_writer');
    const refused = await send({ query: '{ people {' });
    await api.database.query('grant insert on access_log to hub_access_writer');
    expect(refused.errors![0]!.extensions.code).toBe('BAD_USER_INPUT');
  });

  it('is not what asks about places, schema or figures: these leave no row', async () => {
    const before = await countRows();
    for (const query of [
      '{ __typename }',
      '{ divisions { code name children { name } } viewer { client divisions { name } } }',
      '{ hub { people households } }',
      '{ deliveries { nodes { file count { rows } } } }',
      '{ grids { nodes { name { value } } } }',
      `{ peopleAggregate(groupBy: [SEX], filter: { division: "${EAST}", register: "police" }) { total } }`,
      `{ householdsAggregate(groupBy: [PEOPLE], filter: { division: "${EAST_1}" }) { total } }`,
    ])
      expect((await api.ask(COUNTY, query)).errors, query).toBeUndefined();
    expect(await countRows()).toBe(before);
  });

  it('leaves no value of anybody in any row, whatever was asked for and however it was called', async () => {
    const values = await api.database.query<{ value: string }>(
      `select distinct value from record, lateral (select jsonb_path_query(stated, 'strict $.**') #>> '{}' as value) as v
       where jsonb_typeof(stated) = 'object' and length(value) between 2 and 60
       union select name from record where name is not null union select id_number from record where id_number is not null`,
    );
    const number = (
      await api.database.query<{ n: string }>('select id_number as n from record where id_number is not null limit 1')
    )[0]!.n;
    for (const query of [
      `query Find_${number} { people(filter: { idNumber: "${number}" }) { nodes { id name { value } } } }`,
      `{ p${number.slice(0, 17)}: people(filter: { idNumber: "${number}" }) { nodes { idNumber { value } } } }`,
    ]) {
      await api.ask(COUNTY, query);
      expect(await lastRow()).toMatchObject({ operation: null, outcome: 'ok' });
    }
    await api.ask(COUNTY, PersonWithSourcesDocument, { id: id('Person', ID.zhang) });
    const rows = await api.database.query<{ text: string }>(
      `select concat_ws(' ', client, person, token, purpose, basis, operation, document, asked::text, shown::text, masked::text, revealed::text,
         reveal_reasons::text, outcome, code) as text from access_log`,
    );
    const text = rows.map((row) => row.text).join('\n');
    // Words of ours are no values: what a person's record states and a class is called alike.
    const told = values.map(({ value }) => value).filter((value) => /\p{Script=Han}|\d{6}/u.test(value));
    expect(told.length).toBeGreaterThan(20);
    expect(told.filter((value) => text.includes(value))).toEqual([]);
  });

  it('has a document whose hash tells nothing of the literals in it', async () => {
    const ask = async (number: string) => {
      await api.ask(COUNTY, `{ people(filter: { idNumber: "${number}" }) { nodes { id } } }`);
      return (await lastRow())['document'];
    };
    expect(await ask('990502199001010018')).toBe(await ask('990502198505050026'));
    await api.ask(COUNTY, PEOPLE);
    const { createHash } = await import('node:crypto');
    expect((await lastRow())['document']).toBe(createHash('sha256').update(PEOPLE).digest('hex'));
  });
});

describe('what cannot be written down', () => {
  it('is not answered: 503 UNAVAILABLE and no data, until it can be', async () => {
    await api.ask(COUNTY, PEOPLE);
    for (const [breaks, mends] of [
      ['revoke insert on access_log from hub_access_writer', 'grant insert on access_log to hub_access_writer'],
      [
        `alter table access_log add constraint disk_full check (number < 0) not valid`,
        'alter table access_log drop constraint disk_full',
      ],
    ] as const) {
      await api.database.query(breaks);
      const refused = await api.ask(COUNTY, PEOPLE);
      const places = await api.ask(COUNTY, '{ divisions { name } }');
      await api.database.query(mends);
      expect(refused.status).toBe(503);
      expect(refused.data ?? null).toBeNull();
      expect(refused.errors![0]!.extensions.code).toBe('UNAVAILABLE');
      expect(refused.text).not.toMatch(/张|access_log/);
      expect(places.status).toBe(200);
      expect((await api.ask(COUNTY, PEOPLE)).status).toBe(200);
    }
  });

  it('is not answered, whatever was asked and however it is answered', async () => {
    const token = await api.tokenOf({
      divisions: [COUNTY],
      fields: ['basic', 'party'],
      reveals: 9,
      may: ['usage', 'review'],
    });
    const person = id('Person', ID.zhang);
    const asked: readonly (readonly [string, object?])[] = [
      [PEOPLE],
      [
        'query ($id: ID!) { person(id: $id) { name { value } households { household { members(first: 9) { nodes { person { name { value } } } } } } } }',
        { id: person },
      ],
      ['query ($id: ID!) { node(id: $id) { ... on Person { name { value } } } }', { id: person }],
      ['query ($id: ID!) { person(id: $id) { reveal(field: ID_NUMBER, reason: "核对低保") } }', { id: person }],
      ['{ people(first: 3) { nodes { id } totalCount } }'],
      ['query ($id: ID!) { person(id: $id) { records { fields { value } } } }', { id: person }],
      [
        '{ households(first: 5) { nodes { number { value } members(first: 9) { nodes { person { name { value } } } } } } }',
      ],
      ['query ($id: ID!) { dataUsage(personId: $id) { nodes { at } } }', { id: person }],
      ['{ reviewQueue { nodes { id } } }'],
    ];
    const ask = ([query, variables]: (typeof asked)[number]) =>
      api.send({ query, variables }, { authorization: `Bearer ${token}` });
    // Twice: the second time it is answered by what was made of it the first time.
    for (const each of [...asked, ...asked]) expect((await ask(each)).errors, each[0]).toBeUndefined();
    await api.database.query(
      `create function disk_full() returns trigger language plpgsql as $$ begin raise exception 'No space left on device' using errcode = '53100'; end $$`,
    );
    await api.database.query(
      'create trigger disk_full before insert on access_log for each row execute function disk_full()',
    );
    for (const each of asked) {
      const { status, data, errors, text } = await ask(each);
      expect([status, data ?? null, errors![0]!.extensions.code], each[0]).toEqual([503, null, 'UNAVAILABLE']);
      expect(text, each[0]).not.toMatch(/张|9900|No space/);
    }
    await api.database.query('drop function disk_full cascade');
    for (const each of asked) expect((await ask(each)).errors, each[0]).toBeUndefined();
  });

  it('is no answer that anybody got: rows are never fewer than answers, however connections break', async () => {
    const token = await api.tokenFor([COUNTY]);
    const rows = await countRows();
    const met = { answers: 0, cut: 0 };
    const one = (delay: number) =>
      new Promise<void>((done) => {
        const asked = request(api.url, {
          method: 'POST',
          headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, purpose: PURPOSE },
        });
        const timer = setTimeout(() => asked.destroy(), delay);
        asked.on('response', (response) => {
          let text = '';
          response.setEncoding('utf8').on('data', (part: string) => (text += part));
          response.on('end', () => {
            clearTimeout(timer);
            if (/"nodes":\[\{/.test(text)) met.answers += 1;
            done();
          });
          response.on('error', () => (met.cut++, done()));
        });
        asked.on('error', () => (met.cut++, done()));
        asked.end(JSON.stringify({ query: PEOPLE }));
      });
    // Around the time that an answer takes on this machine at this moment, as it goes.
    const begun = performance.now();
    await Promise.all(Array.from({ length: 10 }, () => one(10_000)));
    let usual = performance.now() - begun;
    for (let round = 0; round < 40 || ((met.answers <= 20 || met.cut <= 20) && round < 400); round += 1) {
      const before = { ...met };
      await Promise.all(Array.from({ length: 10 }, () => one(Math.random() * 2 * usual)));
      if (met.answers === before.answers) usual *= 1.5;
      if (met.cut === before.cut) usual /= 1.5;
    }
    // Whoever was cut off may still be under way.
    for (let seen = -1, now = await countRows(); seen !== now; now = await countRows()) {
      seen = now;
      await new Promise((wait) => setTimeout(wait, 500));
    }
    expect(met.answers).toBeGreaterThan(20);
    expect(met.cut).toBeGreaterThan(20);
    expect((await countRows()) - rows).toBeGreaterThanOrEqual(met.answers);
    expect((await verifyAccesses(api.database)).misfit).toBeNull();
  });
});

const askUsage = (variables: DataUsageQueryVariables) =>
  api.ask<DataUsageQuery, DataUsageQueryVariables>(COUNTY, DataUsageDocument, variables, ALL_REGISTERS, ['usage']);

describe('who has looked', () => {
  it('is told to viewers that may `usage`, of persons that they see, in Estonia’s fields', async () => {
    const person = `query Look($id: ID!) { person(id: $id) { name { value } idNumber { value } } }`;
    await api.ask(WEST, person, { id: id('Person', ID.western) });
    const usage = await api.ask(COUNTY, DataUsageDocument, { id: id('Person', ID.western), first: 3 }, ALL_REGISTERS, [
      'usage',
    ]);
    expect(usage.errors).toBeUndefined();
    expect(usage.data.dataUsage!.nodes[0]).toMatchObject({
      organ: 'test',
      system: expect.stringMatching(/^test-\d+$/),
      action: '查看个人情况',
      purpose: PURPOSE,
      purposeText: '测试',
      basis: 'none',
      shown: ['basic', 'identity'],
      masked: [],
      revealed: [],
      emergency: false,
    });
    expect(usage.text).not.toMatch(/N-1/);
    const refused = await api.ask(COUNTY, DataUsageDocument, { id: id('Person', ID.western) });
    expect(refused.errors![0]!.extensions.code).toBe('FORBIDDEN');
    const elsewhere = await api.ask(EAST, DataUsageDocument, { id: id('Person', ID.western) }, ALL_REGISTERS, [
      'usage',
    ]);
    expect(elsewhere.data.dataUsage).toBeNull();
  });

  it('is paged without losing or repeating a row, by cursors that are never the same twice', async () => {
    const pages: string[][] = [];
    let after: string | null = null;
    const to = new Date().toISOString();
    for (;;) {
      const answer: Awaited<ReturnType<typeof askUsage>> = await askUsage({
        id: id('Person', ID.zhang),
        to,
        first: 7,
        after,
      });
      const { nodes, pageInfo, totalCount } = answer.data.dataUsage!;
      pages.push(nodes.map((each) => each.requestId));
      if (!pageInfo.hasNextPage) {
        expect(totalCount).toBe(pages.flat().length);
        break;
      }
      expect(pageInfo.endCursor).not.toBe(after);
      after = pageInfo.endCursor!;
    }
    expect(new Set(pages.flat()).size).toBe(pages.flat().length);
    expect(pages.length).toBeGreaterThan(3);
    const forged = await api.ask(
      COUNTY,
      DataUsageDocument,
      { id: id('Person', ID.zhang), after: 'A'.repeat(22) },
      ALL_REGISTERS,
      ['usage'],
    );
    expect(forged.errors![0]!.extensions.code).toBe('BAD_USER_INPUT');
  });

  it('finds by a person’s id what was read by an id that went into it', async () => {
    await api.database.query(
      `insert into entity (county, id, kind, status) values ($1, 1777, 'person', 'current') on conflict do nothing`,
      [COUNTY],
    );
    await api.database.query('update link set person = 1777 where person = $1', [ID.li]);
    await api.ask(COUNTY, `query Early { person(id: "${id('Person', 1777)}") { id } }`);
    expect((await lastRow())['personIds']).toBe('{1777}');
    const early = (await lastRow())['request'];
    await api.database.query('update link set person = $1 where person = 1777', [ID.li]);
    await api.database.query(`update entity set merged_into = $1, status = 'merged' where id = 1777`, [ID.li]);
    for (const key of [ID.li, 1777]) {
      const { data } = await api.ask(COUNTY, DataUsageDocument, { id: id('Person', key), first: 50 }, ALL_REGISTERS, [
        'usage',
      ]);
      expect(data.dataUsage!.nodes.map((each) => each.requestId)).toContain(early);
    }
    const [client] = await api.database.query<{ client: string }>('select client from access_log where request = $1', [
      early,
    ]);
    const breach = await api.ask(COUNTY, AccessesOfDocument, { client: client!.client, first: 200 }, ALL_REGISTERS, [
      'audit',
    ]);
    expect(breach.data.accessesOf.nodes.find((each) => each.personId === id('Person', 1777))).toMatchObject({
      currentId: id('Person', ID.li),
      times: 1,
    });
  });

  it('tells a client of its own looks and of nobody else’s', async () => {
    const mine = '{ myAccesses(first: 200) { totalCount nodes { operation officer people outcome code system } } }';
    const token = await api.tokenOf({ divisions: [EAST], reveals: 7 });
    const send = (query: string) => api.send({ query }, { authorization: `Bearer ${token}` });
    expect((await send(mine)).data).toMatchObject({ myAccesses: { totalCount: 0, nodes: [] } });
    await send(PEOPLE);
    await send('{ reviewQueue { nodes { id } } }');
    expect((await send(mine)).data).toMatchObject({
      myAccesses: {
        totalCount: 2,
        nodes: [
          { operation: null, outcome: 'REFUSED', code: 'FORBIDDEN', people: 0, officer: 'N-1' },
          { operation: 'PeopleOfHere', outcome: 'OK', code: null, people: 4 },
        ],
      },
    });
  });

  it('answers the auditor whose data a client was shown, and nobody else', async () => {
    const token = await api.tokenOf({ divisions: [WEST], reveals: 3 });
    const [{ client }] = (await api.database.query<{ client: string }>(
      'select client from access_grant order by id desc limit 1',
    )) as [{ client: string }];
    await api.send({ query: PEOPLE }, { authorization: `Bearer ${token}` });
    const asked = { client, from: new Date(Date.now() - 60_000).toISOString() };
    const { data } = await api.ask(COUNTY, AccessesOfDocument, asked, ALL_REGISTERS, ['audit']);
    expect(data.accessesOf.nodes).toMatchObject([{ personId: id('Person', ID.western), times: 1 }]);
    const before = { client, to: asked.from };
    expect((await api.ask(COUNTY, AccessesOfDocument, before, ALL_REGISTERS, ['audit'])).data.accessesOf.nodes).toEqual(
      [],
    );
    const mistyped = await api.ask(COUNTY, AccessesOfDocument, { client: `${client}x` }, ALL_REGISTERS, ['audit']);
    expect(mistyped.errors![0]).toMatchObject({
      message: 'There is no such client. 没有这个客户端',
      extensions: { code: 'BAD_USER_INPUT' },
    });
    for (const may of [[], ['usage'], ['review']] as const) {
      const { errors } = await api.ask(COUNTY, AccessesOfDocument, asked, ALL_REGISTERS, may);
      expect(errors![0]!.extensions.code).toBe('FORBIDDEN');
    }
    await api.database.query(
      `insert into access_alarm (county, day, client, kind, counted, threshold) values ($1, '2026-11-20', 'greedy', 'rows', 3, 2)`,
      [COUNTY],
    );
    const alarms = '{ accessAlarms { day client kind counted threshold } }';
    expect((await api.ask(COUNTY, alarms, undefined, ALL_REGISTERS, ['audit'])).data).toEqual({
      accessAlarms: [{ day: '2026-11-20', client: 'greedy', kind: 'rows', counted: 3, threshold: 2 }],
    });
    expect((await api.ask(COUNTY, alarms)).errors![0]!.extensions.code).toBe('FORBIDDEN');
    // Below the county the log would name people of other villages.
    for (const where of [[EAST], [EAST_1], [GRID], [WEST, EAST_1]])
      for (const answer of [
        await api.ask(where, AccessesOfDocument, asked, ALL_REGISTERS, ['audit']),
        await api.ask(where, alarms, undefined, ALL_REGISTERS, ['audit']),
      ])
        expect(answer.errors).toMatchObject([
          { message: expect.stringContaining('auditors of the whole county'), extensions: { code: 'FORBIDDEN' } },
        ]);
    const below = await api.database.transaction(async (session) => {
      await session.query(
        `set local role hub_village; set local hub.county = '${COUNTY}'; set local hub.villages = '${EAST_1}'; set local hub.may = 'audit'`,
      );
      const { rows } = await session.query<{ n: number }>(
        `select count(*) + count_persons_shown_to('${COUNTY}', $1, '-infinity', 'infinity') as n
         from persons_shown_to('${COUNTY}', $1, '-infinity', 'infinity', 0, 100)`,
        [client],
      );
      return rows[0]!.n;
    });
    expect(below).toBe(0);
  });
});
