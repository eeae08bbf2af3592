import { writeFileSync } from 'node:fs';
import { IMPORTERS } from '../../importers/index.js';
import { LINK_REASONS, type LinkReason } from '../model/link.js';
import {
  DRIFT_FIGURES,
  fewerBins,
  REASONED_KINDS,
  SIZE_EDGES,
  VIOLATIONS,
  type Drift,
  type LinkRun,
  type ReasonedKind,
} from '../model/link-run.js';
import type { Words } from '../model/register.js';
import { openHub, readCounty } from '../hub.js';
import { readRun } from '../quality/read-runs.js';
import { EXIT, UsageError, type Command, type CommandContext } from './command.js';
import { KINDS } from './status.js';
import { table } from './terminal.js';

/** How good the links are: what the data officer looks at after each night. */
export const quality: Command = {
  name: 'quality',
  zh: '关联质量：依据占比、权重分布、最大的簇、待复核、不得发生的情形（须为 0）、与上次的差异',
  en: 'how good the links are: shares by reason, weights, biggest clusters, queue, what must be 0, drift against the run before',
  options: [
    { flags: '--run <n>', zh: '第几次运行，默认最近一次', en: 'which run; the last unless told' },
    { flags: '--json', zh: '以 JSON 输出', en: 'as JSON' },
    { flags: '--svg <file>', zh: '另存为一张图（SVG）', en: 'draw it into this file, as SVG' },
  ],
  async run(context, _operands, options) {
    const { config, terminal, say } = context;
    const wanted = options['run'] === undefined ? null : Number(options['run']);
    if (wanted !== null && !(Number.isSafeInteger(wanted) && wanted > 0))
      throw new UsageError({ zh: '--run 须为正整数', en: '--run takes a positive whole number.' });
    const hub = await openHub(config);
    try {
      const run = await readRun(hub.database, (await readCounty(hub.database)) ?? '000000', wanted);
      if (!run) {
        terminal.note(
          say({ zh: '没有这次运行的记录：请先 receive', en: 'There is no such run on record; receive comes first.' }),
        );
        return EXIT.failed;
      }
      if (options['svg'] !== undefined) {
        const { drawQuality } = await import('../quality/draw-quality.js');
        const registers = Object.fromEntries(IMPORTERS.map(({ register, title }) => [register, title]));
        writeFileSync(String(options['svg']), drawQuality(run, { language: config.language, registers }));
      }
      if (options['json']) terminal.line(JSON.stringify(run, null, 2));
      else tellQuality(run, context);
      return run.violations > 0 ? EXIT.attention : EXIT.done;
    } finally {
      await hub.close();
    }
  },
};

type Told = Pick<CommandContext, 'terminal' | 'say'>;

/** The line that a night ends with. */
export function tellDoubts(run: LinkRun, { terminal, say }: Told): void {
  const { violations, queue, conflicts, drift } = run.quality;
  const never = violations.filter(({ code, persons }) => VIOLATIONS[code].never && persons > 0);
  const moved = drift.filter(({ beyond }) => beyond).map(({ figure }) => say(DRIFT_FIGURES[figure]));
  terminal.line(
    say({
      zh: `质量：待复核 ${number(queue.open)}，号码冲突 ${number(conflicts)}，不得发生的情形 ${number(run.violations)}${moved.length > 0 ? `；变动超出预期：${moved.join('、')}` : ''}（quality 看全部）`,
      en: `quality: ${number(queue.open)} pairs wait for a person, ${number(conflicts)} numbers in conflict, ${number(run.violations)} of what must not be${moved.length > 0 ? `; moved more than expected: ${moved.join(', ')}` : ''} (see quality)`,
    }),
  );
  for (const { code, persons } of never)
    terminal.line(say({ zh: `  ${VIOLATIONS[code].zh}：${persons} 人`, en: `  ${VIOLATIONS[code].en}: ${persons}` }));
}

function tellQuality(run: LinkRun, told: Told): void {
  const { terminal, say } = told;
  const section = (words: Words, lines: readonly string[]): void => {
    if (lines.length === 0) return;
    terminal.line();
    terminal.line(say(words));
    for (const line of lines) terminal.line(`  ${line}`);
  };
  for (const line of headOf(run, say)) terminal.line(line);
  section({ zh: '不得发生的情形', en: 'what must not be' }, violationsOf(run, say));
  section({ zh: '人员记录的关联依据', en: 'records of people, by reason' }, registersOf(run, say));
  section({ zh: '其他各类的关联依据', en: 'the other kinds, by reason' }, kindsOf(run, say));
  section({ zh: '无其他记录可对应', en: 'records that stand alone' }, aloneOf(run, say));
  section({ zh: '每人的记录数', en: 'records of one person' }, sizesOf(run, say));
  section({ zh: '最大的簇', en: 'biggest clusters' }, biggestOf(run, say));
  section({ zh: '待人工判定', en: 'waiting for a person' }, waitingOf(run, say));
  section(
    { zh: '候选召回（隐去号码后仍能找到本人）', en: 'blocking recall (number hidden, person still found)' },
    recallOf(run),
  );
  section({ zh: '候选对的权重（比特）', en: 'candidate pairs by weight (bits)' }, weightsOf(run));
  section(
    { zh: '过大的分组（已截断）', en: 'blocks too large, cut short' },
    table(
      (run.quality.engine?.capped ?? []).map(({ rule, blocks, records }) => [rule, number(blocks), number(records)]),
    ),
  );
  section({ zh: '与上次相比', en: 'beside the run before' }, driftOf(run, say));
}

