/** How the API is run: who may ask what, how much of it, and who watches. */
export interface ApiConfig {
  /** Production: only registered operations are answered, but for clients that may `develop`, and nobody else is told the schema. */
  readonly mode: 'development' | 'production';
  /** Points a second that one client may ask for, and ten times that at once; null: as many as it likes. */
  readonly rate: number | null;
  /** Requests that may be under way at once; more are sent away. */
  readonly places: number;
  /** Verifications of one client on one day that may find no match; above it nobody is verified. */
  readonly mostMisses: number;
  /** Addresses whose `X-Forwarded-For` is believed. */
  readonly proxies: readonly string[];
  /** /health, /ready and /metrics; null: nowhere. */
  readonly monitor: { readonly host: string; readonly port: number } | null;
  /** Whether every request has a line in the log, or only what is the hub's own fault. */
  readonly log: 'requests' | 'errors';
  /** Spans go to the OTLP endpoint that the environment names. */
  readonly traces: boolean;
}

/** @throws Error with a sentence for the operator */
export function readApiConfig(
  environment: NodeJS.ProcessEnv,
  { port, demo }: { port: number; demo: boolean },
): ApiConfig {
  const mode = oneOf(environment, 'HUB_MODE', ['development', 'production'], demo ? 'development' : 'production');
  const rate = whole(environment, 'HUB_RATE', 50_000);
  return {
    mode,
    rate: rate === 0 ? null : rate,
    places: Math.max(1, whole(environment, 'HUB_PLACES', 80)),
    mostMisses: whole(environment, 'HUB_VERIFY_MISSES', 3000),
    proxies: (environment['HUB_PROXIES'] || '').split(',').flatMap((each) => each.trim() || []),
    monitor: readMonitor(environment, port),
    log: oneOf(environment, 'HUB_LOG', ['requests', 'errors'], mode === 'production' ? 'requests' : 'errors'),
    traces: ['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'].some((name) => environment[name]),
  };
}

function readMonitor(environment: NodeJS.ProcessEnv, port: number): ApiConfig['monitor'] {
  const stated = environment['HUB_MONITOR_PORT'] || String(port === 0 ? 0 : port + 1);
  if (stated === 'off') return null;
  if (!/^\d{1,5}$/.test(stated) || Number(stated) > 65_535) {
    throw new Error(`HUB_MONITOR_PORT must be 0…65535 or off; it is ${stated}.`);
  }
  return { host: environment['HUB_MONITOR_HOST'] || '127.0.0.1', port: Number(stated) };
}

function oneOf<T extends string>(environment: NodeJS.ProcessEnv, name: string, known: readonly T[], usual: T): T {
  const stated = environment[name] || usual;
  const found = known.find((each) => each === stated);
  if (found === undefined) throw new Error(`${name} must be ${known.join(' or ')}; it is ${stated}.`);
  return found;
}

function whole(environment: NodeJS.ProcessEnv, name: string, usual: number): number {
  const stated = environment[name] || String(usual);
  if (!/^\d{1,9}$/.test(stated)) throw new Error(`${name} must be a whole number; it is ${stated}.`);
  return Number(stated);
}
