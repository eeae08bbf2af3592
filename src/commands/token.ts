import { openTokenKeys, signToken } from '../authorize/index.js';
import { IMPORTERS } from '../../importers/index.js';
import { PERMISSIONS, type Permission } from '../model/viewer.js';
import { EXIT, UsageError, type Command } from './command.js';

/** Prints a token and nothing else, so that `TOKEN=$(hub token …)` works. */
export const token: Command = {
  name: 'token',
  zh: '签发访问令牌：输出令牌本身，别无其他',
  en: 'sign a token for divisions and registers: prints the token and nothing else',
  options: [
    {
      flags: '--division <codes...>',
      zh: '区划代码：县 6 位、乡镇 9 位、村 12 位、网格 15 位',
      en: 'codes of 6 (county), 9 (township), 12 (village) or 15 (grid) digits',
    },
    {
      flags: '--register <names...>',
      zh: '可见的部门登记，默认全部',
      en: 'registers whose records it may see; all by default',
    },
    { flags: '--client <name>', zh: '客户端名称', en: 'the client’s name', fallback: 'command-line' },
    {
      flags: '--may <what...>',
      zh: '除查看外还可以：review（处理待判定的记录对）',
      en: 'besides reading: review (decide the doubtful pairs)',
    },
    { flags: '--hours <n>', zh: '有效小时数，最多 12', en: 'hours it holds, at most 12', fallback: '12' },
  ],
  async run({ config, terminal }, _operands, options) {
    const divisions = list(options['division']);
    if (divisions.length === 0 || divisions.some((code) => !/^(\d{6}|\d{9}|\d{12}|\d{15})$/.test(code))) {
      throw new UsageError({
        zh: '--division 须为 6、9、12 或 15 位区划（网格）代码',
        en: '--division takes codes of 6, 9, 12 or 15 digits.',
      });
    }
    const known = IMPORTERS.map((importer) => importer.register);
    const registers = list(options['register']);
    const unknown = registers.find((name) => !known.includes(name));
    if (unknown !== undefined) {
      throw new UsageError({
        zh: `没有这个部门登记：${unknown}；可用：${known.join('、')}`,
        en: `There is no register ${unknown}; there are ${known.join(', ')}.`,
      });
    }
    const hours = Number(options['hours']);
    if (!(hours > 0 && hours <= 12))
      throw new UsageError({ zh: '--hours 须大于 0 且不超过 12', en: '--hours must be above 0 and at most 12.' });
    const may = list(options['may']);
    if (!may.every((name): name is Permission => (PERMISSIONS as readonly string[]).includes(name))) {
      throw new UsageError({
        zh: `--may 只能是：${PERMISSIONS.join('、')}`,
        en: `--may takes ${PERMISSIONS.join(', ')}.`,
      });
    }
    const keys = await openTokenKeys(config.home);
    terminal.line(
      await signToken(
        keys,
        { client: String(options['client']), divisions, registers: registers.length > 0 ? registers : known, may },
        hours * 3600,
      ),
    );
    return EXIT.done;
  },
};

/** `--division A B`, `--division A,B` and the option given twice mean the same. */
function list(given: unknown): string[] {
  return (Array.isArray(given) ? given : given === undefined ? [] : [given])
    .flatMap((part: string) => part.split(','))
    .map((part) => part.trim())
    .filter((part) => part !== '');
}
