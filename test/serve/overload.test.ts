import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Wire, writeRequest } from '../../src/bench/api-load.js';
import { openApi, PURPOSE } from './open-api.js';
import { COUNTY } from './small-county.js';

let api: Awaited<ReturnType<typeof openApi>>;
const counted: string[] = [];

beforeAll(async () => {
  api = await openApi(null, 5000, {
    settings: () => ({
      places: 1,
      grace: 0,
      measurements: { count: ({ code }) => void counted.push(code), tell: async () => ({ text: '', type: '' }) },
    }),
  });
});
afterAll(() => api.close());

/** While it runs no statement about links comes to an end. */
async function whileNothingEnds(work: () => Promise<void>): Promise<void> {
  await api.database.transaction(async (client) => {
    await client.query('lock table link in access exclusive mode');
    await work();
  });
}

const PEOPLE = JSON.stringify({ query: '{ people(first: 1) { nodes { id } } }' });

describe('a full house', () => {
  it('is told at once and in the house’s own words, on a connection that stays', async () => {
    const authorization = `Bearer ${await api.tokenFor([COUNTY])}`;
    const url = new URL(api.url);
    const request = writeRequest(url, { authorization, purpose: PURPOSE }, PEOPLE);
    const [inside, outside] = [new Wire(url), new Wire(url)];
    let first: ReturnType<Wire['send']>;
    await whileNothingEnds(async () => {
      first = inside.send(request);
      await expect.poll(async () => (await outside.send(request)).status).toBe(503);
      for (let at = 0; at < 3; at += 1) {
        const began = performance.now();
        // Neither the token nor the body is looked at.
        const { status, head, body } = await outside.send(
          at < 2 ? request : writeRequest(url, { authorization: 'Bearer none' }, 'no JSON'),
        );
        expect(performance.now() - began).toBeLessThan(200);
        expect(status).toBe(503);
        expect(head).toMatch(/^retry-after: 1$/im);
        expect(head).toMatch(/^cache-control: no-store$/im);
        expect(head).toMatch(/^connection: keep-alive$/im);
        const { errors } = JSON.parse(body.toString()) as {
          errors: { extensions: { code: string; requestId: string } }[];
        };
        expect(errors).toHaveLength(1);
        expect(errors[0]!.extensions.code).toBe('OVERLOADED');
        expect(head).toContain(`x-request-id: ${errors[0]!.extensions.requestId}`);
      }
    });
    expect((await first!).status).toBe(200);
    expect((await outside.send(request)).status).toBe(200);
    expect(counted.filter((code) => code === 'OVERLOADED').length).toBeGreaterThanOrEqual(3);
    inside.close();
    outside.close();
  });

  it('has room again when who was inside has gone', async () => {
    const authorization = `Bearer ${await api.tokenFor([COUNTY])}`;
    const url = new URL(api.url);
    const headers = { authorization, purpose: PURPOSE };
    const [inside, outside] = [new Wire(url), new Wire(url)];
    await whileNothingEnds(async () => {
      void inside.send(writeRequest(url, headers, PEOPLE));
      const asking = writeRequest(url, headers, JSON.stringify({ query: '{ __typename }' }));
      await expect.poll(async () => (await outside.send(asking)).status).toBe(503);
      inside.close();
      // Its statement is stopped, and only then is its place free.
      await expect.poll(async () => (await outside.send(asking)).status).toBe(200);
    });
    outside.close();
  });

  it('lets in whoever follows what cannot be understood', async () => {
    const wire = new Wire(new URL(api.url));
    for (const path of ['/nowhere', '/%E0%A4%A', '/graphql']) {
      const text = `POST ${path} HTTP/1.1\r\nhost: ${wire.url.host}\r\ncontent-length: 2\r\ncontent-type: application/json\r\n\r\n{}`;
      expect((await wire.send(Buffer.from(text))).status).not.toBe(503);
    }
    wire.close();
  });
});