type Say = CommandContext['say'];

function headOf({ id, county, started, whole, model, counts, quality: { engine } }: LinkRun, say: Say): string[] {
  const when = new Date(started).toLocaleString('sv-SE', { timeZone: 'Asia/Shanghai' }).slice(0, 16);
  return [
    say({
      zh: `第 ${id} 次运行 · ${county} · ${when} · ${whole ? '全量' : '增量'} · ${model ?? (engine ? '已训练模型' : '仅规则')}`,
      en: `run ${id} · ${county} · ${when} · ${whole ? 'everything' : 'a night'} · ${model ?? (engine ? 'trained model' : 'rules alone')}`,
    }),
    say({
      zh: `触及 ${number(counts.touched)} 条，读取 ${number(counts.recordsRead)} 条；新增 ${number(counts.added)}，并入 ${number(counts.merged)}，拆分 ${number(counts.split)}，停用 ${number(counts.retired)}；${counts.seconds.toFixed(1)} 秒`,
      en: `${number(counts.touched)} records touched, ${number(counts.recordsRead)} read; entities new ${number(counts.added)}, merged ${number(counts.merged)}, split ${number(counts.split)}, retired ${number(counts.retired)}; ${counts.seconds.toFixed(1)} s`,
    }),
  ];
}

function violationsOf({ quality: { violations } }: LinkRun, say: Say): string[] {
  return table(
    violations.map(({ code, persons, entities }) => [
      number(persons),
      say(VIOLATIONS[code]),
      VIOLATIONS[code].never
        ? persons === 0
          ? ''
          : say({ zh: `须为 0！findings --code ${code}`, en: `MUST BE 0: findings --code ${code}` })
        : say({ zh: '登记之间的矛盾', en: 'registers contradict' }),
      entities.slice(0, 5).join(' '),
    ]),
  );
}

/** A bar a register, one shade a reason, and below them what the shades stand for. */
function registersOf({ quality: { reasons }, registers }: LinkRun, say: Say): string[] {
  const persons = reasons.filter(({ kind }) => kind === 'person');
  const names = [...new Set(persons.map(({ reason }) => reason))].toSorted((one, other) => rank(one) - rank(other));
  const shadeOf = (reason: string): string =>
    reason === 'ALONE' ? '·' : SHADES[Math.min(names.indexOf(reason), SHADES.length - 1)]!;
  const total = sum(persons.map(({ records }) => records));
  return [
    ...table(
      registers.flatMap((register) => {
        const records = (reason: string): number =>
          persons.find((share) => share.register === register && share.reason === reason)?.records ?? 0;
        const all = sum(names.map(records));
        if (all === 0) return [];
        return [
          [titleOf(register, say), number(all), stack(names.map((reason) => [shadeOf(reason), records(reason) / all]))],
        ];
      }),
    ),
    ...table(
      names.map((reason) => {
        const records = sum(persons.filter((share) => share.reason === reason).map((share) => share.records));
        return [
          shadeOf(reason),
          percent(records / total),
          reason,
          say(LINK_REASONS[reason as LinkReason] ?? { zh: '', en: '' }),
        ];
      }),
    ),
  ];
}

function kindsOf({ quality: { reasons } }: LinkRun, say: Say): string[] {
  return table(
    REASONED_KINDS.filter((kind) => kind !== 'person').flatMap((kind) => {
      const shares = reasons.filter((share) => share.kind === kind);
      const all = sum(shares.map(({ records }) => records));
      const names = [...new Set(shares.map(({ reason }) => reason))].toSorted((one, other) => rank(one) - rank(other));
      return names.map((reason, i) => {
        const records = sum(shares.filter((share) => share.reason === reason).map((share) => share.records));
        return [i === 0 ? say(KINDS[kind]!) : '', reason, number(records), percent(records / all), bar(records / all)];
      });
    }),
  );
}

function aloneOf({ quality: { alone } }: LinkRun, say: Say): string[] {
  return table(
    alone.map(({ dataset, alone: lonely, of }) => [
      datasetTitle(dataset, say),
      number(lonely),
      percent(of === 0 ? 0 : lonely / of),
      bar(of === 0 ? 0 : lonely / of),
    ]),
  );
}

function sizesOf({ quality: { sizes } }: LinkRun, say: Say): string[] {
  const persons = sizes.filter(({ kind }) => kind === 'person');
  const most = Math.max(...persons.map(({ entities }) => entities), 1);
  return table(
    persons.map(({ from, entities }) => [
      sizeWords(from),
      number(entities),
      bar(entities / most),
      from >= 13 ? say({ zh: '请核查', en: 'look at these' }) : '',
    ]),
  );
}

