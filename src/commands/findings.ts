import { IMPORTERS } from '../../importers/index.js';
import type { Language } from '../model/register.js';
import { FINDINGS, tellFinding, type FindingCode } from '../model/finding.js';
import { openHub } from '../hub.js';
import { recordRef } from '../model/ref.js';
import { EXIT, UsageError, type Command } from './command.js';
import { table } from './terminal.js';

/** The data officer's list: which rows, where, what was found, what would have been accepted. */
export const findings: Command = {
  name: 'findings',
  zh: '列出数据问题：文件、工作表、行、列、发现的形式和可接受的形式',
  en: 'list what is wrong: file, sheet, row, column, what was found, what would have been accepted',
  options: [
    { flags: '--code <code>', zh: '只看这一种问题', en: 'only this code' },
    { flags: '--delivery <id>', zh: '只看这次交付', en: 'only this delivery' },
    { flags: '--register <name>', zh: '只看这个部门', en: 'only this register' },
    { flags: '--closed', zh: '包括已关闭的', en: 'closed ones too' },
    { flags: '--csv', zh: '以 CSV 输出全部', en: 'all of them, as CSV' },
    { flags: '--limit <n>', zh: '最多显示多少条', en: 'how many to show', fallback: '50' },
  ],
  async run({ config, terminal }, _operands, options) {
    const code = options['code'] as string | undefined;
    if (code !== undefined && !(code in FINDINGS)) {
      throw new UsageError({ zh: `没有这种问题代码：${code}`, en: `There is no finding code ${code}.` });
    }
    const known = IMPORTERS.map(({ register }) => register);
    if (options['register'] !== undefined && !known.includes(String(options['register'])))
      throw new UsageError({ zh: `部门登记有：${known.join('、')}`, en: `The registers are ${known.join(', ')}.` });
    const limit = Number(options['limit']);
    if (!Number.isInteger(limit) || limit < 1) {
      throw new UsageError({ zh: '--limit 须为正整数', en: '--limit must be a positive whole number' });
    }
    const hub = await openHub(config);
    try {
      const where = [
        options['closed'] ? 'true' : 'f.closed_at is null',
        '($1::text is null or f.code = $1)',
        '($2::bigint is null or f.delivery = $2)',
        '($3::text is null or f.register = $3)',
      ].join(' and ');
      const values = [code ?? null, (options['delivery'] as string) ?? null, (options['register'] as string) ?? null];
      if (!options['csv']) {
        const totals = await hub.database.query<{ code: FindingCode; severity: string; n: number }>(
          `select f.code, f.severity, count(*) as n from finding f where ${where} group by 1, 2 order by n desc`,
          values,
        );
        for (const line of table(
          totals.map((row) => [
            row.code,
            row.severity,
            row.n.toLocaleString('en'),
            FINDINGS[row.code][config.language].replaceAll(/\{\w+\}/g, '…'),
          ]),
        )) {
          terminal.line(line);
        }
        terminal.line();
      }
      const rows = await hub.database.query<FindingRow>(
        `select f.id, f.code, f.severity, f.sheet, f.row_no, f.item, f.column_name, f.found, f.accepted, f.dataset, f.delivery, d.file, d.format
         from finding f left join delivery d on d.county = f.county and d.id = f.delivery
         where ${where} order by f.id limit ${options['csv'] ? 'all' : limit}`,
        values,
      );
      if (options['csv']) terminal.line('ref,column,code,severity,found,accepted,sentence');
      for (const row of rows) terminal.line((options['csv'] ? asCsv : asText)(row, config.language));
      return EXIT.done;
    } finally {
      await hub.close();
    }
  },
};

interface FindingRow {
  readonly code: FindingCode;
  readonly severity: string;
  readonly sheet: string | null;
  readonly row_no: number | null;
  readonly item: string | null;
  readonly column_name: string | null;
  readonly found: string | null;
  readonly accepted: string | null;
  readonly dataset: string | null;
  readonly file: string | null;
  readonly format: string | null;
}

function asText(row: FindingRow, language: Language): string {
  return `${refOf(row)}  ${row.code}  ${sentence(row, language)}`;
}

function asCsv(row: FindingRow, language: Language): string {
  return [refOf(row), row.column_name, row.code, row.severity, row.found, row.accepted, sentence(row, language)]
    .map((cell) => {
      // A spreadsheet runs what begins with one of these as a formula.
      const text = /^[=+\-@\t\r]/.test(cell ?? '') ? `'${cell}` : (cell ?? '');
      return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
    })
    .join(',');
}

function refOf(row: FindingRow): string {
  return recordRef({
    file: row.file ?? '',
    dataset: row.dataset,
    format: row.format,
    sheet: row.sheet,
    row: row.row_no,
    item: row.item,
  });
}

function sentence(row: FindingRow, language: Language): string {
  return tellFinding({ code: row.code, column: row.column_name, found: row.found, accepted: row.accepted }, language);
}
