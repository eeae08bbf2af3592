import { mkdtempSync, rmSync } from 'node:fs';
import { chmod, writeFile, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  anchorAccesses,
  dropExpired,
  findExpired,
  openAccessLog,
  readAnchors,
  verifyAccesses,
  watchVolumes,
  type Signing,
  type VolumeAlarm,
} from '../../src/accesses/index.js';
import { openSigning, openTokenKeys, rotateTokenKey } from '../../src/authorize/index.js';
import type { Access } from '../../src/model/access.js';
import { hashRow, textsOf } from '../../src/accesses/access-row.js';
import { cloneDatabase } from '../database/clone.js';
import { anAccess } from './an-access.js';

let database: Awaited<ReturnType<typeof cloneDatabase>>;
let home: string;
let signing: Signing;
beforeEach(async () => {
  database = await cloneDatabase();
  home = mkdtempSync(join(tmpdir(), 'hub-anchors-'));
  signing = openSigning(home, await openTokenKeys(home));
});
afterEach(async () => {
  await database.close();
  rmSync(home, { recursive: true, force: true });
});

async function write(accesses: readonly Access[], algorithm: 'sha256' | 'sm3' = 'sha256'): Promise<void> {
  const log = openAccessLog({ apiUrl: database.apiUrl, algorithm });
  await Promise.all(accesses.map((access) => log.write(access)));
  await log.close();
}

const many = (n: number, stated: (at: number) => Partial<Access> = () => ({})) =>
  Array.from({ length: n }, (_, at) => anAccess({ persons: [at, at + 1], ...stated(at) }));

/** As somebody who owns the database and knows what stands in the way. */
async function tamper(statement: string): Promise<void> {
  const [{ name }] = (await database.query<{ name: string }>(
    `select 'access_log_' || to_char(max(month), 'YYYY_MM') as name from access_log`,
  )) as [{ name: string }];
  await database.query(`alter table ${name} disable trigger all`);
  await database.query(statement.replaceAll('LOG', name));
  await database.query(`alter table ${name} enable always trigger refuse_direct_change`);
}

const definitionOf = async (name: string): Promise<string> =>
  (await database.query<{ text: string }>(`select pg_get_functiondef($1::regproc) as text`, [name]))[0]!.text;

/** Milliseconds since 1970 of the last row. */
const moments = async (): Promise<number[]> =>
  (await database.query<{ at: Date }>('select at from access_log order by number desc limit 1')).map(({ at }) =>
    at.getTime(),
  );

