import type { Signing } from '../accesses/index.js';
import {
  GLASS_FINDINGS,
  listBreakGlasses,
  reviewBreakGlass,
  type BrokenGlass,
  type GlassFinding,
} from '../authorize/index.js';
import { readCounty, type Hub } from '../hub.js';
import type { Words } from '../model/register.js';
import { EXIT, UsageError, type Command, type CommandContext } from './command.js';
import { inHub } from './in-county.js';
import { LARGEST_ID, readNumber } from './read-number.js';
import { table } from './terminal.js';

/** Who has looked, and whether what was written of it still stands. */
export const audit: Command = {
  name: 'audit',
  zh: '查阅日志：核验（verify）、落锚（anchor）、到期清理（expire）、警报（alarms）、应急访问及其复核（break-glass）、某客户端看过谁（shown）',
  en: 'the access log: verify its chains, anchor them, let old months expire, list the alarms; review broken glass; tell whose data a client was shown',
  arguments: [
    {
      name: '<what>',
      zh: 'verify、anchor、expire、alarms、break-glass 或 shown',
      en: 'verify, anchor, expire, alarms, break-glass or shown',
    },
    { name: '[action]', zh: 'break-glass：review 复核', en: 'of break-glass: review' },
    { name: '[id]', zh: '应急访问的编号', en: 'which' },
  ],
  options: [
    {
      flags: '--from <month>',
      zh: '核验起始月，如 2026-09；shown 也可为日期或时刻',
      en: 'verify from this month, as 2026-09; shown: also from a day or a moment',
    },
    {
      flags: '--to <month>',
      zh: '核验截止月；shown：至此之前',
      en: 'verify to this month; shown: before this month, day or moment',
    },
    { flags: '--client <name>', zh: 'shown：客户端', en: 'shown: the client' },
    { flags: '--out <file>', zh: 'shown：写入文件而不是标准输出', en: 'shown: into a file instead of standard output' },
    {
      flags: '--days <n>',
      zh: '到期清理：保留天数，默认 1096（三年）',
      en: 'expire: days to keep, 1096 unless told (three years)',
    },
    { flags: '--preview', zh: '到期清理：只列出，不清理', en: 'expire: only tell what would go' },
    { flags: '--limit <n>', zh: '列出条数', en: 'how many are listed', fallback: '20' },
    {
      flags: '--finding <word>',
      zh: '复核结论：justified（正当）或 abused（滥用）',
      en: 'of a review: justified or abused',
    },
    { flags: '--note <text>', zh: '复核说明，记录在案', en: 'of a review, in words; kept on record' },
    { flags: '--by <number>', zh: '复核人的工号', en: 'of a review: staff number of the reviewer' },
  ],
  async run(context, [what, ...more], options) {
    if (what === 'shown' && more.length === 0) {
      const { tellShown } = await import('./tell-shown.js');
      return await tellShown(context, options);
    }
    const action = ACTIONS[what as keyof typeof ACTIONS];
    if (!action || (more.length > 0 && what !== 'break-glass'))
      throw new UsageError({
        zh: '可用：verify、anchor、expire、alarms、break-glass、shown',
        en: `There are ${Object.keys(ACTIONS).join(', ')}, shown.`,
      });
    const asked = readOptions(more, options as Readonly<Record<string, string | boolean | undefined>>);
    const { openAnchorSigning } = await import('./open-accessing.js');
    return await inHub(context, async (hub) =>
      action({
        hub,
        county: await readCounty(hub.database),
        context,
        asked,
        signing: await openAnchorSigning(context.config),
      }),
    );
  },
};

interface Asked {
  readonly from: string | null;
  readonly to: string | null;
  readonly days: number | null;
  readonly preview: boolean;
  readonly limit: number;
  readonly review: {
    readonly id: number;
    readonly finding: GlassFinding;
    readonly note: string;
    readonly by: string;
  } | null;
}

interface Doing {
  readonly hub: Hub;
  /** Null before the first delivery. */
  readonly county: string | null;
  readonly context: CommandContext;
  readonly asked: Asked;
  readonly signing: Signing;
}

