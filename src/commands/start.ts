import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { IMPORTERS } from '../../importers/index.js';
import {
  DEMO_PURPOSE,
  FailedAttempts,
  grantDemo,
  openGrants,
  openReadings,
  openTokenKeys,
  signToken,
  type TokenKeys,
} from '../authorize/index.js';
import { PROJECT_FOLDER } from '../database/project-folder.js';
import { statingOf } from '../model/stated-fields.js';
import type { Permission } from '../model/viewer.js';
import { WrongSetting } from '../model/wrong-setting.js';
import { openHub, readCounty, type Hub } from '../hub.js';
import { listDeliveries } from '../receive/list-deliveries.js';
import { openAccessing } from './open-accessing.js';
import { openDocuments, openLastNight, openLog } from './open-watching.js';
import { openGranting } from './open-granting.js';
import { openReviewing } from './open-reviewing.js';
import { EXIT, type Command, type CommandContext } from './command.js';
import { tellNight } from './receive.js';
import { showProgress } from './show-progress.js';
import { tellStatus } from './status.js';

const SAMPLE = join(PROJECT_FOLDER, 'fixtures/sample/day-1');

export const start: Command = {
  name: 'start',
  zh: '启动数据库和 GraphQL 接口；首次启动时接收自带的虚构样例县',
  en: 'start the database and the GraphQL API; the first start takes in the made-up sample county that came along',
  options: [
    {
      flags: '--sample',
      zh: '在自己的数据库上也接收样例县',
      en: 'take the sample county into a database of your own too',
    },
    { flags: '--no-sample', zh: '不接收样例县', en: 'leave the sample county out' },
  ],
  async run(context, _operands, options) {
    const { config, terminal, say } = context;
    await tryAddress('HOST', config.host);
    if (config.api.monitor) await tryAddress('HUB_MONITOR_HOST', config.api.monitor.host);
    terminal.note(
      config.databaseUrl
        ? say({ zh: '连接 DATABASE_URL 指定的数据库…', en: 'Connecting to the database of DATABASE_URL…' })
        : say({
            zh: `启动内置 PostgreSQL（数据在 ${config.home}）…`,
            en: `Starting the embedded PostgreSQL (data in ${config.home})…`,
          }),
    );
    const hub = await openHub(config, { begins: true });
    try {
      await takeSample(hub, context, options['sample'] as boolean | undefined);
      await tellStatus(hub, context);
      const server = await serve(hub, context);
      await tellWhereToAsk(hub, context, server.url);
      await untilStopped();
      terminal.note(say({ zh: '正在停止…', en: 'Stopping…' }));
      await server.stop();
      return EXIT.done;
    } finally {
      await hub.close();
    }
  },
};

/** Before the database is started and a sample taken in for nothing. @throws WrongSetting */
async function tryAddress(name: string, host: string): Promise<void> {
  const server = createServer();
  server.listen({ host, port: 0 });
  await once(server, 'listening').catch(() => {
    const takes = { zh: '须为本机的地址或主机名', en: 'must be an address or a name of this machine' };
    throw new WrongSetting(name, takes, host);
  });
  server.close();
}

/** Only into a hub that has never taken anything: a real county never meets the made-up one. */
async function takeSample(hub: Hub, context: CommandContext, wanted: boolean | undefined): Promise<void> {
  const [{ n: deliveries }] = (await hub.database.query<{ n: number }>('select count(*) as n from delivery')) as [
    { n: number },
  ];
  if (deliveries > 0 || !(wanted ?? hub.embedded)) return;
  const { receiveNight } = await import('../pipeline.js');
  const { terminal, say } = context;
  terminal.note(
    say({
      zh: '接收自带的虚构样例县（约 2,000 人，四个部门）…',
      en: 'Taking in the made-up sample county (about 2,000 people, four registers)…',
    }),
  );
  const report = await receiveNight(hub, {
    folder: SAMPLE,
    feed: null,
    accept: null,
    preview: false,
    onProgress: showProgress(terminal, say),
  });
  tellNight(report, context);
  terminal.line();
}

