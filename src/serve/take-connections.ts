import type { LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { createServer, type AddressInfo, type ListenOptions, type Server, type Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

/** Where a server takes connections in. */
export interface Entrance {
  /** An address, or a name: then all addresses that it has, as `localhost` has 127.0.0.1 and ::1. */
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  /** Connections that may be open at once; one more is closed at once. */
  readonly most: number;
}

/**
 * Sockets of one port. Node takes one connection from each every time round its loop, and a loop with much to do comes round 50 times a second:
 * of a crowd that connects anew most would stand outside until their patience ends, where the door neither counts them nor sends them away.
 */
const SOCKETS = 16;
/** Where the system shares the connections of one port out among sockets. */
const SHARES_PORTS = process.platform === 'linux';
/** Milliseconds after which a connection that was answered while the server closes is let go: its client would keep it. */
const CLOSING = 50;

export interface Taking {
  readonly port: number;
  /** Takes no more in; answers when all are gone. Those that are idle go at once, the others when they are answered. */
  close(): Promise<void>;
}

/**
 * Takes connections in for a server, which is closed with them.
 * @throws EADDRINUSE where anybody listens there, be it one who shares the port out as well
 */
export async function takeConnections(app: FastifyInstance, { host, port, most }: Entrance): Promise<Taking> {
  const open = new Set<Socket>();
  app.server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    if (open.size > most) socket.destroy();
  });
  const beside = await listenTo(app, host, port);
  return {
    port: portOf(app.server),
    close: async () => {
      // Who has asked nothing yet is none of those that Node calls idle.
      for (const socket of open) if (socket.bytesRead === 0) socket.destroy();
      const letIdleGo = setInterval(() => app.server.closeIdleConnections(), CLOSING);
      await Promise.all([...beside.map(close), app.close()]).finally(() => clearInterval(letIdleGo));
    },
  };
}

type Found = [LookupAddress, ...LookupAddress[]];

/** @returns the sockets beside the server's own, which hand over to it what comes in: so all are counted in one place */
async function listenTo(app: FastifyInstance, host: string, port: number): Promise<readonly Server[]> {
  // Of ::1 and 127.0.0.1 the second is on every machine.
  const [{ address: first }, ...others] = (await lookup(host, { all: true, order: 'ipv4first' })) as Found;
  const shared = SHARES_PORTS ? { reusePort: true } : {};
  const beside: Server[] = [];
  const listenBeside = async (address: string): Promise<void> => {
    const socket = createServer({ allowHalfOpen: true, noDelay: true }, (each) => app.server.emit('connection', each));
    beside.push(await listen(socket, { ...shared, host: address, port: portOf(app.server) }));
  };
  try {
    await refuseTaken(first, port);
    await app.listen({ ...shared, host: first, port });
    for (const { address } of others) {
      await refuseTaken(address, portOf(app.server));
      await listenBeside(address).catch(passWithout);
    }
    if (SHARES_PORTS) for (let count = 1; count < SOCKETS; count += 1) await listenBeside(first);
    return beside;
  } catch (error) {
    await Promise.all([...beside.map(close), app.close()]);
    throw error;
  }
}

/** Who shares a port out is let in beside another who does: whether anybody is there is asked without sharing. */
async function refuseTaken(host: string, port: number): Promise<void> {
  if (!SHARES_PORTS || port === 0) return;
  const asked = await listen(createServer(), { host, port }).catch(passWithout);
  if (asked) await close(asked);
}

/** A name may have an address that the machine has not: ::1 where there is no IPv6. */
function passWithout(error: unknown): void {
  const { code } = error as NodeJS.ErrnoException;
  if (code !== 'EADDRNOTAVAIL' && code !== 'EAFNOSUPPORT') throw error;
}

async function listen(server: Server, options: ListenOptions): Promise<Server> {
  server.listen(options);
  await once(server, 'listening');
  return server;
}

async function close(server: Server): Promise<void> {
  server.close();
  await once(server, 'close');
}

const portOf = (server: { address(): unknown }): number => (server.address() as AddressInfo).port;
