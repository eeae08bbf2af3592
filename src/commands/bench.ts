import { join } from 'node:path';
import { NOISES, type Noise } from '../../fixtures/county/options.js';
import { PROJECT_FOLDER } from '../database/project-folder.js';
import { EXIT, UsageError, type Command, type CommandContext } from './command.js';

export const bench: Command = {
  name: 'bench',
  zh: '性能与准确率测量：api（接口，与 PostGraphile 并列）、night（两天的完整流程）、linkage（只测关联，不用数据库）、preview（查人的响应时间）、truth（三种差错程度下与标准答案对照）、accesses（查阅日志）、link-file（公开基准，与 Splink 并列）',
  en: 'measure: api (the API beside PostGraphile), night (two days from files to a graph, as whole processes), linkage (linking alone, without a database), preview (how long looking somebody up takes), truth (links beside the truth, three strengths of noise), accesses (the log of who has looked), link-file (public benchmarks, beside Splink)',
  arguments: [
    {
      name: '<what>',
      zh: 'api、night、linkage、preview、truth、accesses 或 link-file',
      en: 'api, night, linkage, preview, truth, accesses or link-file',
    },
  ],
  options: [
    { flags: '--people <n>', zh: '人口', en: 'people', fallback: '20000' },
    { flags: '--records <n>', zh: '人员记录数（linkage）', en: 'records of persons (linkage)', fallback: '4000000' },
    { flags: '--rows <n>', zh: '日志行数（accesses）', en: 'rows of the log (accesses)', fallback: '1000000' },
    { flags: '--seed <n>', zh: '随机种子（night）', en: 'seed (night)', fallback: '1' },
    {
      flags: '--seeds <list>',
      zh: '随机种子，逗号分隔（truth）',
      en: 'seeds, separated by commas (truth)',
      fallback: '1',
    },
    {
      flags: '--noise <strengths>',
      zh: '差错程度：night 默认 typical，truth 默认 clean,typical,hard',
      en: 'clean, typical or hard; night: typical; truth: all three, separated by commas',
    },
    { flags: '--days <n>', zh: '天数（truth）', en: 'days (truth)', fallback: '2' },
    {
      flags: '--keep <dir>',
      zh: '县数据放在此处并保留（已有则直接使用）',
      en: 'put the county here and keep it (used as it is when there)',
    },
    {
      flags: '--wrong <dir>',
      zh: '每对误并、漏并的引用写入此处（truth）',
      en: 'write the refs of every false and missed pair here, as CSV (truth)',
    },
    { flags: '--json <file>', zh: '全部数字另存为 JSON（truth）', en: 'all figures into this file besides (truth)' },
    {
      flags: '--python <path>',
      zh: '装有 Splink 的 Python（link-file）；不给则不跑 Splink',
      en: 'a Python that has Splink (link-file); without it Splink is not run',
    },
    {
      flags: '--benchmarks <dir>',
      zh: '公开基准所在文件夹（link-file）',
      en: 'folder of the public benchmarks (link-file)',
      fallback: join(PROJECT_FOLDER, '../shared/benchmarks'),
    },
    {
      flags: '--mixed',
      zh: '按固定速率混合查询，并在接收次日数据时再测（api）',
      en: 'a fixed rate of mixed questions, and again while the next day is received (api)',
    },
    { flags: '--minutes <n>', zh: '混合查询的分钟数（api）', en: 'minutes of mixed questions (api)', fallback: '1' },
    {
      flags: '--overload',
      zh: '超出能力三倍时的表现（api）',
      en: 'what becomes of three times what the server can do (api)',
    },
    { flags: '--rounds <n>', zh: '轮数（api）', en: 'rounds (api)', fallback: '5' },
    { flags: '--seconds <n>', zh: '每轮每题的秒数（api）', en: 'seconds a question and round (api)', fallback: '4' },
    {
      flags: '--sweep',
      zh: '另用其他阈值各跑一次，仅供诊断（link-file）',
      en: 'also at other thresholds, for diagnosis only (link-file)',
    },
  ],
  async run(context, [what], options) {
    const measure = BENCHES[what!];
    if (!measure)
      throw new UsageError({
        zh: `没有这项测量：${what}`,
        en: `There is no bench ${what}; there are ${Object.keys(BENCHES).join(', ')}.`,
      });
    await measure(context, options as Readonly<Record<string, string | undefined>>);
    return EXIT.done;
  },
};