describe('the chain', () => {
  it('numbers the rows of many requests at once without a gap, in few transactions', async () => {
    await write(many(300));
    const [row] = await database.query(
      'select count(*) as n, min(number) as first, max(number) as last, count(distinct at) < 10 as together from access_log',
    );
    expect(row).toEqual({ n: 300, first: 1, last: 300, together: true });
  });

  it('is one, whatever number of servers write it', async () => {
    await Promise.all(
      Array.from({ length: 8 }, async () => {
        const log = openAccessLog({ apiUrl: database.apiUrl });
        for (let round = 0; round < 10; round += 1) await Promise.all(many(7).map((access) => log.write(access)));
        await log.close();
      }),
    );
    expect(await verifyAccesses(database)).toEqual({ rows: 560, chains: 1, anchors: 0, misfit: null, oddities: [] });
  });

  it('is gone on with where the last group ended, and looked for where that does not hold any more', async () => {
    const log = openAccessLog({ apiUrl: database.apiUrl });
    const other = openAccessLog({ apiUrl: database.apiUrl });
    // Whether the database was asked where the chain stands.
    await database.query(`create sequence asked`);
    const [head, goOn] = await Promise.all(['access_head', 'access_continues'].map(definitionOf));
    await database.query(head!.replace('perform pg_advisory', `perform nextval('asked'); perform pg_advisory`));
    const asks = async (work: () => Promise<unknown>): Promise<number> => {
      await database.query(`select setval('asked', 1)`);
      await work();
      return Number((await database.query<{ n: string }>('select last_value - 1 as n from asked'))[0]!.n);
    };
    const writeTo = (some: typeof log) => () => Promise.all(many(3).map((access) => some.write(access)));
    expect(await asks(writeTo(log))).toBe(1);
    expect(await asks(writeTo(log))).toBe(0);
    expect(await asks(writeTo(other))).toBe(1);
    // Somebody else has written.
    expect(await asks(writeTo(log))).toBe(1);
    // The end was cut off.
    await tamper('delete from LOG where number > 9');
    expect(await asks(writeTo(log))).toBe(1);
    // The database's clock was set, here and in what is asked then.
    const setClock = (interval: string) =>
      Promise.all(
        [head!, goOn!].map((text) =>
          database.query(text.replace('clock_timestamp()', `(clock_timestamp() + interval '${interval}')`)),
        ),
      );
    await setClock('3 seconds');
    const [before] = await moments();
    await writeTo(log)();
    const [after] = await moments();
    expect(after! - before!).toBeGreaterThan(2900);
    await writeTo(log)();
    // Another month.
    await setClock('35 days');
    await writeTo(log)();
    expect(await verifyAccesses(database)).toMatchObject({ rows: 21, chains: 2, misfit: null, oddities: [] });
    await Promise.all([log.close(), other.close()]);
  });

  it('goes on from one algorithm to another, each row naming its own', async () => {
    await write(many(3), 'sha256');
    await write(many(3), 'sm3');
    await write(many(3), 'sha256');
    expect(await verifyAccesses(database)).toMatchObject({ rows: 9, misfit: null });
    expect(await database.query('select algorithm, count(*) as n from access_log group by 1 order by 1')).toEqual([
      { algorithm: 'sha256', n: 6 },
      { algorithm: 'sm3', n: 3 },
    ]);
  });

  it('takes words of any script, and an operation that shows thousands in several rows', async () => {
    const awkward = '引号" 反斜\\ 换\n行 \u0001 𠮷 \u2028 {}[]';
    await write([
      anAccess({ basis: awkward, asked: [awkward, 'a,b'], revealReasons: [awkward], person: null, operation: null }),
      anAccess({ persons: Array.from({ length: 2500 }, (_, at) => at), households: [9_007_199_254_740_991] }),
    ]);
    expect(await verifyAccesses(database)).toMatchObject({ rows: 4, misfit: null });
    expect(
      await database.query(
        'select part, parts, cardinality(persons) as persons, households from access_log where number > 1 order by number',
      ),
    ).toEqual([
      { part: 1, parts: 3, persons: 1000, households: ['9007199254740991'] },
      { part: 2, parts: 3, persons: 1000, households: [] },
      { part: 3, parts: 3, persons: 500, households: [] },
    ]);
  });

  it.each([
    ['altered', `update LOG set client = 'somebody-else' where number = 17`, 17, 'altered'],
    ['altered in its ids', `update LOG set persons = persons[1:1] where number = 17`, 17, 'altered'],
    ['altered in its time', `update LOG set at = at - interval '1 microsecond' where number = 17`, 17, 'altered'],
    ['deleted', 'delete from LOG where number = 17', 17, 'missing'],
    ['deleted at the beginning', 'delete from LOG where number = 1', 1, 'missing'],
    [
      'swapped with another',
      'update LOG set number = case number when 17 then 1021 else 1017 end where number in (17, 21); update LOG set number = number - 1000 where number > 1000',
      17,
      'altered',
    ],
    [
      'hashed anew by who altered it',
      `update LOG set hash = sha256('forged'), previous = previous where number = 17`,
      17,
      'altered',
    ],
  ])('names a row that was %s', async (_, statement, number, what) => {
    await write(many(40));
    await tamper(statement);
    expect((await verifyAccesses(database)).misfit).toMatchObject({ county: '530502', number, what });
  });
});

