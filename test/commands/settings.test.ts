import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCommand } from '../../src/cli.js';
import { readConfig } from '../../src/config.js';
import { COUNTY } from '../serve/small-county.js';
import { openSmallHub } from './small-hub.js';

const hub = openSmallHub();
const PASSWORD = 's3cret';
const WRONG: readonly (readonly [Record<string, string>, string, string])[] = [
  [{ PORT: '70000' }, 'PORT must be 0…65535; it is 70000.', 'PORT 须为 0…65535；现为 70000'],
  [{ HUB_DEMO: 'yes' }, 'HUB_DEMO must be on or off; it is yes.', 'HUB_DEMO 须为 on 或 off；现为 yes'],
  [{ HUB_NICE: '20' }, 'HUB_NICE must be 0…19; it is 20.', 'HUB_NICE 须为 0…19；现为 20'],
  [{ HUB_PLACES: '0' }, 'HUB_PLACES must be a whole number from 1; it is 0.', 'HUB_PLACES 须为不小于 1 的整数；现为 0'],
  [{ HUB_RATE: 'x' }, 'HUB_RATE must be a whole number; it is x.', 'HUB_RATE 须为整数；现为 x'],
  [{ HUB_PROXIES: '127.0.0.1, foo' }, 'HUB_PROXIES must be IP addresses', 'HUB_PROXIES 须为以逗号分隔的 IP 地址'],
  [{ HUB_PROXIES: '10.0.0.0/33' }, 'it is 10.0.0.0/33.', '现为 10.0.0.0/33'],
  [{ HUB_COUNTY: 'x' }, 'HUB_COUNTY must be a six-digit county code; it is x.', 'HUB_COUNTY 须为六位县级代码'],
  [
    { DATABASE_URL: 'foo' },
    'DATABASE_URL must be an address that begins with postgres://',
    'DATABASE_URL 须为以 postgres://',
  ],
  [{ DATABASE_URL: `postgres://u:${PASSWORD}#x@host/db` }, 'DATABASE_URL must be an address', 'DATABASE_URL 须为'],
  [
    { HUB_API_DATABASE_URL: `mysql://u:${PASSWORD}@host/db` },
    'HUB_API_DATABASE_URL must be',
    'HUB_API_DATABASE_URL 须为',
  ],
  [
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'foo' },
    'OTEL_EXPORTER_OTLP_ENDPOINT must be an address',
    'OTEL_EXPORTER_OTLP_ENDPOINT 须为',
  ],
  [
    { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `ftp://u:${PASSWORD}@x` },
    'begins with http:// or https://',
    '以 http:// 或 https:// 开头',
  ],
  [
    { HUB_OIDC_ISSUER: 'http://x.example' },
    'HUB_OIDC_ISSUER must be an https:// address',
    'HUB_OIDC_ISSUER 须为 https://',
  ],
  [{ HOST: 'nonexistent.invalid' }, 'HOST must be an address or a name of this machine', 'HOST 须为本机的地址或主机名'],
  [{ HUB_MONITOR_HOST: '192.0.2.1' }, 'HUB_MONITOR_HOST must be', 'HUB_MONITOR_HOST 须为'],
];

describe('a setting that cannot be read', () => {
  it.each(WRONG)('%j is told by its name and by what it takes, before anything is started', async (setting, en, zh) => {
    for (const [locale, sentence] of [
      ['en_US.UTF-8', en],
      ['zh_CN.UTF-8', zh],
    ] as const) {
      hub.told = '';
      const unused = join(hub.home, 'unused');
      expect(await runCommand(['start'], { HUB_HOME: unused, LANG: locale, ...setting })).toBe(1);
      expect(hub.told).toContain(`hub: ${Object.keys(setting)[0]}`);
      expect(hub.told).toContain(sentence);
      expect(hub.told).not.toContain(PASSWORD);
      expect(existsSync(unused) ? readdirSync(unused) : []).toEqual([]);
    }
  });

  it('is the county, where the hub holds another', async () => {
    const settings = hub.environment();
    expect(await runCommand(['status'], { ...settings, HUB_COUNTY: '110101' })).toBe(1);
    expect(hub.told).toContain(`hub: HUB_COUNTY must be ${COUNTY}, which this hub holds`);
    expect(await runCommand(['status'], { ...settings, HUB_COUNTY: COUNTY })).toBe(0);
  });
});

it('those that can are read', () => {
  const { demo, databaseUrl, api } = readConfig({
    DATABASE_URL: 'postgresql://u:p@db.example/hub?sslmode=require',
    HUB_DEMO: 'on',
    HUB_PLACES: '1',
    HUB_PROXIES: '127.0.0.1, 10.0.0.0/8, ::1, fd00::/8, loopback',
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318',
  });
  expect(databaseUrl).toBe('postgresql://u:p@db.example/hub?sslmode=require');
  expect([demo, api.places, api.traces]).toEqual([true, 1, true]);
  expect(api.proxies).toEqual(['127.0.0.1', '10.0.0.0/8', '::1', 'fd00::/8', 'loopback']);
});
