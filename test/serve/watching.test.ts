import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { openMeasurements, startMonitor, type RunningServer } from '../../src/serve/index.js';
import { openPurses } from '../../src/serve/limit-rate.js';
import { openDoor, type Door } from '../../src/serve/shed-load.js';
import { openTarget, PLANTED, type Target } from '../attacks/open-target.js';

const spans = new InMemorySpanExporter();
const tracer = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter: spans })] }).getTracer('test');
const measurements = openMeasurements({
  readings: { state: () => ({ inUse: 1, idle: 2, waiting: 3 }) },
  lastNight: async () => ({ finished: new Date(Date.now() - 60_000), good: true }),
});
let target: Target;
let monitor: RunningServer;
let answers = true;
beforeAll(async () => {
  target = await openTarget({ measurements, tracer });
  monitor = await startMonitor({
    host: '127.0.0.1',
    port: 0,
    measurements,
    ask: async () => {
      if (!answers) throw new Error('gone');
    },
  });
});
afterAll(async () => {
  await monitor.stop();
  await target.close();
});

const NUMBERED = 'query secret($f: PeopleFilter) { people(filter: $f) { nodes { id } } }';

describe('a request', () => {
  it('leaves one line, without a variable, a value, or the name of a document that nobody registered', async () => {
    const before = target.requests.length;
    await target.send({ documentId: target.documentId, variables: { first: 2 } }, target.honest);
    await target.attack(NUMBERED, { f: { idNumber: PLANTED } });
    await target.send({ query: NUMBERED }, target.honest);
    await expect.poll(() => target.requests.length).toBe(before + 3);
    const [registered, free, refused] = target.requests.slice(before);
    expect(registered).toMatchObject({
      operation: 'Page',
      code: 'OK',
      status: 200,
      rows: expect.any(Number) as number,
    });
    expect(free).toMatchObject({ operation: expect.stringMatching(/^[0-9a-f]{16}$/) as string, code: 'OK' });
    expect(refused).toMatchObject({ operation: null, code: 'DOCUMENT_REQUIRED', status: 400 });
    expect(JSON.stringify(target.requests)).not.toMatch(/secret|990000/);
  });

  it('is a span with its parts, which hold names of ours and nothing else', async () => {
    spans.reset();
    await target.attack(NUMBERED.replace('id }', 'id name { value } }'), { f: { idNumber: PLANTED } });
    await expect.poll(() => spans.getFinishedSpans().map(({ name }) => name)).toContain('request');
    const finished = spans.getFinishedSpans();
    const names = finished.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['parse', 'validate', 'reading', 'request']));
    expect(names.some((name) => /^statement \w+/.test(name))).toBe(true);
    expect(new Set(finished.map((span) => span.spanContext().traceId)).size).toBe(1);
    expect(JSON.stringify(finished.map(({ name, attributes }) => [name, attributes]))).not.toMatch(
      /secret|990000|select/i,
    );
  });
});

describe('the port of who watches', () => {
  const get = async (path: string) => {
    const answer = await fetch(monitor.url + path);
    return { status: answer.status, text: await answer.text() };
  };

  it('says that the hub is alive, and whether it can answer', async () => {
    expect(await get('/health')).toEqual({ status: 200, text: '{"status":"alive"}' });
    expect(await get('/ready')).toEqual({ status: 200, text: '{"status":"ready"}' });
    answers = false;
    expect((await get('/ready')).status).toBe(503);
    expect((await get('/health')).status).toBe(200);
    answers = true;
  });

  it('has the figures, under names that no client can make up', async () => {
    await target.stillAnswers();
    await target.attack('query inventedByTheClient { __typename }');
    const { text } = await get('/metrics');
    for (const line of [
      /^hub_requests_total\{code="OK"\} [1-9]/m,
      /^hub_request_seconds_count\{operation="Page"\} [1-9]/m,
      /^hub_request_seconds_count\{operation="free"\} [1-9]/m,
      /^hub_connections\{state="waiting"\} 3/m,
      /^hub_last_night_age_seconds 6\d/m,
      /^hub_last_night_good 1/m,
      /^process_resident_memory_bytes/m,
      /^nodejs_eventloop_lag_p99_seconds/m,
    ])
      expect(text).toMatch(line);
    expect(text).not.toContain('inventedByTheClient');
  });
});