describe('a chain that somebody mended', () => {
  it('does not go on: a row that was altered and hashed anew is found by the one after it', async () => {
    const accesses = many(40);
    await write(accesses);
    const [row] = await database.query<{ month: string; micros: string; previous: Buffer }>(
      `select month, ((extract(epoch from at) * 1000000)::bigint)::text as micros, previous from access_log where number = 17`,
    );
    const forged = { ...accesses[16]!, client: 'somebody-else' };
    const [texts] = textsOf(forged, { month: row!.month, number: 16 }, row!.micros, 'sha256');
    const hash = hashRow('sha256', row!.previous, texts!).toString('hex');
    await tamper(`update LOG set client = 'somebody-else', hash = '\\x${hash}' where number = 17`);
    expect((await verifyAccesses(database)).misfit).toMatchObject({ number: 18, what: 'order' });
  });

  it('tells where the clock went back: within the month, and to one that was over', async () => {
    await write(many(3));
    const [head] = await database.query<{ text: string }>(`select pg_get_functiondef('access_head'::regproc) as text`);
    const setClock = async (by: string): Promise<void> =>
      void (await database.query(head!.text.replace('clock_timestamp()', `clock_timestamp() + interval '${by}'`)));
    await setClock('-10 milliseconds');
    await write(many(2));
    await setClock('-1 minute');
    await write(many(2));
    await setClock('0');
    await write(many(2));
    const month = (await database.query<{ month: string }>(`select max(month)::text as month from access_log`))[0]!
      .month;
    const where = { county: '530502', month: month.slice(0, 7) };
    expect(await verifyAccesses(database)).toMatchObject({
      rows: 9,
      misfit: null,
      oddities: [{ ...where, number: 6, what: 'back' }],
    });
    // An anchor of the next month that knew eight rows of this one, and one that is older.
    const [{ hash }] = (await database.query<{ hash: string }>(
      `select encode(hash, 'hex') as hash from access_log where number = 8`,
    )) as [{ hash: string }];
    const chains = [{ county: '530502', month, rows: 8, hash, algorithm: 'sha256' }];
    const now = { at: new Date().toISOString(), chains, expired: [] };
    const later = { at: new Date(Date.now() + 40 * 86_400_000).toISOString(), chains, expired: [] };
    expect((await verifyAccesses(database, { anchors: [now] })).oddities).toHaveLength(1);
    expect((await verifyAccesses(database, { anchors: [now, later] })).oddities).toEqual([
      { ...where, number: 6, what: 'back' },
      { ...where, number: 9, what: 'late' },
    ]);
  });
});