async function serve(hub: Hub, { config }: CommandContext): Promise<{ url: string; stop(): Promise<void> }> {
  // The schema takes half a second to build; no other command needs it.
  const { openMeasurements, startMonitor, startServer } = await import('../serve/index.js');
  const log = openLog();
  const keys = await openTokenKeys(config.home, config.openId, (why) =>
    log.write({ at: new Date().toISOString(), code: 'PROVIDER_AWAY', issuer: config.openId?.issuer, why }),
  );
  const readings = openReadings({ apiUrl: hub.apiUrl, sealing: hub.database.sealing });
  const grants = openGrants({ apiUrl: hub.apiUrl });
  const reviewing = openReviewing(hub);
  const accessing = openAccessing(hub, (alarm) =>
    log.write({ at: new Date().toISOString(), alarm: 'ACCESS_VOLUME', ...alarm }),
  );
  const { openPreviewing } = await import('./open-previewing.js');
  const { openAddresses } = await import('./open-addresses.js');
  const { mode, rate, places, mostMisses, proxies, monitor: watched, log: logged, traces } = config.api;
  const measurements = openMeasurements({ readings, lastNight: openLastNight(hub) });
  const spans = traces ? await (await import('./export-spans.js')).exportSpans() : null;
  const server = await startServer({
    readings,
    accessing,
    grants,
    reviewing,
    granting: openGranting(hub, (broken) =>
      log.write({ at: new Date().toISOString(), alarm: 'BREAK_GLASS', ...broken }),
    ),
    previewing: openPreviewing(hub),
    stating: statingOf(IMPORTERS.flatMap((importer) => importer.datasets)),
    readAddress: openAddresses(hub),
    keys,
    host: config.host,
    port: config.port,
    explorer: config.demo
      ? {
          query: await readFile(join(PROJECT_FOLDER, 'schema/operations/people-with-sources.graphql'), 'utf8'),
          // Made anew for each visit: a token lives 12 hours, the server longer.
          headers: async () => ({ authorization: `Bearer ${await explorerToken(hub, keys)}`, purpose: DEMO_PURPOSE }),
        }
      : null,
    production: mode === 'production',
    documents: openDocuments(hub),
    ...(rate !== null && { rate: { steady: rate, burst: 10 * rate } }),
    places,
    mostMisses,
    proxies,
    attempts: new FailedAttempts(),
    measurements,
    ...(spans && { tracer: spans.tracer }),
    ...(logged === 'requests' && { logRequest: log.write }),
    log: log.write,
  });
  const monitor =
    watched && (await startMonitor({ ...watched, ask: () => hub.database.query('select 1'), measurements }));
  return {
    url: server.url,
    stop: async () => {
      await server.stop();
      await monitor?.stop();
      await spans?.stop();
      log.close();
      await readings.close();
      await grants.close();
      await reviewing.close();
      await accessing.close();
    },
  };
}

/** The page is open to whoever reaches the port, so that it holds a token only while there is nothing but the made-up county. */
async function explorerToken(hub: Hub, keys: TokenKeys): Promise<string> {
  const county = await readCounty(hub.database);
  const files = (await listDeliveries(SAMPLE)).map(({ file }) => file);
  const [other] = await hub.database.query(
    `select from delivery where state = 'taken' and not (file = any ($1)) limit 1`,
    [files],
  );
  if (county === null || other || !LOOPBACK.has(hub.config.host)) return 'TOKEN';
  await grantDemo(hub.database.pool, county, 'demo-explorer', [county], REGISTERS, DEMO_MAY);
  return await signToken(keys, { client: 'demo-explorer' }, 12 * 3600);
}

const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', '::1', 'localhost']);

const DEMO_MAY: readonly Permission[] = ['review', 'develop'];
const REGISTERS = IMPORTERS.map((importer) => importer.register);

/** Where it answers, and on a demo a token for a post at each level: the busiest township and its busiest village. */
async function tellWhereToAsk(hub: Hub, { config, terminal, say }: CommandContext, url: string): Promise<void> {
  const county = await readCounty(hub.database);
  if (config.demo && county !== null) {
    const keys = await openTokenKeys(config.home);
    for (const { code, name, level } of await demoPosts(hub, county)) {
      terminal.line();
      terminal.line(
        say({
          zh: `演示令牌 · ${level.zh} · ${name}（${code}），12 小时有效，请求头 purpose: ${DEMO_PURPOSE}：`,
          en: `demo token · ${level.en} officer · ${name} (${code}), holds for 12 hours, with the header purpose: ${DEMO_PURPOSE}:`,
        }),
      );
      await grantDemo(hub.database.pool, county, `demo-${level.en}`, [code], REGISTERS, DEMO_MAY);
      terminal.line(await signToken(keys, { client: `demo-${level.en}` }, 12 * 3600));
    }
  }
  terminal.line();
  terminal.line(say({ zh: `GraphQL 接口：${url}`, en: `GraphQL: ${url}` }));
  if (config.demo)
    terminal.line(
      say({
        zh: `查询页面（浏览器打开，无需互联网）：${url}`,
        en: `Explorer (open it in a browser; it needs no internet): ${url}`,
      }),
    );
  terminal.line(say({ zh: '按 Ctrl+C 停止；数据会保留。', en: 'Ctrl+C stops it; the data stays.' }));
}

interface Post {
  readonly code: string;
  readonly name: string;
  readonly level: { readonly zh: string; readonly en: string };
}

async function demoPosts(hub: Hub, county: string): Promise<Post[]> {
  const busiest = async (column: 'township' | 'village', within: string): Promise<string | undefined> =>
    (
      await hub.database.query<{ code: string }>(
        `select ${column} as code from link where county = $1 and person is not null and ${column} like $2 || '%'
         group by 1 order by count(*) desc, 1 limit 1`,
        [county, within],
      )
    )[0]?.code;
  const township = await busiest('township', county);
  const village = township === undefined ? undefined : await busiest('village', township);
  const posts: Post[] = [];
  for (const [code, level] of [
    [county, { zh: '县', en: 'county' }],
    [township, { zh: '乡镇（街道）', en: 'township' }],
    [village, { zh: '村（社区）', en: 'village' }],
  ] as const) {
    if (code === undefined) continue;
    const [division] = await hub.database.query<{ name: string }>('select name from division where code = $1', [code]);
    posts.push({ code, level, name: division?.name ?? code });
  }
  return posts;
}

/** A terminal signals the whole group and the launcher passes it on: the second of the same does not cut the stopping short. */
async function untilStopped(): Promise<void> {
  await new Promise<void>((stop) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop());
  });
}
