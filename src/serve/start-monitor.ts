import type { AddressInfo } from 'node:net';
import fastify from 'fastify';
import type { Measurements } from './measurements.js';
import type { RunningServer } from './start-server.js';

export interface MonitorSettings {
  /** Loopback unless whoever watches stands elsewhere: there are no tokens here. */
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  /** Fails, or takes its time, where the hub cannot answer. */
  readonly ask: () => Promise<unknown>;
  readonly measurements: Measurements;
}

/** Milliseconds: a database that takes longer to say that it is there is not. */
const PATIENCE = 2000;

/** Answers whoever watches over the hub, on a port of its own: /health, /ready, /metrics. */
export async function startMonitor({ host, port, ask, measurements }: MonitorSettings): Promise<RunningServer> {
  const app = fastify({ requestTimeout: 5_000, forceCloseConnections: true, exposeHeadRoutes: false });
  app.setErrorHandler((_error, _request, reply) => reply.code(500).send({ status: 'failed' }));
  app.setNotFoundHandler((_request, reply) => reply.code(404).send({ status: 'unknown' }));
  app.get('/health', async () => ({ status: 'alive' }));
  app.get('/ready', async (_request, reply) => {
    if (await answersInTime(ask)) return { status: 'ready' };
    return reply.code(503).header('retry-after', '5').send({ status: 'not ready' });
  });
  app.get('/metrics', async (_request, reply) => {
    const { text, type } = await measurements.tell();
    return reply.type(type).send(text);
  });
  await app.listen({ host, port });
  const { port: open } = app.server.address() as AddressInfo;
  return { url: `http://${host.includes(':') ? `[${host}]` : host}:${open}`, stop: () => app.close() };
}

async function answersInTime(ask: () => Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((tell) => (timer = setTimeout(() => tell(false), PATIENCE)));
  const answered = ask().then(
    () => true,
    () => false,
  );
  try {
    return await Promise.race([answered, late]);
  } finally {
    clearTimeout(timer);
  }
}
