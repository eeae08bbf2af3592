import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  dropExpired,
  keepPieces,
  openAccessLog,
  readShown,
  watchVolumes,
  type Shown,
} from '../../src/accesses/index.js';
import { cloneDatabase } from '../database/clone.js';
import { anAccess } from './an-access.js';

let database: Awaited<ReturnType<typeof cloneDatabase>>;
beforeAll(async () => {
  database = await cloneDatabase();
});
afterAll(() => database.close());

const COUNTY = '530502';
const OTHER = '530521';
const MONTHS = ['2026-07-01', '2026-08-01', '2026-09-01'];
const CLIENTS = ['greedy', 'other', 'Élan-査'];

interface Look {
  readonly county: string;
  readonly month: string;
  readonly number: number;
  /** Microseconds since 1970. */
  readonly micros: number;
  readonly client: string;
  readonly persons: readonly number[];
}

/** Of a few hundred persons, and of some whose ids are far away; a clock that goes on by seconds, and back at times. */
const someLooks = fc
  .array(
    fc.record({
      county: fc.constantFrom(...Array<string>(9).fill(COUNTY), OTHER),
      month: fc.constantFrom(...MONTHS),
      client: fc.constantFrom(...CLIENTS),
      persons: fc.uniqueArray(
        fc.oneof(
          { arbitrary: fc.integer({ min: 1, max: 300 }), weight: 99 },
          { arbitrary: fc.integer({ min: 1, max: 9 }).map((far) => far * 1_000_000_007_000), weight: 1 },
        ),
        { maxLength: 40 },
      ),
      after: fc.integer({ min: -3_000_000, max: 30_000_000 }),
    }),
    { minLength: 40, maxLength: 120 },
  )
  .map((stated): Look[] => {
    const heads = new Map<string, { number: number; micros: number }>();
    return stated.map(({ after, ...look }) => {
      const chain = `${look.county} ${look.month}`;
      const began = Date.parse(`${look.month}T00:00:00+08:00`) * 1000;
      const head = heads.get(chain) ?? { number: 0, micros: began };
      const next = { number: head.number + 1, micros: Math.max(began, head.micros + after) };
      heads.set(chain, next);
      return { ...look, ...next };
    });
  });

/** Beginnings and ends, some of them of the very microsecond of a look. */
const aMoment = (looks: readonly Look[]) =>
  fc.oneof(
    fc.constant(null),
    fc.constantFrom(...looks.map((look) => look.micros)),
    fc.constantFrom(...looks.map((look) => look.micros)),
    fc
      .integer({ min: 0, max: 92 * 86_400 })
      .map((after) => Date.parse('2026-07-01T00:00:00+08:00') * 1000 + after * 1e6),
  );

async function writeLooks(looks: readonly Look[]): Promise<void> {
  for (const month of MONTHS) await database.query('select make_access_partition($1)', [month]);
  await database.query(
    `insert into access_log (county, month, number, at, request, client, token, purpose, basis, grants, emergency, document, asked, part, parts, persons, households,
       shown, masked, revealed, reveal_reasons, outcome, ms, algorithm, previous, hash)
     select county, month, number, timestamptz 'epoch' + micros * interval '1 microsecond', '', client, '', '', '', '{}', false, '', '{}', 1, 1,
       array(select jsonb_array_elements_text(persons)::bigint), '{}', '{}', '{}', '{}', '{}', 'ok', 1, 'sha256', '', ''
     from jsonb_to_recordset($1) as l (county text, month date, number bigint, micros bigint, client text, persons jsonb)`,
    [JSON.stringify(looks)],
  );
}

/** Everything goes, as no statement of the hub's could make it. */
async function forget(): Promise<void> {
  await dropExpired(
    database,
    MONTHS.map((month) => ({ county: COUNTY, month, rows: 0, hash: '', algorithm: '' })),
  );
}

interface Answer {
  readonly person: number;
  readonly times: number;
  readonly first: number;
  readonly last: number;
}

/** What the log says, gone through by hand. Moments in milliseconds. */
function lookThrough(looks: readonly Look[], client: string, from: number | null, to: number | null): Answer[] {
  const found = new Map<number, Answer>();
  for (const { county, client: who, micros, persons } of looks) {
    if (county !== COUNTY || who !== client || micros < (from ?? 0) || micros >= (to ?? Infinity)) continue;
    const at = Math.floor(micros / 1000);
    for (const person of persons) {
      const { times = 0, first = at, last = at } = found.get(person) ?? {};
      found.set(person, { person, times: times + 1, first: Math.min(first, at), last: Math.max(last, at) });
    }
  }
  return [...found.values()].toSorted((one, other) => one.person - other.person);
}

/** As the API asks: page by page, and how many. */
async function askPages(client: string, from: number | null, to: number | null, page: number) {
  return await database.transaction(async (connection) => {
    await connection.query(
      `set local role hub_county; set local hub.county = '${COUNTY}'; set local hub.counties = '${COUNTY}'; set local hub.may = 'audit'`,
    );
    const period = [from, to].map((micros, at) =>
      micros === null
        ? `'${at === 0 ? '-' : ''}infinity'::timestamptz`
        : `(timestamptz 'epoch' + ${micros} * interval '1 microsecond')`,
    );
    const found: Answer[] = [];
    for (let above = 0; ; above = found.at(-1)!.person) {
      const { rows } = await connection.query<Answer & { survivor: number }>(
        `select person, survivor, times, extract(epoch from first_at) * 1000 as first, extract(epoch from last_at) * 1000 as last
         from persons_shown_to($1, $2, ${period.join(', ')}, $3, $4)`,
        [COUNTY, client, above, page],
      );
      expect(rows.every((row) => row.survivor === row.person)).toBe(true);
      found.push(
        ...rows.map(({ person, times, first, last }) => ({ person, times, first: Number(first), last: Number(last) })),
      );
      if (rows.length < page) break;
    }
    const { rows } = await connection.query<{ n: number }>(
      `select count_persons_shown_to($1, $2, ${period.join(', ')}) as n`,
      [COUNTY, client],
    );
    return { found, count: rows[0]!.n };
  });
}

