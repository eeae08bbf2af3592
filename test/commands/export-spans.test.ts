import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it, vi } from 'vitest';
import { exportSpans } from '../../src/commands/export-spans.js';

interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: {
    readonly resourceSpans: readonly {
      readonly resource: {
        readonly attributes: readonly { readonly key: string; readonly value: { stringValue?: string } }[];
      };
      readonly scopeSpans: readonly {
        readonly scope: { readonly name: string };
        readonly spans: readonly { readonly name: string }[];
      }[];
    }[];
  };
}

/** What a collector of OTLP over HTTP is sent. */
async function collect(status: number) {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      received.push({
        path: request.url!,
        headers: request.headers,
        body: JSON.parse(Buffer.concat(parts).toString()) as Received['body'],
      });
      response.writeHead(status, { 'content-type': 'application/json' }).end('{}');
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  return { received, close: () => server.close().closeAllConnections() };
}
afterEach(() => vi.unstubAllEnvs());

it('sends what has ended to the collector before the hub has ended, under the name of the hub', async () => {
  const { received, close } = await collect(200);
  const { tracer, stop } = await exportSpans();
  tracer.startSpan('request').end();
  tracer.startSpan('reading').end();
  await stop();
  close();
  expect(received.map(({ path }) => path)).toEqual(['/v1/traces']);
  expect(received[0]!.headers['content-type']).toBe('application/json');
  const [sent] = received[0]!.body.resourceSpans;
  const named = sent!.resource.attributes.find(({ key }) => key === 'service.name');
  expect(named?.value.stringValue).toBe('grid-hub');
  expect(sent!.scopeSpans.flatMap(({ spans }) => spans.map(({ name }) => name))).toEqual(['request', 'reading']);
});

it('is called as the environment says', async () => {
  const { received, close } = await collect(200);
  vi.stubEnv('OTEL_SERVICE_NAME', 'hub-of-longyang');
  const { tracer, stop } = await exportSpans();
  tracer.startSpan('request').end();
  await stop();
  close();
  const { attributes } = received[0]!.body.resourceSpans[0]!.resource;
  expect(attributes.find(({ key }) => key === 'service.name')?.value.stringValue).toBe('hub-of-longyang');
});

it('ends though the collector refuses', async () => {
  const { received, close } = await collect(400);
  const { tracer, stop } = await exportSpans();
  tracer.startSpan('request').end();
  await stop().catch(() => {});
  close();
  expect(received).toHaveLength(1);
});