describe('the log', () => {
  it('is only appended to, also by its owner', async () => {
    await write(many(2));
    for (const table of ['access_log', `access_log_${await partition()}`]) {
      for (const statement of [`update ${table} set client = 'x'`, `delete from ${table}`, `truncate ${table}`]) {
        await expect(database.query(statement)).rejects.toMatchObject({ code: '23001' });
      }
      await expect(
        database.transaction(async (client) => {
          await client.query('set local session_replication_role = replica');
          await client.query(`delete from ${table}`);
        }),
      ).rejects.toMatchObject({ code: '23001' });
    }
  });

  it('is written by a role that can read nothing, and read by no role of the API but through what it may', async () => {
    await write(many(2));
    for (const [role, statement] of [
      ['hub_access_writer', 'select * from access_log'],
      ['hub_access_writer', 'select * from link'],
      ['hub_access_writer', `insert into access_alarm values ('530502', '2026-01-01', 'x', 'rows', 1, 1)`],
      ['hub_county', 'select * from access_log'],
      ['hub_county', `select * from access_log_${await partition()}`],
      ['hub_county', `select * from access_head('530502')`],
      ['hub_reviewer', `select * from persons_shown_to('530502', 'test', '-infinity', 'infinity', 0, 10)`],
    ] as const) {
      await expect(
        database.transaction(async (client) => {
          await client.query(`set local role ${role}`);
          await client.query(statement);
        }),
        `${role}: ${statement}`,
      ).rejects.toMatchObject({ code: '42501' });
    }
  });

  it('refuses where it cannot be written, and goes on when it can', async () => {
    const log = openAccessLog({ apiUrl: database.apiUrl, patience: 1000 });
    await log.write(anAccess());
    await database.query('revoke insert on access_log from hub_access_writer');
    await expect(log.write(anAccess())).rejects.toMatchObject({ code: '42501' });
    await database.query('grant insert on access_log to hub_access_writer');
    await log.write(anAccess());
    // A connection that the server ended meanwhile is replaced, and nobody notices.
    await database.query(`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'hub access log'
      and datname = current_database()`);
    await log.write(anAccess());
    // Nor that it broke just as it was written to.
    vi.spyOn(Client.prototype, 'query').mockImplementationOnce(() =>
      Promise.reject(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' })),
    );
    await log.write(anAccess());
    // Somebody holds the chain and does not let go.
    const [holder] = [await database.pool.connect()];
    await holder.query(`select pg_advisory_lock(hashtext('hub access log'), 530502)`);
    await expect(log.write(anAccess())).rejects.toMatchObject({ code: '57014' });
    await holder.query('select pg_advisory_unlock_all()');
    holder.release();
    await log.write(anAccess());
    await log.close();
    expect(await verifyAccesses(database)).toMatchObject({ rows: 5, misfit: null });
  });
});

describe('an anchor', () => {
  it('misses what was cut off the end, and what was written anew in its place', async () => {
    await write(many(20));
    const folder = join(home, 'anchors');
    await anchorAccesses(database, folder, signing);
    await write(many(5));
    const { anchors } = await readAnchors(folder, signing);
    expect(await verifyAccesses(database, { anchors })).toEqual({
      rows: 25,
      chains: 1,
      anchors: 1,
      misfit: null,
      oddities: [],
    });
    await tamper('delete from LOG where number > 15');
    expect((await verifyAccesses(database)).misfit).toBeNull();
    expect((await verifyAccesses(database, { anchors })).misfit).toMatchObject({ number: 16, what: 'cut' });
    await write(many(10));
    expect((await verifyAccesses(database)).misfit).toBeNull();
    expect((await verifyAccesses(database, { anchors })).misfit).toMatchObject({ number: 20, what: 'other' });
    await tamper('delete from LOG');
    expect((await verifyAccesses(database, { anchors })).misfit).toMatchObject({ number: 20, what: 'cut' });
  });

  it('is trusted only as this hub signed it, also when the key is another by now', async () => {
    await write(many(3));
    const folder = join(home, 'anchors');
    const { file } = (await anchorAccesses(database, folder, signing))!;
    expect(await readAnchors(folder, signing)).toMatchObject({ anchors: [{ chains: [{ rows: 3 }] }], untrusted: [] });
    await rotateTokenKey(home, 0);
    const later = openSigning(home, await openTokenKeys(home));
    await anchorAccesses(database, folder, later);
    expect(await readAnchors(folder, later)).toMatchObject({ anchors: [{}, {}], untrusted: [] });
    rmSync(file.replace(/access-log.*/, (await readdir(folder)).toSorted().at(-1)!), { force: true });
    const stranger = mkdtempSync(join(tmpdir(), 'hub-stranger-'));
    const forged = openSigning(stranger, await openTokenKeys(stranger));
    await anchorAccesses(database, folder, forged);
    const text = await readFile(file, 'utf8');
    await chmod(file, 0o600);
    await writeFile(file, text.replace('.', '.e'));
    expect(await readAnchors(folder, signing)).toMatchObject({ anchors: [], untrusted: await readdir(folder) });
    rmSync(stranger, { recursive: true });
  });
});

describe('what is old', () => {
  const backdate = async (month: string, outcome: 'ok' | 'refused'): Promise<void> => {
    await write(many(1));
    await database.query(`select make_access_partition('${month}')`);
    await database.query(
      `insert into access_log select (jsonb_populate_record(l, jsonb_build_object('month', $1::text, 'at', $1::text, 'number', 1, 'outcome', $2::text))).*
       from access_log l where number = 1 and month > '2026-01-01' limit 1`,
      [month, outcome],
    );
  };

  it('goes by whole months: after three years, and half a year where nothing left the house', async () => {
    await backdate('2022-05-01', 'ok');
    await backdate('2025-02-01', 'ok');
    await backdate('2025-03-01', 'refused');
    const now = new Date('2026-11-20T00:00:00Z');
    await expect(findExpired(database, 179, now)).rejects.toThrow(RangeError);
    expect((await findExpired(database, 1096, now)).expired.map(({ month }) => month)).toEqual(['2022-05-01']);
    const { expired, kept } = await findExpired(database, 180, now);
    expect(expired.map(({ month }) => month)).toEqual(['2022-05-01', '2025-03-01']);
    expect(kept).toEqual([{ county: '530502', month: '2025-02-01' }]);
    const folder = join(home, 'anchors');
    await anchorAccesses(database, folder, signing);
    await anchorAccesses(database, folder, signing, expired);
    await dropExpired(database, expired);
    const { anchors } = await readAnchors(folder, signing);
    expect(anchors).toHaveLength(2);
    // What was let go on record is not missed; what went otherwise is, be it a whole month by a dropped partition.
    expect((await verifyAccesses(database, { anchors, from: '2025-03', to: '2025-03' })).misfit).toBeNull();
    expect((await verifyAccesses(database, { anchors: anchors.slice(0, 1), to: '2022-12' })).misfit).toMatchObject({
      month: '2022-05',
      what: 'cut',
    });
  });
});

/** Looks when it is told to, and no sooner. */
function watchFor(mostPersons: number, mostRows: number) {
  const alarms: VolumeAlarm[] = [];
  const onAlarm = (alarm: VolumeAlarm) => alarms.push(alarm);
  return { alarms, watch: watchVolumes({ apiUrl: database.apiUrl, mostPersons, mostRows, every: 60_000, onAlarm }) };
}

describe('an alarm', () => {
  it('is raised once a client, day and kind, whoever wrote the rows', async () => {
    const { watch, alarms } = watchFor(50, 100);
    const [one, other] = [0, 1].map(() => openAccessLog({ apiUrl: database.apiUrl, onWritten: watch.note }));
    const quiet = many(60, () => ({ client: 'quiet', persons: [1, 2, 3] }));
    await Promise.all(quiet.map((access) => one!.write(access)));
    await watch.look();
    expect(alarms).toEqual([]);
    await Promise.all(many(30, () => ({ client: 'greedy' })).map((access) => one!.write(access)));
    await Promise.all(
      many(30, (at) => ({ client: 'greedy', persons: [at + 30] })).map((access) => other!.write(access)),
    );
    await watch.look();
    expect(alarms).toMatchObject([{ client: 'greedy', kind: 'persons', counted: 60, threshold: 50 }]);
    await Promise.all(many(50, () => ({ client: 'greedy' })).map((access) => other!.write(access)));
    await watch.look();
    await watch.look();
    expect(alarms).toMatchObject([{ kind: 'persons' }, { client: 'greedy', kind: 'rows', counted: 110 }]);
    expect(await database.query('select client, kind from access_alarm order by 2')).toEqual([
      { client: 'greedy', kind: 'persons' },
      { client: 'greedy', kind: 'rows' },
    ]);
    await Promise.all([one!.close(), other!.close(), watch.close()]);
  });

  it('is raised by what is read little by little, of which each look reads what came since the one before it', async () => {
    const { watch, alarms } = watchFor(40, 55);
    const log = openAccessLog({ apiUrl: database.apiUrl, onWritten: watch.note });
    const raised: (readonly [number, string, number])[] = [];
    for (let turn = 0; turn < 8; turn += 1) {
      // Half of them were read the turn before.
      await Promise.all(
        many(10, (at) => ({ client: 'patient', persons: [turn * 5 + at, 9_000] })).map((access) => log.write(access)),
      );
      await watch.look();
      for (const { kind, counted } of alarms.splice(0)) raised.push([turn, kind, counted]);
    }
    expect(raised).toEqual([
      [5, 'rows', 60],
      [6, 'persons', 41],
    ]);
    await Promise.all([log.close(), watch.close()]);
  });

  it('is raised though looks follow each other while somebody reads: none counts what another counts', async () => {
    const { watch, alarms } = watchFor(1000, 25);
    const log = openAccessLog({ apiUrl: database.apiUrl, onWritten: watch.note });
    for (let turn = 0; turn < 3; turn += 1) {
      const read = many(10, () => ({ client: 'hasty' }));
      await Promise.all(read.map((access) => log.write(access)));
      const first = watch.look();
      // It reads on while the first look is under way.
      watch.note(read);
      await Promise.all([first, watch.look()]);
    }
    expect(alarms).toMatchObject([{ client: 'hasty', kind: 'rows', counted: 30 }]);
    await Promise.all([log.close(), watch.close()]);
  });

  it('that was raised is not counted again, as after a start in the middle of the day', async () => {
    const { watch, alarms } = watchFor(1000, 5);
    const log = openAccessLog({ apiUrl: database.apiUrl, onWritten: watch.note });
    await Promise.all(many(10, () => ({ client: 'known' })).map((access) => log.write(access)));
    await watch.look();
    expect(alarms).toMatchObject([{ client: 'known', kind: 'rows' }]);
    await Promise.all([log.close(), watch.close()]);
    const raise = (passed: string[]) =>
      database.transaction(async (client) => {
        await client.query('set local statement_timeout = 500');
        const today = `(now() at time zone 'Asia/Shanghai')::date`;
        return await client.query(`select * from raise_access_alarms('530502', 'known', ${today}, 5, 1000, $1)`, [
          passed,
        ]);
      });
    await database.transaction(async (client) => {
      // Whoever looks into the log now waits, and says so after half a second.
      await client.query('lock table access_log in access exclusive mode');
      expect((await raise(['rows'])).rows).toEqual([]);
      await expect(raise(['rows', 'persons'])).rejects.toMatchObject({ code: '57014' });
    });
  });

  it('leaves the database to the readers while there is much to catch up on, and goes when it is told to', async () => {
    await database.query('alter function accesses_since rename to accesses_since_at_once');
    await database.query(
      `create function accesses_since(text, text, date, bigint, bigint) returns table (counted bigint, upto bigint, persons bigint[])
       language sql volatile security definer set search_path = pg_catalog, public as
       $$ select found.* from (select pg_sleep(0.2)) as late, accesses_since_at_once($1, $2, $3, $4, $5) as found $$`,
    );
    const { watch, alarms } = watchFor(1000, 5);
    const log = openAccessLog({ apiUrl: database.apiUrl, onWritten: watch.note });
    const readAll = () =>
      Promise.all(many(24, (at) => ({ client: `slow-${at % 4}` })).map((access) => log.write(access)));
    try {
      await readAll();
      const began = performance.now();
      await watch.look();
      // Each took 0.2 s, and was followed by a rest of three times as long.
      expect(performance.now() - began).toBeGreaterThan(4 * 0.2 * 4 * 1000);
      expect(alarms.map(({ client }) => client).toSorted()).toEqual(['slow-0', 'slow-1', 'slow-2', 'slow-3']);
      await readAll();
      const looking = watch.look();
      const leaving = performance.now();
      await watch.close();
      await looking;
      expect(performance.now() - leaving).toBeLessThan(1500);
    } finally {
      await Promise.all([log.close(), watch.close().catch(() => {})]);
      await database.query('drop function accesses_since');
      await database.query('alter function accesses_since_at_once rename to accesses_since');
    }
  });
});

async function partition(): Promise<string> {
  const [row] = await database.query<{ name: string }>(`select to_char(max(month), 'YYYY_MM') as name from access_log`);
  return row!.name;
}
