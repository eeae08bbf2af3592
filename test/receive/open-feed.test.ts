import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtemp, readdir, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Patience } from '../../src/receive/fetch-page.js';
import { openFeed } from '../../src/receive/open-feed.js';
import { items } from './invented-datasets.js';
import { readAll } from './read-all.js';

const TOKEN = 'not-to-be-seen';
type Answer = (request: IncomingMessage, response: ServerResponse, url: URL) => void;

let server: Server;
let port: number;
let spoolDir: string;
let answers: Answer[];
let asked: { url: string; authorization: string | undefined; accepts: string | undefined }[];

beforeEach(async () => {
  spoolDir = await mkdtemp(join(tmpdir(), 'spool-'));
  [answers, asked] = [[], []];
  server = createServer((request, response) => {
    asked.push({
      url: request.url ?? '',
      authorization: request.headers.authorization,
      accepts: String(request.headers['accept-encoding']),
    });
    // The last answer stands for all that follow.
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    answer?.(request, response, new URL(request.url ?? '', 'http://feed'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ({ port } = server.address() as AddressInfo);
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const item = (id: string, more: object = {}) => ({
  id,
  updatedAt: '2026-09-30T08:00:00+08:00',
  deleted: false,
  name: '张三',
  ...more,
});
const page =
  (list: readonly object[], next: string | null, cursor?: string): Answer =>
  (_, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
    response.end(gzipSync(JSON.stringify({ items: list, next, cursor })));
  };
const status =
  (code: number, headers: Record<string, string> = {}, body = ''): Answer =>
  (_, response) =>
    response.writeHead(code, headers).end(body);

function pull(patience: Partial<Patience> = {}) {
  return openFeed({
    baseUrl: `http://127.0.0.1:${port}/gov/`,
    token: TOKEN,
    dataset: items,
    since: 'c0',
    spoolDir,
    patience: { pause: 5, answer: 300, piece: 300, body: 1000, ...patience },
  });
}

async function mustRead() {
  const delivery = await pull();
  if ('refused' in delivery) throw new Error(`refused: ${delivery.finding.found}`);
  return { cursor: delivery.nextCursor?.(), ...(await readAll(delivery)) };
}

async function mustRefuse(patience: Partial<Patience> = {}) {
  const delivery = await pull(patience);
  if (!('refused' in delivery)) throw new Error('it was not refused');
  expect(JSON.stringify(delivery)).not.toContain(TOKEN);
  expect(await readdir(spoolDir)).toEqual([]);
  return delivery.finding;
}

describe('a pull', () => {
  it('goes through all pages with the token, and says where the next night goes on', async () => {
    answers = [page([item('a'), item('b')], 'c1'), page([item('c')], null, 'c2')];
    const { rows, cursor, delivery, header } = await mustRead();
    expect(rows.map((row) => row.item)).toEqual(['a', 'b', 'c']);
    expect(header).toEqual(['id', 'updatedAt', 'deleted', 'name']);
    expect(rows[0]?.cells).toEqual(['a', '2026-09-30T08:00:00+08:00', false, '张三']);
    expect([cursor, delivery.file, delivery.format, delivery.coverage]).toEqual(['c2', 'residents', 'feed', 'delta']);
    expect(asked.map((each) => each.url)).toEqual([
      '/gov/v1/residents?since=c0&limit=1000',
      '/gov/v1/residents?since=c1&limit=1000',
    ]);
    expect(asked[0]).toMatchObject({ authorization: `Bearer ${TOKEN}`, accepts: 'gzip' });
    expect(await readdir(spoolDir)).toEqual([]);
  });

  it('keeps its pages where nobody else may read them', async () => {
    answers = [page([item('a')], null, 'c2')];
    const delivery = await pull();
    const [file = ''] = await readdir(spoolDir);
    expect((await stat(join(spoolDir, file))).mode & 0o777).toBe(0o600);
    await (delivery as { close(): Promise<void> }).close();
    expect(await readdir(spoolDir)).toEqual([]);
  });

  it('gives an item that comes twice as it came last', async () => {
    answers = [
      page([item('a', { name: '旧' }), item('b')], 'c1'),
      page([item('b'), item('a', { name: '新' })], null, 'c2'),
    ];
    const { rows } = await mustRead();
    expect(rows.map((row) => [row.item, row.cells[3]])).toEqual([
      ['b', '张三'],
      ['a', '新'],
    ]);
  });

  it('keeps the old cursor where the last page names none', async () => {
    answers = [page([], null)];
    expect((await mustRead()).cursor).toBe('c0');
  });
});

describe('the feed’s moods are waited out', () => {
  const good = page([item('a')], null, 'c2');
  it.each<[string, Answer]>([
    ['429 with Retry-After', status(429, { 'retry-after': '0' })],
    ['503 with a date', status(503, { 'retry-after': new Date(Date.now() - 1000).toUTCString() })],
    ['500', status(500, {}, 'select * from person')],
    ['a login page with 200', status(200, { 'content-type': 'text/html' }, '<html>login</html>')],
    ['half a page', (_, response) => response.end('{"items":[{"id"')],
    ['JSON of another kind', (_, response) => response.end('[]')],
    ['a connection that breaks', (request) => request.socket.destroy()],
    [
      'a body that breaks',
      (_, response) => {
        response.writeHead(200, { 'content-length': '500' }).write('{"items":[');
        setTimeout(() => response.destroy(), 20);
      },
    ],
    ['no answer at all', () => {}],
    [
      'a body that stops',
      (_, response) => {
        response.writeHead(200).write('{"items":[');
      },
    ],
  ])('%s', async (_, bad) => {
    answers = [bad, good];
    expect((await mustRead()).rows).toHaveLength(1);
    expect(asked).toHaveLength(2);
  });

  it('for as long as it wishes', async () => {
    answers = [status(429, { 'retry-after': '1' }), good];
    const began = performance.now();
    await mustRead();
    expect(performance.now() - began).toBeGreaterThan(950);
  });
});

describe('a pull that does not reach the end is refused, and nothing is left of it', () => {
  it('after five tries of one page', async () => {
    answers = [page([item('a')], 'c1'), status(502)];
    expect(await mustRefuse()).toMatchObject({ code: 'DELIVERY_UNREADABLE', found: 'HTTP 502' });
    expect(asked).toHaveLength(6);
  });

  it.each([401, 403, 404])('at once with %i', async (code) => {
    answers = [status(code)];
    expect((await mustRefuse()).found).toBe(`HTTP ${code}`);
    expect(asked).toHaveLength(1);
  });

  it('when it wishes more patience than there is', async () => {
    answers = [status(429, { 'retry-after': '3600' })];
    expect((await mustRefuse()).found).toBe('HTTP 429');
    expect(asked).toHaveLength(1);
  });

  it('when the whole takes too long', async () => {
    answers = [() => {}];
    const began = performance.now();
    await mustRefuse({ pull: 400 });
    expect(performance.now() - began).toBeLessThan(2000);
  });

  it('when a body trickles without end', async () => {
    answers = [
      (_, response) => {
        const drip = setInterval(() => response.write(' '), 20);
        response.on('close', () => clearInterval(drip));
      },
    ];
    expect((await mustRefuse({ body: 200, pull: 900 })).found).toBe('no answer in time');
  });

  it('when the cursors lead in a circle', async () => {
    answers = [page([item('a')], 'c1'), page([item('b')], 'c0')];
    expect((await mustRefuse()).found).toBe('a cursor that leads in a circle');
  });

  it('when it unpacks to more than a page may be', async () => {
    const bomb = gzipSync(Buffer.alloc(70 * 1024 * 1024, 0x20));
    answers = [(_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb)];
    expect((await mustRefuse({ answer: 20_000, piece: 20_000, body: 30_000 })).code).toBe('DELIVERY_TOO_LARGE');
  });

  it('when it leads to another host, and that host hears nothing', async () => {
    let heard = 0;
    const other = createServer((_, response) => response.end(String(++heard)));
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    answers = [status(302, { location: `http://127.0.0.1:${(other.address() as AddressInfo).port}/v1/residents` })];
    expect((await mustRefuse()).found).toBe('a redirect to another host');
    expect(heard).toBe(0);
    other.close();
  });

  it('when nobody listens', async () => {
    server.close();
    expect((await mustRefuse()).found).toBe('the connection failed');
  });
});
