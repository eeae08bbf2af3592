import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import { expect } from 'vitest';
import type { ErrorCode, ServerSettings } from '../../src/serve/index.js';
import { openApi, PURPOSE, type Answer } from '../serve/open-api.js';
import { COUNTY } from '../serve/small-county.js';

/** Nothing of the inside, whatever went wrong: no statement, no path, no class, no version, no hint. */
const INSIDE =
  /select |insert |from link|stack|node_modules|\.ts\b|\.js\b|Did you mean|postgres|hub_|statement|SQLSTATE|at \w+ \(|Apollo|fastify/i;
/** An identity number that only ever comes in a request. */
export const PLANTED = '990000199001010017';

/** The operation that an honest client has registered. */
export const REGISTERED = 'query Page($first: Int) { people(first: $first) { nodes { id name { value } } } }';

/** The API as it is run in production, with one honest client, and one that may send documents of its own. */
export async function openTarget(settings: Partial<ServerSettings> = {}) {
  const documents = new Map([[createHash('sha256').update(REGISTERED).digest('hex'), REGISTERED]]);
  const requests: object[] = [];
  const api = await openApi(null, 1000, {
    settings: () => ({
      production: true,
      documents: async () => documents,
      logRequest: (line) => requests.push(line),
      ...settings,
    }),
  });
  const honest = { authorization: `Bearer ${await api.tokenFor([COUNTY])}` };
  const developer = { authorization: `Bearer ${await api.tokenFor([COUNTY], undefined, ['develop'])}` };
  const documentId = [...documents.keys()][0]!;
  const stillAnswers = async () => {
    const answer = await api.send({ documentId, variables: { first: 2 } }, honest);
    expect(answer.text).toContain('"data"');
    expect(answer.errors).toBeUndefined();
  };
  return {
    ...api,
    requests,
    documentId,
    honest,
    developer,
    /** As a client that may send any text. */
    attack: (query: string, variables?: Record<string, unknown>) => api.send({ query, variables }, developer),
    stillAnswers,
    /** The right answer to an attack: one code, a few words of ours, nothing of the inside and nothing of what came; and the next one is answered. */
    refuses: async (answer: Answer<unknown>, code: ErrorCode, { status = 400, errors = 10 } = {}) => {
      expect(answer.text.length, answer.text.slice(0, 300)).toBeLessThan(6000);
      expect(answer.status, answer.text).toBe(status);
      expect(answer.errors?.[0]?.extensions.code, answer.text).toBe(code);
      expect(answer.errors!.length).toBeLessThanOrEqual(errors);
      for (const each of answer.errors!) expect(each.extensions.requestId).toMatch(/^[0-9a-f-]{36}$/);
      expect(answer.data ?? null).toBeNull();
      expect(answer.text).not.toMatch(INSIDE);
      expect(answer.text).not.toContain(PLANTED);
      expect(JSON.stringify(requests)).not.toContain(PLANTED);
      expect(JSON.stringify(api.log)).not.toContain(PLANTED);
      await stillAnswers();
    },
    /** What the server says to bytes that are written to its socket; it is closed after so many milliseconds. */
    write: (bytes: string | readonly string[], milliseconds = 1500): Promise<string> =>
      speak(new URL(api.url), bytes, milliseconds),
    headersOf: (client: Record<string, string>) =>
      Object.entries({ ...client, purpose: PURPOSE, host: 'localhost', 'content-type': 'application/json' })
        .map(([name, value]) => `${name}: ${value}\r\n`)
        .join(''),
  };
}
export type Target = Awaited<ReturnType<typeof openTarget>>;

function speak({ port, hostname }: URL, bytes: string | readonly string[], milliseconds: number): Promise<string> {
  return new Promise((heard) => {
    const socket = connect(Number(port), hostname);
    let text = '';
    const done = () => {
      socket.destroy();
      heard(text);
    };
    const timer = setTimeout(done, milliseconds);
    socket.on('data', (more) => (text += more.toString()));
    for (const event of ['end', 'error', 'close'] as const) {
      socket.on(event, () => {
        clearTimeout(timer);
        done();
      });
    }
    for (const part of typeof bytes === 'string' ? [bytes] : bytes) socket.write(part);
  });
}

export const repeat = (times: number, make: (at: number) => string, between = ' ') =>
  Array.from({ length: times }, (_, at) => make(at)).join(between);
