import { gzipSync } from 'node:zlib';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTarget, PLANTED, repeat, type Target } from './open-target.js';

let target: Target;
beforeAll(async () => {
  target = await openTarget();
});
afterAll(() => target.close());

const levels = (count: number) =>
  `{ people(first: 1) { nodes { ${Array.from({ length: count }).reduce<string>((inner) => `households { household { members { nodes { person { ${inner} } } } } }`, 'id')} } } }`;

describe('D1–D10: what asks for too much is refused before anything is read', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['D1 101 aliases of __typename', `{ ${repeat(101, (at) => `a${at}: __typename`)} }`],
    ['D2 101 aliases of a person', `{ ${repeat(101, (at) => `a${at}: person(id: "${at}") { id }`)} }`],
    [
      'D2 aliases in a fragment that is spread twice',
      `{ ...A ...B } fragment A on Query { ...C } fragment B on Query { ...C } fragment C on Query { ${repeat(16, (at) => `a${at}: viewer { client }`)} }`,
    ],
    ['D4 200 directives', `{ ${repeat(200, () => 'viewer @skip(if: false) { client }')} }`],
    ['D5 5,000 fields', `{ ${repeat(5000, () => '__typename')} }`],
    ['D7 a circle of 5 rounds', levels(5)],
    ['D7 a circle of 50 rounds', levels(50)],
    ['D7 5,000 levels', `${repeat(5000, () => '{ parent ', '')}${'}'.repeat(5000)}`],
    [
      'D8 pages of pages',
      '{ people(first: 200) { nodes { households { household { members(first: 200) { nodes { person { records { ref } } } } } } } } }',
    ],
    [
      'D10 10,000 fields that overlap',
      `{ viewer { ${repeat(10_000, (at) => (at % 2 === 0 ? 'client' : 'client: purpose'))} } }`,
    ],
  ];
  it.each(cases)('%s', async (_, query) => {
    const before = target.statements.length;
    const answer = await target.attack(query);
    expect(target.statements.length).toBe(before);
    await target.refuses(answer, 'QUERY_TOO_COMPLEX', { errors: 1 });
    expect(answer.errors![0]!.message).not.toMatch(/\d/);
  });

  it('D2 lets 15 aliases pass', async () => {
    const answer = await target.attack(`{ ${repeat(15, (at) => `a${at}: viewer { client }`)} }`);
    expect(answer.errors).toBeUndefined();
  });

  it('D3 a list of ten', async () => {
    const answer = await target.send(
      Array.from({ length: 10 }, () => ({ documentId: target.documentId })),
      target.honest,
    );
    await target.refuses(answer, 'BAD_USER_INPUT', { errors: 1 });
  });

  it('D4 500 fields with directives that nobody knows are answered with ten errors at most', async () => {
    await target.refuses(await target.attack(`{ ${repeat(300, () => '__typename @aa')} }`), 'BAD_USER_INPUT', {
      errors: 10,
    });
  });

  it.each([
    ['two', '{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }'],
    ['itself', '{ ...A } fragment A on Query { ...A }'],
    ['an inline fragment', '{ ...A } fragment A on Query { ... on Query { ...A } }'],
  ])('D6 a fragment in a circle through %s', async (_, query) => {
    await target.refuses(await target.attack(query), 'BAD_USER_INPUT');
  });

  it('D8 counts a page that stands in a variable, or in what a variable is by default', async () => {
    const inner =
      '{ nodes { mentions { about { ... on Household { members(first: $n) { nodes { person { id } } } } } } } }';
    const stated = await target.attack(`query ($n: Int) { people(first: $n) ${inner} }`, { n: 200 });
    await target.refuses(stated, 'QUERY_TOO_COMPLEX', { errors: 1 });
    const byDefault = await target.attack(`query ($n: Int = 200) { people(first: $n) ${inner} }`);
    await target.refuses(byDefault, 'QUERY_TOO_COMPLEX', { errors: 1 });
  });

  it.each(['99999999', '-1', '0', '201', '2147483648', '1e9', '"10"', `"${PLANTED}"`])(
    'D9 first: %s',
    async (first) => {
      await target.refuses(await target.attack(`{ people(first: ${first}) { nodes { id } } }`), 'BAD_USER_INPUT');
      const variables = { n: JSON.parse(first) as unknown };
      const query = 'query ($n: Int) { people(first: $n) { nodes { id } } }';
      await target.refuses(await target.attack(query, variables), 'BAD_USER_INPUT');
    },
  );

  it('D11 introspection in circles', async () => {
    const inner = Array.from({ length: 5 }).reduce<string>((text) => `fields { type { ${text} } }`, 'name');
    await target.refuses(await target.attack(`{ __schema { types { ${inner} } } }`), 'BAD_USER_INPUT');
  });
});

