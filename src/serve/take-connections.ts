import { once } from 'node:events';
import { createServer, type AddressInfo, type ListenOptions, type Server, type Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

/** Where a server takes connections in. */
export interface Entrance {
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
  const beside = SHARES_PORTS ? await listenTogether(app, host, port) : await listenAlone(app, host, port);
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

async function listenAlone(app: FastifyInstance, host: string, port: number): Promise<readonly Server[]> {
  await app.listen({ host, port });
  return [];
}

/** @returns the sockets beside the server's own */
async function listenTogether(app: FastifyInstance, host: string, port: number): Promise<readonly Server[]> {
  // Who shares a port out is let in beside another who does: whether anybody is there is asked without sharing.
  if (port !== 0) await close(await listen(createServer(), { host, port }));
  const shared = { host, port, reusePort: true };
  await app.listen(shared);
  return Promise.all(
    Array.from({ length: SOCKETS - 1 }, () => {
      const socket = createServer({ allowHalfOpen: true, noDelay: true }, (each) =>
        app.server.emit('connection', each),
      );
      return listen(socket, { ...shared, port: portOf(app.server) });
    }),
  );
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