/** `4`, `9–12`, `1025+`. */
function sizeWords(from: number): string {
  const next = SIZE_EDGES[SIZE_EDGES.indexOf(from as (typeof SIZE_EDGES)[number]) + 1];
  return next === undefined ? `${from}+` : next - 1 === from ? String(from) : `${from}–${next - 1}`;
}

function biggestOf({ quality: { biggest } }: LinkRun, say: Say): string[] {
  return table(
    REASONED_KINDS.flatMap((kind: ReasonedKind) =>
      biggest
        .filter((cluster) => cluster.kind === kind)
        .slice(0, 3)
        .map(({ entity, records, registers }) => [
          say(KINDS[kind]!),
          `#${entity}`,
          number(records),
          Object.entries(registers)
            .map(([register, n]) => `${titleOf(register, say)} ${number(n)}`)
            .join(' · '),
        ]),
    ),
  );
}

function waitingOf({ quality: { queue, conflicts, engine } }: LinkRun, say: Say): string[] {
  return table([
    [
      say({ zh: '待复核的对', en: 'pairs in the review queue' }),
      number(queue.open),
      queue.oldest === null
        ? ''
        : say({ zh: `最早 ${queue.oldest.slice(0, 10)}`, en: `since ${queue.oldest.slice(0, 10)}` }),
    ],
    [say({ zh: '待第二人确认的判定', en: 'decisions that wait for a second reviewer' }), number(queue.proposed), ''],
    [say({ zh: '号码相同而姓名矛盾', en: 'equal numbers beside contradicting names' }), number(conflicts), ''],
    ...(engine
      ? [[say({ zh: '本次评分的候选对', en: 'candidate pairs scored in this run' }), number(engine.pairsScored), '']]
      : []),
  ]);
}

function recallOf({ quality: { engine } }: LinkRun): string[] {
  return table(
    (engine?.blockingRecall ?? []).map(({ rule, found, of }) => [
      rule,
      number(found),
      percent(of === 0 ? 0 : found / of),
      bar(of === 0 ? 0 : found / of),
    ]),
  );
}

function weightsOf({ quality: { engine } }: LinkRun): string[] {
  const { width, bins: weights } = fewerBins(engine?.weights ?? [], 20);
  // The mass of strangers would leave one column and nothing else: bars grow with the logarithm.
  const most = Math.log1p(Math.max(...weights.map(({ pairs }) => pairs), 1));
  return table(
    weights.map(({ from, pairs }) => [
      `${signed(from)} … ${signed(from + width)}`,
      number(pairs),
      bar(Math.log1p(pairs) / most),
    ]),
  );
}

function driftOf({ quality: { drift } }: LinkRun, say: Say): string[] {
  const tell = ({ unit }: Drift, n: number): string => (unit === 'share' ? percent(n) : number(n));
  return table(
    drift.map((each) => [
      say(DRIFT_FIGURES[each.figure]),
      tell(each, each.before),
      tell(each, each.now),
      change(each, tell(each, Math.abs(each.now - each.before))),
      each.beyond ? say({ zh: '超出预期', en: 'MORE THAN EXPECTED' }) : '',
    ]),
  );
}

function change({ before, now }: Drift, moved: string): string {
  return /[1-9]/.test(moved) ? `${now > before ? '+' : '−'}${moved}` : '';
}

/** What links first, what stands alone last. */
function rank(reason: string): number {
  const at = Object.keys(LINK_REASONS).indexOf(reason);
  return reason === 'ALONE' ? 1000 : at < 0 ? 999 : at;
}

function titleOf(register: string, say: Say): string {
  const importer = IMPORTERS.find((each) => each.register === register);
  return importer ? say(importer.title) : register;
}

function datasetTitle(name: string, say: Say): string {
  const dataset = IMPORTERS.flatMap((importer) => importer.datasets).find((each) => each.name === name);
  return dataset ? `${titleOf(dataset.register, say)} ${say(dataset.title)}` : name;
}

const SHADES = ['█', '▓', '▒', '░'];
const WIDE = 40;

function bar(share: number): string {
  const eighths = Math.round(share * WIDE * 4);
  return '█'.repeat(Math.floor(eighths / 8)) + (['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'][eighths % 8] ?? '');
}

function stack(shares: readonly (readonly [shade: string, share: number])[]): string {
  let [line, before] = ['', 0];
  for (const [shade, share] of shares) {
    before += share;
    line += shade.repeat(Math.max(0, Math.round(before * WIDE) - line.length));
  }
  return line;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, n) => total + n, 0);
const number = (n: number): string => n.toLocaleString('en');
/** Rounded down: what is not all is not 100 %. */
const percent = (share: number): string => `${(Math.floor(share * 10_000 + 1e-6) / 100).toFixed(2)}%`;
const signed = (n: number): string => (n > 0 ? `+${n}` : n < 0 ? `−${-n}` : '0');