type Options = Readonly<Record<string, string | undefined>>;

const BENCHES: Readonly<Record<string, (context: CommandContext, options: Options) => Promise<void>>> = {
  night: async ({ terminal }, options) => {
    const { benchNight } = await import('../bench/night.js');
    const { people, seed, noise = 'typical', keep } = options;
    await benchNight({ people: people!, seed: seed!, noise, ...(keep === undefined ? {} : { keep }) }, (line) =>
      terminal.line(line),
    );
  },
  linkage: async ({ terminal }, options) => {
    const { benchLinkage } = await import('../bench/linkage.js');
    benchLinkage({ records: numberOf(options['records']!) }, (line) => terminal.line(line));
  },
  truth: async ({ terminal }, options) => {
    const { benchTruth, tellTruthRuns, writeTruthRuns } = await import('../bench/truth.js');
    const noises = (options['noise'] ?? NOISES.join(',')).split(',');
    const wrong = noises.find((noise) => !(NOISES as readonly string[]).includes(noise));
    if (wrong !== undefined)
      throw new UsageError({
        zh: `没有这种差错程度：${wrong}`,
        en: `There is no noise ${wrong}; there are ${NOISES.join(', ')}.`,
      });
    const asked = {
      people: numberOf(options['people']!),
      seeds: options['seeds']!.split(',').map(numberOf),
      noises: noises as Noise[],
      days: numberOf(options['days']!),
      keep: options['keep'] ?? null,
      wrong: options['wrong'] ?? null,
    };
    const runs = await benchTruth(asked, (line) => terminal.note(line));
    terminal.line(tellTruthRuns(runs, asked));
    if (options['json'] !== undefined) writeTruthRuns(runs, options['json']);
  },
  preview: async ({ terminal }, { people, seed, keep = null }) => {
    const { benchPreview } = await import('../bench/preview.js');
    await benchPreview({ people: numberOf(people!), seed: numberOf(seed!), keep }, (line) => terminal.line(line));
  },
  api: async ({ terminal }, { people, seed, rounds, seconds, minutes, mixed, overload, keep = null }) => {
    const county = { people: numberOf(people!), seed: numberOf(seed!), keep };
    if (mixed !== undefined) {
      const { benchMixed } = await import('../bench/mixed.js');
      await benchMixed({ ...county, minutes: numberOf(minutes!) }, (line) => terminal.line(line));
    }
    if (overload !== undefined) {
      const { benchOverload } = await import('../bench/overload.js');
      await benchOverload(county, (line) => terminal.line(line));
    }
    if (mixed !== undefined || overload !== undefined) return;
    const { benchApi } = await import('../bench/api.js');
    const asked = { ...county, rounds: numberOf(rounds!), seconds: numberOf(seconds!) };
    await benchApi(asked, (line) => terminal.line(line));
  },
  accesses: async ({ terminal }, { rows, people, keep = null }) => {
    const { benchAccesses } = await import('../bench/accesses.js');
    await benchAccesses({ rows: numberOf(rows!), people: numberOf(people!), keep }, (line) => terminal.line(line));
  },
  'link-file': async ({ terminal }, options) => {
    const { benchLinkFile } = await import('../bench/link-file.js');
    const { python = null, benchmarks, sweep } = options;
    await benchLinkFile({ python, benchmarks: benchmarks!, sweep: sweep !== undefined }, (line) => terminal.line(line));
  },
};

function numberOf(text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 1)
    throw new UsageError({ zh: `须为正整数：${text}`, en: `${text} is not a positive whole number.` });
  return number;
}