describe('a client’s purse', () => {
  it('is spent by what is asked for, may go into debt once, and fills again', () => {
    let now = 0;
    const purses = openPurses({ steady: 100, burst: 200 }, () => now);
    expect(purses.spend('a', 500)).toBe(0);
    expect(purses.spend('a', 1)).toBe(3);
    expect(purses.spend('b', 1)).toBe(0);
    now += 2999;
    expect(purses.spend('a', 1)).toBe(1);
    now += 20;
    expect(purses.spend('a', 1)).toBe(0);
  });

  it('that is empty is answered by 429 with the seconds to wait, and another client’s is not touched', async () => {
    const limited = await openTarget({ rate: { steady: 10, burst: 25 } });
    try {
      const statuses = [];
      for (let at = 0; at < 5; at += 1) statuses.push(await limited.attack('{ __typename }'));
      expect(statuses.map(({ status }) => status)).toEqual([200, 200, 429, 429, 429]);
      await limited.refuses(statuses[3]!, 'RATE_LIMITED', { status: 429, errors: 1 });
      const again = await fetch(limited.url, {
        method: 'POST',
        headers: { ...limited.developer, purpose: 'test', 'content-type': 'application/json' },
        body: '{"query":"{__typename}"}',
      });
      expect(Number(again.headers.get('retry-after'))).toBeGreaterThan(0);
    } finally {
      await limited.close();
    }
  });
});

describe('the door', () => {
  it('lets in so many and no more, and each that leaves makes room once', () => {
    const door = openDoor(2);
    const first = door.enter();
    expect(door.enter()).not.toBeNull();
    expect(door.enter()).toBeNull();
    first!.leave(false);
    first!.leave(false);
    expect(door.enter()).not.toBeNull();
    expect(door.enter()).toBeNull();
    door.close();
  });

  it('is shut while the event loop is late and there is a crowd, and open soon after', async () => {
    const door = openDoor(10);
    const place = door.enter()!;
    const until = performance.now() + 320;
    while (performance.now() < until);
    expect(door.lateness()).toBeGreaterThan(200);
    expect(door.enter()).toBeNull();
    place.leave(false);
    // Who comes alone is let in: a hiccup is no crowd.
    expect(door.enter()).not.toBeNull();
    await expect.poll(() => door.lateness()).toBeLessThan(100);
    expect(door.enter()).not.toBeNull();
    door.close();
  });

  describe('with grace', () => {
    let now = 0;
    let door: Door;
    beforeEach(() => {
      vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
      now = 0;
      door = openDoor(10, { grace: 500, now: () => now });
    });
    afterEach(() => {
      door.close();
      vi.useRealTimers();
    });
    const come = (many: number) => Array.from({ length: many }, () => door.enter()).filter((place) => place !== null);
    const pass = (milliseconds: number) => {
      for (let at = 0; at < milliseconds; at += 10) {
        now += 10;
        vi.advanceTimersByTime(10);
      }
    };
    /** The loop does something else, and comes round late. */
    const hiccup = (milliseconds: number) => {
      now += milliseconds;
      vi.advanceTimersByTime(50);
    };

    it('sends nobody away for a moment’s crowd, and everybody beyond the places while it lasts', () => {
      const moment = come(40);
      expect(moment).toHaveLength(30);
      pass(300);
      for (const place of moment) place.leave(false);
      const again = come(20);
      expect(again).toHaveLength(20);
      // Of the grace 200 ms are left.
      pass(150);
      expect(come(1)).toHaveLength(1);
      pass(100);
      expect(come(1)).toEqual([]);
      for (const place of again.splice(0, 10)) place.leave(false);
      expect(come(1)).toEqual([]);
      for (const place of again) place.leave(false);
      expect(come(15)).toHaveLength(9);
    });

    it('has its grace again after a while of no crowd', () => {
      const first = come(20);
      pass(1000);
      expect(come(1)).toEqual([]);
      for (const place of first) place.leave(false);
      pass(2000);
      expect(come(11)).toHaveLength(11);
      // A twentieth of the time: 100 ms.
      pass(90);
      expect(come(1)).toHaveLength(1);
      pass(20);
      expect(come(1)).toEqual([]);
    });

    it('is not shut by one hiccup of the loop, and is by one after the other', () => {
      expect(come(5)).toHaveLength(5);
      hiccup(400);
      expect(door.lateness()).toBeGreaterThan(200);
      expect(come(1)).toHaveLength(1);
      hiccup(400);
      expect(come(1)).toEqual([]);
      pass(100);
      expect(come(1)).toHaveLength(1);
    });
  });

  it('lets fewer in where even the quickest waits long, and as many as ever once they do not', () => {
    let now = 0;
    const door = openDoor(40, { now: () => now });
    /** A second of ten at a time that take so long. */
    const pass = (took: (at: number) => number, read = true) => {
      for (let at = 0; at < 10; at += 1) {
        const places = Array.from({ length: 3 }, () => door.enter());
        now += took(at);
        for (const place of places) place?.leave(read);
      }
    };
    pass((at) => (at % 2 === 0 ? 2000 : 20));
    // Some take long, as some do: others are answered meanwhile.
    expect(door.places).toBe(40);
    // Who asks nothing of the database says nothing of how long it keeps others waiting.
    pass(() => 600, false);
    expect(door.places).toBe(40);
    pass(() => 600);
    expect(door.places).toBeLessThan(10);
    expect(door.places).toBeGreaterThanOrEqual(4);
    pass(() => 110);
    expect(door.places).toBe(40);
    door.close();
  });
});
