import type { Tracer } from '@opentelemetry/api';

const NAME = 'grid-hub';

/**
 * Sends spans to the OTLP endpoint of the environment, as the service that `OTEL_SERVICE_NAME` says. Loaded only where there is one: it is
 * larger than the rest of the server.
 */
export async function exportSpans(): Promise<{ readonly tracer: Tracer; stop(): Promise<void> }> {
  const [
    { BatchSpanProcessor, TracerProvider },
    { OTLPTraceExporter },
    { detectResources, envDetector, resourceFromAttributes },
  ] = await Promise.all([
    import('@opentelemetry/sdk-trace'),
    import('@opentelemetry/exporter-trace-otlp-http'),
    import('@opentelemetry/resources'),
  ]);
  const provider = new TracerProvider({
    // Without a name of ours the collector would be told the path of the program.
    resource: resourceFromAttributes({ 'service.name': NAME }).merge(detectResources({ detectors: [envDetector] })),
    spanProcessors: [new BatchSpanProcessor({ exporter: new OTLPTraceExporter() })],
  });
  return { tracer: provider.getTracer(NAME), stop: () => provider.shutdown() };
}