describe('whose data a client was shown', () => {
  it('is what the rows say, one by one: whatever was added up before, for any period and page, and with months let go', async () => {
    let kept = 0;
    await fc.assert(
      fc.asyncProperty(
        someLooks.chain((looks) =>
          fc.record({
            looks: fc.constant(looks),
            asked: fc.array(
              fc.record({
                client: fc.constantFrom(...CLIENTS, 'nobody'),
                from: aMoment(looks),
                to: aMoment(looks),
                page: fc.constantFrom(2, 9, 201),
                pieces: fc.constantFrom(0, 1, 3, 100),
                whole: fc.constantFrom(2, 5, 12),
                crowd: fc.constantFrom(2, 10, 128),
              }),
              { minLength: 4, maxLength: 10 },
            ),
            gone: fc.constantFrom(null, ...MONTHS),
          }),
        ),
        async ({ looks, asked, gone }) => {
          await writeLooks(looks);
          try {
            for (const { client, from, to, page, pieces, whole, crowd } of asked) {
              const [row] = await database.query<{ n: number }>('select keep_access_pieces($1, $2, $3, $4) as n', [
                COUNTY,
                pieces,
                whole,
                crowd,
              ]);
              kept += row!.n;
              const wanted = lookThrough(looks, client, from, to);
              expect(await askPages(client, from, to, page)).toEqual({ found: wanted, count: wanted.length });
            }
            if (gone === null) return;
            await dropExpired(database, [{ county: COUNTY, month: gone, rows: 0, hash: '', algorithm: '' }]);
            const left = looks.filter((look) => look.month !== gone);
            const wanted = lookThrough(left, 'greedy', null, null);
            expect(await askPages('greedy', null, null, 20)).toEqual({ found: wanted, count: wanted.length });
          } finally {
            await forget();
          }
        },
      ),
      { numRuns: 30, endOnFailure: true },
    );
    expect(kept).toBeGreaterThan(100);
  });
});

describe('pieces', () => {
  it('are added up while the log is written, and what is newer is read as it is', async () => {
    const watch = watchVolumes({
      apiUrl: database.apiUrl,
      mostPersons: 1e6,
      mostRows: 1e6,
      every: 60_000,
      onAlarm: () => {},
    });
    const log = openAccessLog({ apiUrl: database.apiUrl, onWritten: watch.note });
    const some = (n: number) =>
      Promise.all(
        Array.from({ length: n }, (_, at) =>
          log.write(anAccess({ client: 'greedy', persons: [(at % 900) + 1, 1000] })),
        ),
      );
    await some(4100);
    await watch.look();
    expect(await database.query('select first, last from access_piece')).toEqual([{ first: 1, last: 4096 }]);
    await some(10);
    await watch.look();
    await Promise.all([log.close(), watch.close()]);
    expect(await keepPieces(database)).toBe(0);
    await database.query(
      `insert into entity (county, id, kind, status, merged_into) values ($1, 7, 'person', 'merged', 5000), ($1, 5000, 'person', 'current', null)`,
      [COUNTY],
    );
    const shown: Shown[] = [];
    const asked = { county: COUNTY, client: 'greedy', from: null, to: null };
    expect(await readShown(database, asked, (rows) => void shown.push(...rows))).toBe(901);
    expect(shown.slice(5, 8)).toMatchObject([
      { person: 6, survivor: 6, times: 6 },
      { person: 7, survivor: 5000, times: 6 },
      { person: 8, survivor: 8, times: 6 },
    ]);
    expect(shown.at(-1)).toMatchObject({ person: 1000, times: 4110 });
  });

  it('are neither read, written nor changed but through what the hub does', async () => {
    for (const table of ['access_piece', 'access_shown']) {
      for (const statement of [`update ${table} set county = 'x'`, `delete from ${table}`, `truncate ${table}`])
        await expect(database.query(statement), statement).rejects.toMatchObject({ code: '23001' });
      for (const role of ['hub_access_writer', 'hub_county', 'hub_analyst', 'hub_reviewer'])
        for (const statement of [
          `select * from ${table}`,
          `insert into ${table} select * from ${table}`,
          `select * from shown_persons('${COUNTY}', 'greedy', '-infinity', 'infinity', 0, 9)`,
        ])
          await expect(
            database.transaction(async (client) => {
              await client.query(`set local role ${role}`);
              await client.query(statement);
            }),
            `${role}: ${statement}`,
          ).rejects.toMatchObject({ code: '42501' });
    }
  });

  it('are not made of rows among which one is missing', async () => {
    await writeLooks(
      [1, 2, 3, 5, 6].map((number) => ({
        county: OTHER,
        month: '2026-07-01',
        number,
        micros: Date.parse('2026-07-02T00:00:00+08:00') * 1000 + number,
        client: 'greedy',
        persons: [number],
      })),
    );
    await database.query('select keep_access_pieces($1, 100, 2)', [OTHER]);
    expect(await database.query('select first, last from access_piece where county = $1', [OTHER])).toEqual([
      { first: 1, last: 2 },
    ]);
    const shown: Shown[] = [];
    await readShown(
      database,
      { county: OTHER, client: 'greedy', from: null, to: null },
      (rows) => void shown.push(...rows),
    );
    expect(shown.map(({ person }) => person)).toEqual([1, 2, 3, 5, 6]);
    await forget();
  });
});
