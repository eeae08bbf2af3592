import { isIP } from 'node:net';
import { WrongSetting } from '../model/wrong-setting.js';
import { addressOf, oneOf, whole } from './read-setting.js';

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

/** @throws WrongSetting */
export function readApiConfig(
  environment: NodeJS.ProcessEnv,
  { port, demo }: { port: number; demo: boolean },
): ApiConfig {
  const mode = oneOf(environment, 'HUB_MODE', ['development', 'production'], demo ? 'development' : 'production');
  const rate = whole(environment, 'HUB_RATE', 50_000);
  return {
    mode,
    rate: rate === 0 ? null : rate,
    places: whole(environment, 'HUB_PLACES', 80, 1),
    mostMisses: whole(environment, 'HUB_VERIFY_MISSES', 3000),
    proxies: readProxies(environment),
    monitor: readMonitor(environment, port),
    log: oneOf(environment, 'HUB_LOG', ['requests', 'errors'], mode === 'production' ? 'requests' : 'errors'),
    traces: ['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT']
      .map((name) => addressOf(environment, name, ['http:', 'https:']))
      .some((address) => address !== null),
  };
}

function readMonitor(environment: NodeJS.ProcessEnv, port: number): ApiConfig['monitor'] {
  const stated = environment['HUB_MONITOR_PORT'] || String(port === 0 ? 0 : port + 1);
  if (stated === 'off') return null;
  if (!/^\d{1,5}$/.test(stated) || Number(stated) > 65_535) {
    throw new WrongSetting('HUB_MONITOR_PORT', { zh: '须为 0…65535 或 off', en: 'must be 0…65535 or off' }, stated);
  }
  return { host: environment['HUB_MONITOR_HOST'] || '127.0.0.1', port: Number(stated) };
}

function readProxies(environment: NodeJS.ProcessEnv): readonly string[] {
  const stated = (environment['HUB_PROXIES'] || '').split(',').flatMap((each) => each.trim() || []);
  const wrong = stated.find((each) => !isProxy(each));
  if (wrong === undefined) return stated;
  const takes = {
    zh: '须为以逗号分隔的 IP 地址或网段（10.0.0.0/8）',
    en: 'must be IP addresses or networks (10.0.0.0/8), with commas between',
  };
  throw new WrongSetting('HUB_PROXIES', takes, wrong);
}

/** The names are Fastify's. */
function isProxy(text: string): boolean {
  if (['loopback', 'linklocal', 'uniquelocal'].includes(text)) return true;
  const [, address, bits] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const version = isIP(address ?? '');
  return version !== 0 && (bits === undefined || Number(bits) <= (version === 4 ? 32 : 128));
}
