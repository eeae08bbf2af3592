import type { Tracer } from '@opentelemetry/api';

/** Sends spans to the OTLP endpoint of the environment. Loaded only where there is one: it is larger than the rest of the server. */
export async function exportSpans(): Promise<{ readonly tracer: Tracer; stop(): Promise<void> }> {
  const [{ BatchSpanProcessor, TracerProvider }, { OTLPTraceExporter }] = await Promise.all([
    import('@opentelemetry/sdk-trace'),
    import('@opentelemetry/exporter-trace-otlp-http'),
  ]);
  const provider = new TracerProvider({
    spanProcessors: [new BatchSpanProcessor({ exporter: new OTLPTraceExporter() })],
  });
  return { tracer: provider.getTracer('grid-hub'), stop: () => provider.shutdown() };
}
