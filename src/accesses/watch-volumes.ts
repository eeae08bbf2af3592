import { setTimeout as rest } from 'node:timers/promises';
import { Pool } from 'pg';
import type { Access } from '../model/access.js';

export interface VolumeSettings {
  /** Of the role `hub_api`. */
  readonly apiUrl: string;
  /** Of one client on one day. */
  readonly mostPersons: number;
  readonly mostRows: number;
  /** Milliseconds between two looks at a client. */
  readonly every?: number;
  readonly onAlarm: (alarm: VolumeAlarm) => void;
  /** Told of the pool that it reads by, before anything is asked. */
  readonly onPool?: (pool: Pool) => void;
}

export interface VolumeAlarm {
  readonly client: string;
  /** YYYY-MM-DD, of Beijing. */
  readonly day: string;
  readonly kind: 'persons' | 'rows';
  readonly counted: number;
  readonly threshold: number;
}

export interface VolumeWatch {
  /** Rows that were just written. */
  note(accesses: readonly Access[]): void;
  /** Looks at whoever has read since the last look. */
  look(): Promise<void>;
  close(): Promise<void>;
}

const KINDS = ['persons', 'rows'] as const satisfies readonly VolumeAlarm['kind'][];

interface Watched {
  readonly county: string;
  readonly client: string;
  /** YYYY-MM-DD, of Beijing. */
  readonly day: string;
}

interface Counted {
  rows: number;
  /** Those that the alarm is about: no more than its threshold and those of one look. */
  readonly persons: Set<number>;
  /** Number of the last row. */
  upto: number;
  passed: readonly VolumeAlarm['kind'][];
}

/**
 * A client whose day takes long to count, as after a start in the middle of it, is followed by a rest of so many times as long: who reads
 * meanwhile has the database, and the alarm of a few comes a minute later.
 */
const REST = 3;
/** Milliseconds. */
const LONG = 100;

/** Of one look: a second or two; what is left waits for the next, or for the night. */
const MOST_PIECES = 4;

/**
 * Looks at who reads how much, beside the answers and not before them: a while after a client's first row, and again while it goes on.
 * What is counted is the log itself, so that it does not matter how many servers wrote it; a look reads what came since the one before it.
 */
export function watchVolumes(settings: VolumeSettings): VolumeWatch {
  const openPool = (max: number): Pool => {
    const made = new Pool({
      connectionString: settings.apiUrl,
      application_name: 'hub access volumes',
      max,
      options: '-c role=hub_access_writer -c statement_timeout=300000',
    });
    made.on('error', () => {});
    return made;
  };
  const pool = openPool(2);
  settings.onPool?.(pool);
  // Steps back for nobody: whoever writes a row waits for the head of the list while it is put away, however seldom that goes on.
  const tidying = openPool(1);
  const active = new Map<string, Watched>();
  /** By `county client day`: what was counted so far. */
  const counted = new Map<string, Counted>();
  let timer: NodeJS.Timeout | null = null;
  const closing = new AbortController();
  let looking: Promise<void> = Promise.resolve();

  // Who reads very much fills the list of new ids within a minute, and would wait for it to be put away. Not more often than that asks for:
  // a page of the index costs the same, however many of them go to it.
  const tidy = (): Promise<unknown> => tidying.query('select tidy_access_index()').catch(() => {});

  /** Reads on from where the last look ended; true where a threshold is passed that was not passed before. */
  const isTooMuch = async (key: string, { county, client, day }: Watched): Promise<boolean> => {
    const sofar = counted.get(key) ?? { rows: 0, persons: new Set<number>(), upto: 0, passed: [] };
    const { rows } = await pool.query<{ counted: string; upto: string; persons: string[] }>(
      'select counted, upto, persons from accesses_since($1, $2, $3::date, $4, $5)',
      [county, client, day, sofar.upto, sofar.passed.includes('persons') ? 0 : settings.mostPersons + 1],
    );
    const [found] = rows;
    sofar.rows += Number(found!.counted);
    sofar.upto = Number(found!.upto);
    for (const id of found!.persons) sofar.persons.add(Number(id));
    counted.set(key, sofar);
    const passed = KINDS.filter((kind) =>
      kind === 'rows' ? sofar.rows > settings.mostRows : sofar.persons.size > settings.mostPersons,
    );
    const isNew = passed.length > sofar.passed.length;
    sofar.passed = passed;
    return isNew;
  };

  const raise = async (key: string, { county, client, day }: Watched): Promise<void> => {
    const { rows } = await pool.query<{ kind: VolumeAlarm['kind']; counted: string; threshold: string }>(
      'select kind, counted, threshold from raise_access_alarms($1, $2, $3::date, $4, $5, $6)',
      [county, client, day, settings.mostRows, settings.mostPersons, counted.get(key)!.passed],
    );
    for (const row of rows)
      settings.onAlarm({ client, day, kind: row.kind, counted: Number(row.counted), threshold: Number(row.threshold) });
  };

  const look = async (): Promise<void> => {
    if (timer) clearTimeout(timer);
    timer = null;
    const asked = [...active];
    active.clear();
    const today = dayOf(new Date());
    for (const key of counted.keys()) if (!key.endsWith(today)) counted.delete(key);
    await tidy();
    for (const [key, { county, client, day }] of asked) {
      if (closing.signal.aborted) return;
      const began = performance.now();
      try {
        if (await isTooMuch(key, { county, client, day })) await raise(key, { county, client, day });
      } catch {
        // The rows are on disk, and the next look counts them anew.
        counted.delete(key);
        active.set(key, { county, client, day });
      }
      const took = performance.now() - began;
      if (took > LONG) await rest(took * REST, null, { signal: closing.signal, ref: false }).catch(() => {});
    }
    for (const each of new Set(asked.map(([, { county }]) => county)))
      await pool.query('select keep_access_pieces($1, $2)', [each, MOST_PIECES]).catch(() => {});
  };

  // One after the other: two at once would both count on from where the last one ended.
  const lookNext = (): Promise<void> => (looking = looking.then(look));

  return {
    note: (accesses) => {
      const day = dayOf(new Date());
      for (const { county, client } of accesses) {
        if (county === null) continue;
        const key = `${county} ${client} ${day}`;
        // Of both that there are, nothing is left to find.
        if ((counted.get(key)?.passed.length ?? 0) < KINDS.length) active.set(key, { county, client, day });
      }
      timer ??= setTimeout(() => void lookNext(), settings.every ?? 10_000).unref();
    },
    look: lookNext,
    close: async () => {
      if (timer) clearTimeout(timer);
      closing.abort();
      await looking;
      await Promise.all([pool.end(), tidying.end()]);
    },
  };
}

const dayOf = (moment: Date): string => new Date(moment.getTime() + 8 * 3_600_000).toISOString().slice(0, 10);
