import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { openHub, type Hub } from '../hub.js';
import { tellFinding } from '../model/finding.js';
import type { DeliveryReport } from '../model/delivery.js';
import type { NightReport } from '../pipeline.js';
import { EXIT, UsageError, type Command, type CommandContext } from './command.js';
import { tellDoubts } from './quality.js';
import { showProgress } from './show-progress.js';
import { table } from './terminal.js';

export const receive: Command = {
  name: 'receive',
  zh: '接收一个文件夹中的全部交付（按文件名和内容识别），或从综治接口拉取；随后归并、汇总',
  en: 'take in every delivery of a folder, recognised by name and content, or pull the governance feed; then link and assemble',
  arguments: [{ name: '[dir]', zh: '交付文件夹', en: 'folder of deliveries' }],
  options: [
    {
      flags: '--feed',
      zh: '从 HUB_FEED_URL 拉取综治接口（令牌：HUB_FEED_TOKEN）',
      en: 'pull the governance feed at HUB_FEED_URL (token: HUB_FEED_TOKEN)',
    },
    { flags: '--preview', zh: '只看会发生什么，不作任何更改', en: 'tell what would change, and change nothing' },
    {
      flags: '--accept <sha256>',
      zh: '确认接收此前暂挂的交付（sha256 的前 8 位以上）',
      en: 'take a held delivery all the same (8 or more digits of its sha256)',
    },
    { flags: '--by <name>', zh: '确认人', en: 'who confirms it' },
    { flags: '--reason <text>', zh: '确认理由', en: 'why' },
  ],
  async run(context, [folder], options) {
    const { config, terminal, say } = context;
    const accept = readAcceptance(options);
    if (folder === undefined && !options['feed']) {
      throw new UsageError({
        zh: '请给出交付文件夹，或使用 --feed',
        en: 'Name a folder of deliveries, or use --feed.',
      });
    }
    if (folder !== undefined && !(await isFolder(folder))) {
      throw new UsageError({ zh: `不是文件夹：${folder}`, en: `There is no folder ${folder}.` });
    }
    if (options['feed'] && !(config.feedUrl && config.feedToken)) {
      throw new UsageError({
        zh: '--feed 需要 HUB_FEED_URL 和 HUB_FEED_TOKEN',
        en: '--feed needs HUB_FEED_URL and HUB_FEED_TOKEN.',
      });
    }
    const { receiveNight } = await import('../pipeline.js');
    const hub = await openHub(config, { begins: true, stepsBack: true });
    try {
      const report = await receiveNight(hub, {
        folder: folder === undefined ? null : resolve(folder),
        feed: options['feed'] ? { url: config.feedUrl!, token: config.feedToken! } : null,
        accept,
        preview: options['preview'] === true,
        onProgress: showProgress(terminal, say),
      });
      tellNight(report, context);
      if (!report.preview) await anchorNight(hub);
      return (report.run?.violations ?? 0) > 0 ||
        report.deliveries.some((delivery) => delivery.state === 'held' || delivery.state === 'refused')
        ? EXIT.attention
        : EXIT.done;
    } finally {
      await hub.close();
    }
  },
};

/** Each night ends with the access log added up, and where it stands kept outside of the database. */
async function anchorNight(hub: Hub): Promise<void> {
  const [{ anchorAccesses, keepPieces }, { openAnchorSigning }] = await Promise.all([
    import('../accesses/index.js'),
    import('./open-accessing.js'),
  ]);
  await keepPieces(hub.database);
  await anchorAccesses(hub.database, hub.config.anchors, await openAnchorSigning(hub.config));
}

function readAcceptance(
  options: Readonly<Record<string, unknown>>,
): { sha256: string; by: string; reason: string } | null {
  const { accept, by, reason } = options as Record<string, string | undefined>;
  if (accept === undefined) return null;
  if (!/^[0-9a-f]{8,64}$/i.test(accept) || !by || !reason) {
    throw new UsageError({
      zh: '--accept 需要至少 8 位 sha256，以及 --by 和 --reason（记录在案）',
      en: '--accept needs at least 8 digits of the sha256, and --by and --reason, which are kept on record.',
    });
  }
  return { sha256: accept.toLowerCase(), by, reason };
}

