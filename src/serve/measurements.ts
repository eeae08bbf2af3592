import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Readings } from '../authorize/index.js';
import type { Inquiry } from './inquiry.js';

/** What the last night came to. */
export interface LastNight {
  readonly finished: Date;
  readonly good: boolean;
}

export interface MeasurementSettings {
  readonly readings: Pick<Readings, 'state'>;
  /** Null before the first night. Asked at most every 15 seconds. */
  readonly lastNight?: () => Promise<LastNight | null>;
}

/** The hub's own figures, as Prometheus reads them. No label holds what a client wrote: a label that anybody can make up fills the memory. */
export interface Measurements {
  /** Counts a request that is over. */
  count(inquiry: Inquiry): void;
  /** As text, and its content type. */
  tell(): Promise<{ readonly text: string; readonly type: string }>;
}

/** Seconds. */
const BUCKETS = [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2, 5];
const NIGHT_KEPT = 15_000;
/** Operations that have a series of their own; registering more makes no more. */
const MOST_OPERATIONS = 200;

export function openMeasurements({ readings, lastNight }: MeasurementSettings): Measurements {
  const register = new Registry();
  const registers = [register];
  collectDefaultMetrics({ register });
  const requests = new Counter({
    name: 'hub_requests_total',
    help: 'Requests that are over, by the code of their answer; GONE: the client did not wait for it',
    labelNames: ['code'] as const,
    registers,
  });
  const durations = new Histogram({
    name: 'hub_request_seconds',
    help: 'Seconds from the first byte to the last, by registered operation; free: a document that is not registered',
    labelNames: ['operation'] as const,
    buckets: BUCKETS,
    registers,
  });
  const rows = new Counter({ name: 'hub_rows_total', help: 'Rows that statements brought', registers });
  const connections = new Gauge({
    name: 'hub_connections',
    help: 'Connections to the database for reading: in use, idle; waiting: requests without one',
    labelNames: ['state'] as const,
    registers: [],
    collect() {
      const { inUse, idle, waiting } = readings.state();
      this.set({ state: 'in use' }, inUse);
      this.set({ state: 'idle' }, idle);
      this.set({ state: 'waiting' }, waiting);
    },
  });
  register.registerMetric(connections);
  if (lastNight) {
    const night = rememberFor(NIGHT_KEPT, lastNight);
    const age = new Gauge({
      name: 'hub_last_night_age_seconds',
      help: 'Seconds since the last delivery was taken or refused',
      registers: [],
      async collect() {
        const last = await night();
        this.set(last ? (Date.now() - last.finished.getTime()) / 1000 : Number.NaN);
      },
    });
    const good = new Gauge({
      name: 'hub_last_night_good',
      help: '1: every delivery of the last night was taken; 0: some were refused or held',
      registers: [],
      async collect() {
        const last = await night();
        this.set(last ? Number(last.good) : Number.NaN);
      },
    });
    register.registerMetric(age);
    register.registerMetric(good);
  }
  const operations = new Set<string>();
  return {
    count: (inquiry) => {
      requests.inc({ code: inquiry.code });
      rows.inc(inquiry.rows);
      const { operation } = inquiry;
      if (operation !== null && operations.size < MOST_OPERATIONS) operations.add(operation);
      if (inquiry.client === null) return;
      durations.observe(
        { operation: operation !== null && operations.has(operation) ? operation : 'free' },
        (performance.now() - inquiry.since) / 1000,
      );
    },
    tell: async () => ({ text: await register.metrics(), type: register.contentType }),
  };
}

function rememberFor<T>(milliseconds: number, ask: () => Promise<T>): () => Promise<T | null> {
  let at = -Infinity;
  let kept: Promise<T | null> = Promise.resolve(null);
  return () => {
    if (performance.now() - at > milliseconds) {
      at = performance.now();
      // A database that does not answer must not take the other figures with it.
      kept = ask().catch(() => null);
    }
    return kept;
  };
}