describe('D12: bodies', () => {
  it('of 2 MB, and of 300 KB', async () => {
    for (const size of [2_000_000, 300_000]) {
      const answer = await target
        .send({ query: `{ __typename } # ${'x'.repeat(size)}` }, target.developer)
        .catch(() => null);
      // Who is still writing when the answer is there may see the socket closed instead.
      if (answer) await target.refuses(answer, 'TOO_LARGE', { status: 413, errors: 1 });
    }
    await target.stillAnswers();
  });

  it('of 60 KB with nothing but a comment are read, and do no harm', async () => {
    expect((await target.attack(`{ __typename } # ${'x'.repeat(60_000)}`)).status).toBe(200);
  });

  it('that are packed are not unpacked', async () => {
    const answer = await fetch(target.url, {
      method: 'POST',
      headers: { ...target.developer, purpose: 'test', 'content-type': 'application/json', 'content-encoding': 'gzip' },
      body: gzipSync(`{"query":"{__typename}","pad":"${'x'.repeat(20_000_000)}"}`),
    });
    expect(answer.status).toBe(400);
    await target.stillAnswers();
  });

  it('that never end are cut off, and do not keep others waiting', async () => {
    const head = `POST /graphql HTTP/1.1\r\n${target.headersOf(target.developer)}transfer-encoding: chunked\r\n\r\n`;
    const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
    const [heard] = await Promise.all([target.write([head, ...Array<string>(8).fill(chunk)]), target.stillAnswers()]);
    expect(heard).toMatch(/^HTTP\/1\.1 413/);
    expect(heard).toContain('TOO_LARGE');
  });

  it('whose headers drip are closed within the time that headers have', async () => {
    const started = Date.now();
    const [heard] = await Promise.all([
      target.write('POST /graphql HTTP/1.1\r\nhost: localhost\r\nx-slow: ', 20_000),
      sleep(500).then(target.stillAnswers),
    ]);
    expect(Date.now() - started).toBeLessThan(14_000);
    expect(heard).toMatch(/^HTTP\/1\.1 408/);
    expect(heard).toContain('BAD_USER_INPUT');
  }, 30_000);

  it('with headers without end', async () => {
    const heard = await target.write(`GET / HTTP/1.1\r\nhost: localhost\r\nx: ${'x'.repeat(40_000)}\r\n\r\n`);
    expect(heard).toMatch(/^HTTP\/1\.1 431/);
  });

  it('with 5,000 variables, and with lists 20,000 deep', async () => {
    const variables = Object.fromEntries(Array.from({ length: 5000 }, (_, at) => [`v${at}`, at]));
    expect((await target.attack('{ __typename }', variables)).status).toBe(200);
    const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
    await target.refuses(await target.send(deep, target.developer), 'BAD_USER_INPUT', { errors: 1 });
    const query = 'query ($f: PeopleFilter) { people(filter: $f) { nodes { id } } }';
    const asValue = await target.send(`{"query":"${query}","variables":{"f":{"name":${deep}}}}`, target.developer);
    await target.refuses(asValue, 'BAD_USER_INPUT');
  });
});

describe('D13, D14', () => {
  it('a text of 200 KB, and one that would keep an expression busy', async () => {
    const query = 'query ($f: PeopleFilter) { people(filter: $f) { nodes { id } } }';
    const long = await target.attack(query, { f: { namePrefix: '一'.repeat(60_000) } });
    expect([200, 400]).toContain(long.status);
    const busy = await target.attack(query, { f: { name: `${'a'.repeat(50)}!` } });
    expect(busy.status).toBe(200);
    await target.stillAnswers();
  });

  it('there is no order by a column', async () => {
    for (const order of ['orderBy: "name"', 'orderBy: NAME', 'order: {name: ASC}', 'sort: "name; drop table link"']) {
      await target.refuses(await target.attack(`{ people(${order}) { nodes { id } } }`), 'BAD_USER_INPUT');
    }
  });
});

describe('D15, D16', () => {
  it('200 of the most expensive at once by one client leave the others theirs', async () => {
    const crowded = await openTarget({ places: 40, rate: { steady: 20_000, burst: 40_000 } });
    try {
      const query =
        '{ people(first: 200) { nodes { households { household { members { nodes { person { id name { value } } } } } } } } }';
      const asked = Array.from({ length: 200 }, () => crowded.attack(query));
      const others: number[] = [];
      for (let at = 0; at < 20; at += 1) {
        const started = performance.now();
        const answer = await crowded.send({ documentId: crowded.documentId, variables: { first: 2 } }, crowded.honest);
        others.push(performance.now() - started);
        // A full house may be told to the others too; but soon, and not for long.
        expect([200, 503]).toContain(answer.status);
        await sleep(20);
      }
      const answers = await Promise.all(asked);
      const statuses = new Set(answers.map(({ status }) => status));
      expect([...statuses].toSorted((a, b) => a - b).filter((status) => ![200, 429, 503].includes(status))).toEqual([]);
      const refused = answers.filter(({ status }) => status !== 200);
      expect(refused.length).toBeGreaterThan(100);
      for (const { errors } of refused) expect(['RATE_LIMITED', 'OVERLOADED']).toContain(errors![0]!.extensions.code);
      expect(others.toSorted((a, b) => a - b)[18]!).toBeLessThan(500);
      await crowded.stillAnswers();
    } finally {
      await crowded.close();
    }
  });

  it('who leaves has nothing run on: the statement ends within a second, and the connection is there again', async () => {
    const { database } = target;
    await database.query('alter table link rename to link_behind');
    await database.query(
      'create view link with (security_invoker) as select l.* from link_behind l, lateral (select pg_sleep(0.9)) as late',
    );
    await database.query('grant select on link to hub_county');
    const running = async () =>
      (
        await database.query<{ n: number }>(
          `select count(*) as n from pg_stat_activity where datname = current_database() and application_name = 'hub api' and state <> 'idle'`,
        )
      )[0]!.n;
    try {
      const body = '{"query":"{ people(first: 5) { nodes { id } } }"}';
      const head = `POST /graphql HTTP/1.1\r\n${target.headersOf(target.developer)}content-length: ${body.length}\r\n\r\n`;
      await target.write(head + body, 300);
      await expect.poll(running, { timeout: 450, interval: 30 }).toBe(0);
      expect(target.requests.at(-1)).toMatchObject({ code: 'GONE' });
    } finally {
      await database.query('drop view link');
      await database.query('alter table link_behind rename to link');
    }
    for (let at = 0; at < 4; at += 1) await target.stillAnswers();
  });
});
