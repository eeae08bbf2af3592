import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { Random } from '../../fixtures/county/random.js';
import { writeRequest } from '../../src/bench/api-load.js';
import { dealTurns } from '../../src/bench/deal-turns.js';
import { dueTimes, loadOpen, type OpenPlan, type Sample } from '../../src/bench/open-load.js';
import { countCodes, slopeOf, waitsOf } from '../../src/bench/sum-up-load.js';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});

async function load(answer: (response: ServerResponse) => void, plan: Partial<OpenPlan>): Promise<Sample[]> {
  const server = createServer((request, response) => request.resume().on('end', () => answer(response)));
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`);
  const samples: Sample[] = [];
  const next = () => ({ kind: 0, request: writeRequest(url, {}, '{}') });
  const usual = { stages: [{ rate: 100, seconds: 1 }], wires: 50, patience: 5000 };
  await loadOpen(url, next, { ...usual, ...plan }, (sample) => samples.push(sample));
  return samples;
}

const say = (response: ServerResponse, status: number, body: string, headers: Record<string, string> = {}) =>
  response.writeHead(status, { 'content-length': Buffer.byteLength(body), ...headers }).end(body);

describe('an open load', () => {
  it('has each request due at its time, whatever the rate was before', () => {
    const stages = [
      { rate: 4, seconds: 1 },
      { rate: 10, seconds: 0.3 },
      { rate: 2, seconds: 1 },
    ];
    expect([...dueTimes(stages)]).toEqual([0, 250, 500, 750, 1000, 1100, 1200, 1300, 1800]);
  });

  it('counts the wait from when a request was due: a server that stands still makes all of those wait', async () => {
    let stands: Promise<void> | null = null;
    const samples = await load(
      (response) => void (stands ??= sleep(500)).then(() => say(response, 200, '{}')),
      // One connection: all that is due meanwhile waits for it, and is not left out.
      { wires: 1 },
    );
    expect(samples).toHaveLength(100);
    // No answer came before it went on: of those due in the meantime each waited at least so long, however slow the machine.
    for (const { due, wait } of samples) expect(due + wait).toBeGreaterThan(495);
    const { p50, max } = waitsOf({ wait: Float64Array.from(samples, ({ wait }) => wait) });
    expect(max).toBeGreaterThan(400);
    expect(p50).toBeLessThan(max);
  });

  it('tells answers from refusals, errors, nobody, and what the client did not wait for', async () => {
    // Longer than an answer takes on a machine that has a great deal else to do.
    const PATIENCE = 2000;
    const answers: ((response: ServerResponse) => void)[] = [
      (response) => say(response, 200, '{"data":{"person":{}}}'),
      (response) => say(response, 200, '{"data":{"person":null}}'),
      (response) => say(response, 200, '{"data":null,"errors":[{"extensions":{"code":"TIMEOUT"}}]}'),
      (response) => say(response, 503, '{"errors":[{"extensions":{"code":"OVERLOADED"}}]}', { 'retry-after': '1' }),
      (response) => response.destroy(),
      () => {},
    ];
    let at = 0;
    const samples = await load((response) => answers[at++ % answers.length]!(response), {
      stages: [{ rate: 60, seconds: 1 }],
      patience: PATIENCE,
    });
    const codes = [...new Set(samples.map(({ code }) => code))];
    const told = { codes, code: Uint8Array.from(samples, ({ code }) => codes.indexOf(code)) };
    expect(Object.fromEntries(countCodes(told))).toEqual({
      OK: 10,
      ABSENT: 10,
      TIMEOUT: 10,
      OVERLOADED: 10,
      BROKEN: 10,
      GAVE_UP: 10,
    });
    expect(samples.filter(({ retryAfter }) => retryAfter).map(({ code }) => code)).toEqual(
      Array.from({ length: 10 }, () => 'OVERLOADED'),
    );
    const given = samples.filter(({ code }) => code === 'GAVE_UP').map(({ wait }) => wait);
    expect(Math.min(...given)).toBeGreaterThanOrEqual(PATIENCE);
  });
});

describe('a mix of requests', () => {
  it('has its shares to the request, in an order that the seed makes', () => {
    const deal = (seed: number) => {
      const next = dealTurns([0.6, 0.25, 0.1, 0.05], new Random(seed));
      return Array.from({ length: 200 }, next);
    };
    expect([0, 1, 2, 3].map((kind) => deal(1).filter((each) => each === kind).length)).toEqual([120, 50, 20, 10]);
    expect(deal(1)).toEqual(deal(1));
    expect(deal(1)).not.toEqual(deal(2));
    expect(() => dealTurns([0.5, 0.4], new Random(1))).toThrow(RangeError);
  });
});

describe('what a load came to', () => {
  it('is told by the waits at their places', () => {
    const wait = Float64Array.from({ length: 1000 }, (_, at) => 1000 - at);
    expect(waitsOf({ wait })).toEqual({ requests: 1000, p50: 501, p95: 951, p99: 991, max: 1000 });
    expect(waitsOf({ wait }, (at) => at >= 990)).toEqual({ requests: 10, p50: 6, p95: 10, p99: 10, max: 10 });
  });

  it('has the slope of a line, and of one that is flat', () => {
    expect(slopeOf([0, 1, 2, 3].map((x) => [x, 200 + 5 * x]))).toBeCloseTo(5);
    expect(slopeOf([0, 1, 2, 3].map((x) => [x, 300]))).toBeCloseTo(0);
  });
});