async function isFolder(path: string): Promise<boolean> {
  return await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

/** The night's summary: a line a delivery, then what the linkage and the assembly made of it. */
export function tellNight(report: NightReport, { terminal, say, config }: CommandContext): void {
  const number = (n: number): string => n.toLocaleString('en');
  const head = say({
    zh: '交付 结果 行 新增 变更 不变 停用 拒收行 问题',
    en: 'delivery result rows added changed unchanged retired refused findings',
  }).split(' ');
  const lines = report.deliveries.map((delivery) => [
    delivery.file,
    say(RESULTS[delivery.state]),
    ...[
      delivery.rows,
      delivery.added,
      delivery.changed,
      delivery.unchanged,
      delivery.retired,
      delivery.refusedRows,
      delivery.findings,
    ].map(number),
  ]);
  if (lines.length > 0) for (const line of table([head, ...lines])) terminal.line(line);
  for (const delivery of report.deliveries.filter(({ reason }) => reason !== null)) {
    terminal.line(`${delivery.file}: ${delivery.reason!.code} — ${tellFinding(delivery.reason!, config.language)}`);
    if (delivery.state === 'held') terminal.line(say(howToAccept(delivery)));
  }
  if (report.preview) {
    terminal.line(say({ zh: '这是预览：没有作任何更改。', en: 'This was a preview: nothing was changed.' }));
    return;
  }
  if (report.nothingNew) {
    terminal.line(
      say({
        zh: '没有变化：这些交付此前都已接收。',
        en: 'Nothing changed: every delivery here had been taken before.',
      }),
    );
    return;
  }
  const { link, assemble, run } = report;
  if (link) {
    const made = Object.entries(link.entities).map(([kind, n]) => `${kind} ${number(n)}`);
    terminal.line(
      say({
        zh: `归并：读取 ${number(link.recordsRead)} 条记录；新实体 ${number(link.added)}，并入 ${number(link.merged)}，停用 ${number(link.retired)}；待人工判定 ${number(link.conflicts)}；${link.seconds.toFixed(1)} 秒（${made.join('，')}）`,
        en: `linked: ${number(link.recordsRead)} records read; entities new ${number(link.added)}, merged ${number(link.merged)}, retired ${number(link.retired)}; conflicts for a person to decide ${number(link.conflicts)}; ${link.seconds.toFixed(1)} s (${made.join(', ')})`,
      }),
    );
  }
  if (assemble) {
    terminal.line(
      say({
        zh: `汇总：部门之间矛盾 新增 ${number(assemble.opened)}，消除 ${number(assemble.closed)}；${assemble.seconds.toFixed(1)} 秒`,
        en: `assembled: contradictions between registers opened ${number(assemble.opened)}, closed ${number(assemble.closed)}; ${assemble.seconds.toFixed(1)} s`,
      }),
    );
  }
  if (run) tellDoubts(run, { terminal, say });
  terminal.line(say({ zh: `共用时 ${report.seconds.toFixed(1)} 秒`, en: `${report.seconds.toFixed(1)} s in all` }));
}

function howToAccept(delivery: DeliveryReport): { zh: string; en: string } {
  const digits = (delivery.sha256 ?? '').slice(0, 12);
  return {
    zh: `  昨晚的数据保持不变。核实无误后可执行：receive … --accept ${digits} --by 姓名 --reason 理由`,
    en: `  Last night’s data stays. If it is right all the same: receive … --accept ${digits} --by NAME --reason TEXT`,
  };
}

const RESULTS = {
  taken: { zh: '已接收', en: 'taken' },
  held: { zh: '暂挂', en: 'HELD' },
  refused: { zh: '拒收', en: 'REFUSED' },
  duplicate: { zh: '已接收过', en: 'known' },
} as const;
