import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { finished } from 'node:stream/promises';
import { IMPORTERS } from '../../importers/index.js';
import { openReadings } from '../authorize/index.js';
import type { Database } from '../database/connect.js';
import { FIELD_CLASSES } from '../model/field.js';
import type { Viewer } from '../model/viewer.js';
import { EXIT, UsageError, type Command } from './command.js';
import { inCounty } from './in-county.js';
import { table } from './terminal.js';

const GROUPS = ['township', 'village', 'grid', 'tie', 'programme', 'sex', 'age', 'age_five_years'] as const;
/** Milliseconds: a whole county by five years of age. */
const PATIENCE = 120_000;

/** Through the same gate as the API: what it counts is what a client of these divisions and registers would be told. */
export const totals: Command = {
  name: 'totals',
  zh: '统计人数，可按至多三项分组',
  en: 'count people, by up to three things at once',
  options: [
    { flags: '--group <names>', zh: GROUPS.join('、'), en: GROUPS.join(', '), fallback: 'village' },
    { flags: '--division <code>', zh: '只计此区划', en: 'only of this division' },
    {
      flags: '--register <names>',
      zh: '按这些部门登记所知统计，默认全部',
      en: 'as these registers know them; all by default',
    },
    { flags: '--age-on <date>', zh: '按此日（YYYY-MM-DD）计周岁，默认今日', en: 'ages on this day; today by default' },
    { flags: '--csv', zh: '以 CSV 输出', en: 'as CSV' },
    { flags: '--out <file>', zh: '写入文件而不是标准输出', en: 'into a file instead of standard output' },
  ],
  async run(context, _operands, options) {
    const { config, terminal } = context;
    const groups = listOf(options['group']) as (typeof GROUPS)[number][];
    if (groups.length > 3 || new Set(groups).size < groups.length || groups.some((name) => !GROUPS.includes(name)))
      throw new UsageError({
        zh: `--group 至多三项：${GROUPS.join('、')}`,
        en: `--group takes up to three of ${GROUPS.join(', ')}.`,
      });
    const known = IMPORTERS.map(({ register }) => register);
    const registers = options['register'] === undefined ? known : String(options['register']).split(',');
    const division = options['division'] === undefined ? null : String(options['division']);
    if (registers.some((name) => !known.includes(name)))
      throw new UsageError({ zh: `部门登记有：${known.join('、')}`, en: `The registers are ${known.join(', ')}.` });
    if (division !== null && !/^(\d{6}|\d{9}|\d{12}|\d{15})$/.test(division))
      throw new UsageError({
        zh: '--division 须为 6、9、12 或 15 位代码',
        en: '--division is a code of 6, 9, 12 or 15 digits.',
      });
    const ageOn = String(options['ageOn'] ?? new Date().toLocaleDateString('sv-SE', { timeZone: 'Asia/Shanghai' }));
    if (!/^\d{4}-\d{2}-\d{2}$/.test(ageOn))
      throw new UsageError({ zh: '--age-on 须为 YYYY-MM-DD', en: '--age-on is a day YYYY-MM-DD.' });
    const [{ aggregatePeople }, { wordOfGroup }] = await Promise.all([
      import('../serve/aggregate-people.js'),
      import('../serve/word-of-group.js'),
    ]);
    return await inCounty(context, async (hub, county) => {
      const viewer = await viewerOf(hub.database, county, registers);
      const readings = openReadings({ apiUrl: hub.apiUrl, statementTimeout: PATIENCE });
      const counted = await readings
        .read(viewer, (reading) => aggregatePeople(reading, groups, { division }, ageOn, Number.MAX_SAFE_INTEGER))
        .finally(() => readings.close());
      const names = new Map(
        (
          await hub.database.query<{ code: string; name: string }>(
            'select code, name from division where county = $1',
            [county],
          )
        ).map(({ code, name }) => [code, name]),
      );
      const word = (group: (typeof GROUPS)[number], code: string | null) =>
        names.get(code ?? '') ?? wordOfGroup(group, code, config.language);
      const head = [...groups.flatMap((group) => [group, `${group}_name`]), 'people'];
      const rows = counted.groups.map(({ keys, people }) => [
        ...groups.flatMap((group, at) => [keys[at] ?? '', word(group, keys[at] ?? null)]),
        String(people),
      ]);
      const all = [...groups.flatMap(() => ['', '']), String(counted.total)];
      const lines = options['csv']
        ? [head, ...(groups.length > 0 ? rows : [all])].map((row) => row.map(quoted).join(','))
        : table([head, ...rows, all]);
      if (options['out'] === undefined) for (const line of lines) terminal.line(line);
      else await write(String(options['out']), lines);
      return EXIT.done;
    });
  },
};

/** Of the machine's own account: it owns the database as well. */
async function viewerOf(database: Database, county: string, registers: readonly string[]): Promise<Viewer> {
  const [row] = await database.query<{ version: number }>('select version from access_version');
  return {
    client: 'command-line',
    person: null,
    token: '',
    issued: new Date(),
    expires: new Date(Date.now() + PATIENCE),
    purpose: 'command-line',
    basis: '',
    divisions: [county],
    registers,
    ties: ['resident', 'registered'],
    fields: FIELD_CLASSES,
    records: true,
    forMinors: true,
    reveals: 0,
    emergency: false,
    may: [],
    grants: [],
    accessVersion: row!.version,
  };
}

function listOf(given: unknown): string[] {
  return String(given)
    .split(/[,\s]+/)
    .map((name) => name.trim().replaceAll('-', '_'))
    .filter((name) => name !== '');
}

function quoted(cell: string): string {
  return /[",\n\r]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

async function write(file: string, lines: readonly string[]): Promise<void> {
  const out = createWriteStream(file);
  for (const line of lines) if (!out.write(`${line}\n`)) await once(out, 'drain');
  out.end();
  await finished(out);
}