const ACTIONS = {
  verify: async ({ hub, context: { config, terminal, say }, asked, signing }: Doing) => {
    const { findLostQuestions, readAnchors, verifyAccesses } = await import('../accesses/index.js');
    const { anchors, untrusted } = await readAnchors(config.anchors, signing);
    const found = await verifyAccesses(hub.database, {
      ...asked,
      anchors,
      onRows: (rows) => terminal.progress(say({ zh: `已核验 ${rows} 行`, en: `${rows} rows verified` })),
    });
    const { rows, chains, misfit, oddities } = found;
    for (const name of untrusted)
      terminal.line(say({ zh: `锚 ${name} 的签名无效`, en: `The anchor ${name} is not signed by this hub.` }));
    if (misfit) {
      const place = `${misfit.county} ${misfit.month} #${misfit.number}`;
      terminal.line(`${place}: ${say(MISFITS[misfit.what]!)}`);
      return EXIT.failed;
    }
    terminal.line(
      say({
        zh: `${chains} 条链共 ${rows} 行，全部吻合；对照 ${anchors.length} 个锚。`,
        en: `${rows} rows in ${chains} chains fit, and ${anchors.length} anchors agree.`,
      }),
    );
    for (const { county, month, number, what } of oddities)
      terminal.line(`${county} ${month} #${number}: ${say(ODDITIES[what]!)}`);
    if (anchors.length === 0 && rows > 0)
      terminal.note(
        say({
          zh: '没有锚：看不出日志末尾是否被截去。请运行 hub audit anchor。',
          en: 'There is no anchor: rows cut off the end would not be missed. Run hub audit anchor.',
        }),
      );
    const lost = await findLostQuestions(hub.database);
    for (const { analyst, first, last, after, before } of lost) {
      const between = `${after?.toISOString() ?? ''} … ${before?.toISOString() ?? ''}`;
      terminal.line(
        say({
          zh: `${analyst} 第 ${first}–${last} 次查询没有留下记录（${between}）：被回滚或中断`,
          en: `Questions ${first}–${last} of ${analyst} left no row (${between}): taken back, or broken off.`,
        }),
      );
    }
    if (untrusted.length > 0) return EXIT.failed;
    return lost.length + oddities.length > 0 ? EXIT.attention : EXIT.done;
  },
  anchor: async ({ hub, context: { config, terminal, say }, signing }: Doing) => {
    const { anchorAccesses, keepPieces } = await import('../accesses/index.js');
    await keepPieces(hub.database);
    const done = await anchorAccesses(hub.database, config.anchors, signing);
    terminal.line(
      done ? done.file : say({ zh: '日志为空，没有可落锚的。', en: 'The log is empty: there is nothing to anchor.' }),
    );
    return EXIT.done;
  },
  expire: async ({ hub, context: { config, terminal, say }, asked, signing }: Doing) => {
    const { anchorAccesses, dropExpired, findExpired, KEPT_OF_WHAT_LEFT, SHORTEST_KEPT } =
      await import('../accesses/index.js');
    const days = asked.days ?? KEPT_OF_WHAT_LEFT;
    if (days < SHORTEST_KEPT)
      throw new UsageError({
        zh: `日志至少保留 ${SHORTEST_KEPT} 天`,
        en: `The access log is kept for ${SHORTEST_KEPT} days at least.`,
      });
    const { expired, kept } = await findExpired(hub.database, days, new Date());
    for (const { county, month } of kept)
      terminal.line(
        say({
          zh: `${county} ${month.slice(0, 7)}：有提供给其他机关的记录，须保留三年，不清理`,
          en: `${county} ${month.slice(0, 7)} is kept: what left the house stays on record for three years.`,
        }),
      );
    if (!asked.preview && expired.length > 0) {
      // First what is let go is on record, then it goes.
      await anchorAccesses(hub.database, config.anchors, signing, expired);
      await dropExpired(hub.database, expired);
    }
    for (const { county, month, rows } of expired)
      terminal.line(
        asked.preview
          ? say({
              zh: `${county} ${month.slice(0, 7)}：可清理，${rows} 行`,
              en: `${county} ${month.slice(0, 7)} may go: ${rows} rows.`,
            })
          : say({
              zh: `${county} ${month.slice(0, 7)}：已清理，${rows} 行`,
              en: `${county} ${month.slice(0, 7)} is gone: ${rows} rows.`,
            }),
      );
    if (expired.length === 0) terminal.line(say({ zh: '没有到期的月份。', en: 'No month has expired.' }));
    return kept.length > 0 ? EXIT.attention : EXIT.done;
  },
  alarms: async ({ hub, context: { terminal, say }, asked }: Doing) => {
    const alarms = await hub.database.query<Readonly<Record<string, string>>>(
      `select day::text, client, kind, counted::text, threshold::text, to_char(raised_at at time zone 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI') as raised
       from access_alarm order by raised_at desc limit $1`,
      [asked.limit],
    );
    if (alarms.length === 0) {
      terminal.line(say({ zh: '没有警报。', en: 'No alarm.' }));
      return EXIT.done;
    }
    const head = say({ zh: '日期 客户端 何者 数量 阈值 发出时间', en: 'day client of counted threshold raised' }).split(
      ' ',
    );
    const rows = alarms.map((each) => [
      each['day']!,
      each['client']!,
      say(KINDS[each['kind']!]!),
      each['counted']!,
      each['threshold']!,
      each['raised']!,
    ]);
    for (const line of table([head, ...rows])) terminal.line(line);
    return EXIT.attention;
  },
  'break-glass': async ({ hub: { database }, county, context, asked: { review, limit } }: Doing) => {
    const { terminal, say } = context;
    if (county === null) return EXIT.done;
    if (review) await database.transaction((session) => reviewBreakGlass(session, county, review.id, review));
    const found = await listBreakGlasses(database.pool, county, review ? { id: review.id } : { limit });
    for (const each of found) tellBreakGlass(each, context);
    if (found.length === 0) terminal.line(say({ zh: '没有应急访问。', en: 'No glass was broken.' }));
    return found.some((each) => each.reviewedAt === null) ? EXIT.attention : EXIT.done;
  },
};

