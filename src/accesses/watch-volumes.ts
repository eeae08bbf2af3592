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

/** Of one look: a second or two; what is left waits for the next, or for the night. */
const MOST_PIECES = 4;

/**
 * Looks at who reads how much, beside the answers and not before them: a while after a client's first row, and again while it goes on.
 * What is counted is the log itself, so that it does not matter how many servers wrote it.
 */
export function watchVolumes(settings: VolumeSettings): VolumeWatch {
  const pool = new Pool({
    connectionString: settings.apiUrl,
    application_name: 'hub access volumes',
    max: 2,
    options: '-c role=hub_access_writer -c statement_timeout=300000',
  });
  pool.on('error', () => {});
  const active = new Map<string, { county: string; client: string; day: string }>();
  /** `client day` of which both alarms are up: there is nothing left to find. */
  const known = new Map<string, number>();
  let timer: NodeJS.Timeout | null = null;
  let looking: Promise<void> = Promise.resolve();
  let tidyTimer: NodeJS.Timeout | null = null;
  let tidying: Promise<unknown> = Promise.resolve();

  // Who reads very much fills the list of new ids within seconds, and would wait for it to be tidied: that is done on a connection of its
  // own, whatever else takes long here.
  const tidy = (): Promise<unknown> => {
    if (tidyTimer) clearTimeout(tidyTimer);
    tidyTimer = null;
    return (tidying = tidying.then(() => pool.query('select tidy_access_index()')).catch(() => {}));
  };

  const look = async (): Promise<void> => {
    if (timer) clearTimeout(timer);
    timer = null;
    const asked = [...active];
    active.clear();
    await tidy();
    for (const [key, { county, client, day }] of asked) {
      try {
        const { rows } = await pool.query<{ kind: VolumeAlarm['kind']; counted: string; threshold: string }>(
          'select kind, counted, threshold from raise_access_alarms($1, $2, $3::date, $4, $5)',
          [county, client, day, settings.mostRows, settings.mostPersons],
        );
        for (const row of rows) {
          known.set(key, (known.get(key) ?? 0) + 1);
          settings.onAlarm({
            client,
            day,
            kind: row.kind,
            counted: Number(row.counted),
            threshold: Number(row.threshold),
          });
        }
      } catch {
        // The rows are on disk, and the next look counts them again.
        active.set(key, { county, client, day });
      }
    }
    for (const each of new Set(asked.map(([, { county }]) => county)))
      await pool.query('select keep_access_pieces($1, $2)', [each, MOST_PIECES]).catch(() => {});
  };

  return {
    note: (accesses) => {
      const day = dayOf(new Date());
      for (const { county, client } of accesses) {
        if (county === null) continue;
        const key = `${client} ${day}`;
        if ((known.get(key) ?? 0) < 2) active.set(key, { county, client, day });
      }
      tidyTimer ??= setTimeout(() => void tidy(), (settings.every ?? 10_000) / 5).unref();
      timer ??= setTimeout(() => (looking = look()), settings.every ?? 10_000).unref();
    },
    look: () => (looking = look()),
    close: async () => {
      if (timer) clearTimeout(timer);
      if (tidyTimer) clearTimeout(tidyTimer);
      await looking;
      await tidying;
      await pool.end();
    },
  };
}

const dayOf = (moment: Date): string => new Date(moment.getTime() + 8 * 3_600_000).toISOString().slice(0, 10);
