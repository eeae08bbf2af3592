import { EXIT, UsageError, type Command } from './command.js';

export const bench: Command = {
  name: 'bench',
  zh: '性能与准确率测量：night（两天的完整流程）',
  en: 'measure: night (two days from files to a graph, as whole processes, with the truth)',
  arguments: [{ name: '<what>', zh: 'night', en: 'night' }],
  options: [
    { flags: '--people <n>', zh: '人口', en: 'people', fallback: '20000' },
    { flags: '--seed <n>', zh: '随机种子', en: 'seed', fallback: '1' },
    { flags: '--noise <strength>', zh: '差错程度', en: 'clean, typical or hard', fallback: 'typical' },
    {
      flags: '--keep <dir>',
      zh: '县数据放在此处并保留（已有则直接使用）',
      en: 'put the county here and keep it (used as it is when there)',
    },
  ],
  async run({ terminal }, [what], options) {
    if (what !== 'night')
      throw new UsageError({ zh: `没有这项测量：${what}`, en: `There is no bench ${what}; there is night.` });
    const { benchNight } = await import('../bench/night.js');
    await benchNight(options as { people: string; seed: string; noise: string; keep?: string }, (line) =>
      terminal.line(line),
    );
    return EXIT.done;
  },
};