/** Two lines each: who, where, until when, how it stands; then why. */
function tellBreakGlass(each: BrokenGlass, { terminal, say }: Pick<CommandContext, 'terminal' | 'say'>): void {
  const state = each.reviewedAt
    ? say({
        zh: `${each.finding === 'abused' ? '滥用' : '正当'}（${each.reviewedBy} 复核）`,
        en: `${each.finding} (reviewed by ${each.reviewedBy})`,
      })
    : each.isOverdue
      ? say({ zh: '逾期未复核：复核前不得再次使用', en: 'not reviewed in time: no other until it is' })
      : say({
          zh: `待复核，至 ${momentOf(each.reviewUntil)}`,
          en: `to be reviewed by ${momentOf(each.reviewUntil)}`,
        });
  const read = say({
    zh: `查阅 ${each.readings} 次，${each.people} 人`,
    en: `${each.readings} readings, ${each.people} people`,
  });
  const span = `${momentOf(each.brokenAt)} → ${momentOf(each.until)}`;
  terminal.line(
    `${each.id}  ${each.client}  ${each.brokenBy}  ${each.purpose}  ${each.divisions.join(',')}  ${span}  ${read}  ${state}`,
  );
  terminal.line(`   ${each.reason}${each.note === null ? '' : ` / ${each.note}`}`);
}

/** `YYYY-MM-DD HH:MM` of Beijing. */
const momentOf = (moment: Date): string =>
  new Date(moment.getTime() + 8 * 3_600_000).toISOString().slice(0, 16).replace('T', ' ');

const ODDITIES: Readonly<Record<string, Words>> = {
  back: { zh: '时刻早于前一行：时钟被拨回', en: 'earlier than the row before it: the clock was set back' },
  late: { zh: '月份结束之后才写入：时钟被拨回', en: 'written when the month was over: the clock was set back' },
};

const MISFITS: Readonly<Record<string, Words>> = {
  missing: { zh: '缺少此行，其后的行仍在', en: 'this row is missing, though later ones are there' },
  altered: { zh: '此行内容与其散列不符', en: 'this row does not say what was written' },
  order: { zh: '此行不接前一行', en: 'this row does not go on from the one before' },
  cut: { zh: '此行起被截去：锚见过更多的行', en: 'the chain is cut off here: an anchor has seen more rows' },
  other: { zh: '此行与锚所见不同', en: 'an anchor has seen another row of this number' },
};

const KINDS: Readonly<Record<string, Words>> = {
  persons: { zh: '不同的人', en: 'persons' },
  rows: { zh: '查阅次数', en: 'rows' },
  'break-glass': { zh: '应急访问', en: 'break-glass' },
};

function readReview(
  [action, id]: readonly string[],
  { finding, note, by }: Readonly<Record<string, string | boolean | undefined>>,
): Asked['review'] {
  if (action === undefined) return null;
  const known = GLASS_FINDINGS.find((each) => each === finding);
  if (action !== 'review' || id === undefined || known === undefined || !note || !by)
    throw new UsageError({
      zh: '用法：audit break-glass，或 audit break-glass review 编号 --finding justified|abused --note 说明 --by 工号',
      en: 'audit break-glass, or audit break-glass review ID --finding justified|abused --note TEXT --by NUMBER.',
    });
  return { id: readNumber('ID', id, 1, LARGEST_ID), finding: known, note: String(note), by: String(by) };
}

function readOptions(more: readonly string[], options: Readonly<Record<string, string | boolean | undefined>>): Asked {
  const month = (name: 'from' | 'to') => {
    const text = options[name];
    if (text === undefined) return null;
    if (!/^\d{4}-(0[1-9]|1[0-2])$/.test(String(text)))
      throw new UsageError({ zh: `--${name} 须为月份，如 2026-09`, en: `--${name} takes a month, as 2026-09.` });
    return String(text);
  };
  return {
    from: month('from'),
    to: month('to'),
    days: options['days'] === undefined ? null : readNumber('--days', options['days'], 1, 99_999),
    preview: options['preview'] === true,
    review: readReview(more, options),
    limit: readNumber('--limit', options['limit'] ?? 20, 1, 10_000),
  };
}
