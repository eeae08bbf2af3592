import { EXIT, type Command } from './command.js';

export const county: Command = {
  name: 'county',
  zh: '生成一个虚构的县：各部门的全部交付（含常见差错）和标准答案',
  en: 'generate a made-up county: every department’s deliveries with their typical faults, and the truth',
  options: [
    { flags: '--people <n>', zh: '人口', en: 'people', fallback: '2000' },
    { flags: '--seed <n>', zh: '随机种子：相同种子得到相同字节', en: 'same seed, same bytes', fallback: '1' },
    { flags: '--out <dir>', zh: '输出文件夹', en: 'folder to write to' },
    { flags: '--days <n>', zh: '天数', en: 'days of deliveries', fallback: '1' },
    {
      flags: '--noise <strength>',
      zh: '差错程度：clean、typical、hard',
      en: 'clean, typical or hard',
      fallback: 'typical',
    },
    {
      flags: '--county <code>',
      zh: '县代码：530502、440904、500229',
      en: '530502, 440904 or 500229',
      fallback: '530502',
    },
  ],
  async run({ terminal }, _operands, options) {
    const { countyCommand } = await import('../../fixtures/county/command.js');
    await countyCommand(options as Record<string, string>, (line) => terminal.line(line));
    return EXIT.done;
  },
};
