import { KINDS, type Kind } from '../link/link-columns.js';
import type { ListedChange } from '../link/list-changes.js';
import { openHub, readCounty } from '../hub.js';
import { CHANGE_TYPES } from '../model/change.js';
import { EXIT, UsageError, type Command, type CommandContext } from './command.js';
import { table } from './terminal.js';

/** What the night did to identities: who is new, who was merged, who came apart. */
export const changes: Command = {
  name: 'changes',
  zh: '列出每次归并后对象的变更：新增、合并、拆分、移动、停用、恢复',
  en: 'list what became of entities: created, merged, split, moved, changed, retired, revived',
  options: [
    { flags: '--since <number>', zh: '此编号之后的变更', en: 'those after this number' },
    { flags: '--run <number>', zh: '只看这次归并运行', en: 'only of this run' },
    { flags: '--kind <kind>', zh: '只看这一类：person、household……', en: 'only of this kind: person, household …' },
    { flags: '--csv', zh: '以 CSV 输出全部', en: 'all of them, as CSV' },
    { flags: '--limit <n>', zh: '最多显示多少条', en: 'how many to show', fallback: '50' },
    {
      flags: '--prune-before <date>',
      zh: '删除此日（YYYY-MM-DD）以前的变更；其后不能再撤销',
      en: 'drop those from before this day (YYYY-MM-DD); they can no longer be undone',
    },
  ],
  async run(context, _operands, options) {
    const { config, terminal, say } = context;
    const asked = {
      since: numberOf('--since', options['since']),
      run: numberOf('--run', options['run']),
      kind: kindOf(options['kind']),
      limit: options['csv'] ? null : numberOf('--limit', options['limit']),
    };
    const before = dayOf(options['pruneBefore']);
    const { listChanges, pruneChanges, readLog } = await import('../link/list-changes.js');
    const hub = await openHub(config);
    try {
      const county = (await readCounty(hub.database)) ?? '000000';
      if (before !== null) {
        const gone = await pruneChanges(hub.database, county, before);
        terminal.line(
          say({
            zh: `已删除 ${gone.toLocaleString('en')} 条变更`,
            en: `${gone.toLocaleString('en')} changes dropped`,
          }),
        );
        return EXIT.done;
      }
      const found = await listChanges(hub.database, county, asked);
      if (options['csv']) tellCsv(found, context);
      else tellChanges(found, (await readLog(hub.database, county))?.last ?? 0, context);
      return EXIT.done;
    } finally {
      await hub.close();
    }
  },
};

function tellCsv(found: readonly ListedChange[], { terminal }: CommandContext): void {
  terminal.line('change,run,at,type,kind,entity,into,records,undone_by');
  for (const { id, run, at, type, kind, entity, into, records, undoneBy } of found) {
    terminal.line(
      [id, run, at.toISOString(), type, kind, entity, into ?? '', records ?? '', quoted(undoneBy ?? '')].join(','),
    );
  }
}

function tellChanges(found: readonly ListedChange[], last: number, { terminal, say }: CommandContext): void {
  if (found.length === 0) {
    terminal.line(say({ zh: `没有变更；日志末尾为 ${last}`, en: `No changes; the log ends at ${last}` }));
    return;
  }
  const head = say({
    zh: '变更 运行 种类 对象 变化 去往 记录数 撤销人',
    en: 'change run kind entity what into records undone-by',
  }).split(' ');
  const rows = found.map(({ id, run, kind, entity, type, into, records, undoneBy }) => [
    String(id),
    String(run),
    kind,
    String(entity),
    say(CHANGE_TYPES[type]),
    into === null ? '' : String(into),
    records === null ? '' : String(records),
    undoneBy ?? '',
  ]);
  for (const line of table([head, ...rows])) terminal.line(line);
  const end = found.at(-1)!.id;
  if (end < last) terminal.line(say({ zh: `后面还有：--since ${end}`, en: `more may follow: --since ${end}` }));
}

function quoted(text: string): string {
  // A spreadsheet runs what begins with one of these as a formula.
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function numberOf(flag: string, given: unknown): number | null {
  if (given === undefined) return null;
  const number = Number(given);
  if (Number.isSafeInteger(number) && number >= 0) return number;
  throw new UsageError({ zh: `${flag} 须为非负整数`, en: `${flag} takes a whole number.` });
}

function kindOf(given: unknown): Kind | null {
  if (given === undefined) return null;
  const kind = KINDS.find((each) => each === given);
  if (kind) return kind;
  throw new UsageError({ zh: `没有这一类：${String(given)}`, en: `There is no kind ${String(given)}.` });
}

function dayOf(given: unknown): Date | null {
  if (given === undefined) return null;
  const day = new Date(`${String(given)}T00:00:00+08:00`);
  if (/^\d{4}-\d{2}-\d{2}$/.test(String(given)) && !Number.isNaN(day.getTime())) return day;
  throw new UsageError({ zh: '日期写作 YYYY-MM-DD', en: 'A day is written YYYY-MM-DD.' });
}
