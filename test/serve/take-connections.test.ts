import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import fastify, { type FastifyInstance } from 'fastify';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Wire, writeRequest } from '../../src/bench/api-load.js';
import { takeConnections, type Entrance } from '../../src/serve/take-connections.js';

vi.mock('node:dns/promises', { spy: true });

const ending: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ending.splice(0).toReversed()) await end();
  vi.mocked(lookup).mockRestore();
});

async function open(entrance: Partial<Entrance> = {}, prepare: (app: FastifyInstance) => void = () => {}) {
  const app = fastify({ forceCloseConnections: 'idle' });
  app.post('/', async () => 'answer');
  prepare(app);
  const taking = await takeConnections(app, { host: '127.0.0.1', port: 0, most: 1000, ...entrance });
  const url = new URL(`http://127.0.0.1:${taking.port}/`);
  let closing: Promise<void> | null = null;
  const close = () => (closing ??= taking.close());
  ending.push(close);
  return { app, url, port: taking.port, close };
}

function connect(port: number, host = '127.0.0.1'): Socket {
  const socket = createConnection({ host, port });
  socket.on('error', () => {});
  ending.push(() => socket.destroy());
  return socket;
}

describe('a crowd that connects', () => {
  it('is let in several at a time, however seldom the loop comes round', async () => {
    const { app, port } = await open();
    const entered: unknown[] = [];
    app.server.on('connection', (socket) => entered.push(socket));
    const CROWD = 128;
    for (let at = 0; at < CROWD; at += 1) connect(port);
    // All stand at the door before the loop comes round again.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
    let turns = 0;
    for (; entered.length < CROWD && turns < CROWD; turns += 1) await turn();
    expect(entered).toHaveLength(CROWD);
    // One at a time would be as many turns as there are in the crowd.
    if (process.platform === 'linux') expect(turns).toBeLessThan(CROWD / 2);
  });

  it('is answered whichever way it came in', async () => {
    const { url } = await open();
    const wires = Array.from({ length: 64 }, () => new Wire(url));
    const answers = await Promise.all(wires.map((wire) => wire.send(writeRequest(url, {}, '{}'))));
    expect(answers.map(({ body }) => body.toString())).toEqual(wires.map(() => 'answer'));
    for (const wire of wires) wire.close();
  });

  it('is no more than was said, and there is room again when some have gone', async () => {
    const { port, url } = await open({ most: 40 });
    const crowd = Array.from({ length: 60 }, () => connect(port));
    const gone = () => crowd.filter(({ closed }) => closed).length;
    await expect.poll(gone).toBe(20);
    await sleep(50);
    expect(gone()).toBe(20);
    const wire = new Wire(url);
    expect((await wire.send(writeRequest(url, {}, '{}'))).status).toBe(0);
    for (const each of crowd) each.destroy();
    await expect.poll(async () => (await wire.send(writeRequest(url, {}, '{}'))).status).toBe(200);
    wire.close();
  });
});

describe('a port', () => {
  it('belongs to one', async () => {
    const { port } = await open();
    await expect(open({ port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
    const plain: Server = createServer();
    plain.listen({ host: '127.0.0.1', port: 0 });
    await once(plain, 'listening');
    const { port: taken } = plain.address() as { port: number };
    await expect(open({ port: taken })).rejects.toMatchObject({ code: 'EADDRINUSE' });
    plain.close();
    await once(plain, 'close');
    expect((await open({ port: taken })).port).toBe(taken);
  });
});

// All of 127.0.0.0/8 is the machine's own on Linux alone.
describe.runIf(process.platform === 'linux')('a name of several addresses', () => {
  const named = (...addresses: readonly string[]) =>
    vi.mocked(lookup).mockResolvedValue(addresses.map((address) => ({ address, family: 4 })) as never);

  it('is listened to at each that the machine has, and counted as one', async () => {
    named('127.0.0.1', '127.0.0.2', '192.0.2.1');
    const { port } = await open({ host: 'both', most: 40 });
    const crowd = Array.from({ length: 60 }, (_, at) => connect(port, at % 2 ? '127.0.0.1' : '127.0.0.2'));
    await expect.poll(() => crowd.filter(({ closed }) => closed).length).toBe(20);
    await sleep(50);
    expect(crowd.filter(({ closed }) => closed)).toHaveLength(20);
  });

  it('is not taken where one of them belongs to another', async () => {
    const plain = createServer();
    plain.listen({ host: '127.0.0.2', port: 0 });
    await once(plain, 'listening');
    ending.push(() => plain.close());
    const { port } = plain.address() as { port: number };
    named('127.0.0.1', '127.0.0.2');
    await expect(open({ host: 'both', port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
    named('127.0.0.1');
    expect((await open({ host: 'one', port })).port).toBe(port);
  });
});

describe('closing', () => {
  it('answers what is being asked, lets who is idle go, and takes nobody in', async () => {
    let begun = 0;
    let release = () => {};
    const released = new Promise<void>((done) => (release = done));
    const { url, port, close } = await open({}, (app) =>
      app.post('/slow', async () => {
        begun += 1;
        await released;
        return 'late';
      }),
    );
    const slow = new URL('/slow', url);
    const asking = Array.from({ length: 64 }, () => new Wire(slow));
    const idle = Array.from({ length: 32 }, () => new Wire(url));
    await Promise.all(idle.map((wire) => wire.send(writeRequest(url, {}, '{}'))));
    const answers = asking.map((wire) => wire.send(writeRequest(slow, {}, '{}')));
    await expect.poll(() => begun).toBe(64);
    const silent = connect(port);
    await once(silent, 'connect');
    let isClosed = false;
    const closed = close().then(() => (isClosed = true));
    await sleep(200);
    expect(isClosed).toBe(false);
    const late = connect(port);
    await expect.poll(() => late.closed).toBe(true);
    const began = performance.now();
    release();
    for (const { status, body } of await Promise.all(answers))
      expect({ status, body: body.toString() }).toEqual({ status: 200, body: 'late' });
    await closed;
    // Not only when whoever keeps a connection has been idle for long.
    expect(performance.now() - began).toBeLessThan(3000);
  });
});
