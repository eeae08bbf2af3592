import { LINK_REASONS, type LinkReason } from '../model/link.js';
import {
  DRIFT_FIGURES,
  fewerBins,
  SIZE_EDGES,
  VIOLATIONS,
  type Drift,
  type LinkageQuality,
  type LinkRun,
  type ReasonedKind,
  type ReasonShare,
} from '../model/link-run.js';
import type { Language, Words } from '../model/register.js';
import { BAD, dot, escape, FAINT, GOOD, hinted, INK, line, PANEL, PAPER, rect, SOFT, text } from './svg.js';

export interface DrawnIn {
  readonly language: Language;
  /** Titles of registers. */
  readonly registers: Readonly<Record<string, Words>>;
}

/**
 * The quality of a run as one picture: SVG of 960 pixels' width on a light ground, complete in itself. Every figure in it is the run's.
 */
export function drawQuality(run: LinkRun, drawn: DrawnIn): string {
  const page: Page = { run, say: (words) => words[drawn.language], registers: drawn.registers };
  const rows: readonly (readonly Panel[])[] = [
    [reasonPanel(page), violationPanel(page)],
    ...(run.quality.engine
      ? [
          [weightPanel(page, run.quality.engine), sizePanel(page)],
          [recallPanel(page, run.quality.engine), kindPanel(page)],
        ]
      : [[sizePanel(page), kindPanel(page)]]),
    [driftPanel(page), biggestPanel(page)],
  ];
  let y = 216;
  let body = '';
  for (const panels of rows) {
    const height = Math.max(...panels.map((panel) => panel.height));
    let x = MARGIN;
    for (const panel of panels) {
      body += rect(x, y, panel.width, height, PANEL, 8);
      body += text(x + 18, y + 28, panel.title, { size: 14, weight: 600 });
      if (panel.note) body += text(x + 18, y + 45, panel.note, { size: 11, fill: SOFT });
      body += `<g transform="translate(${x + 18} ${y + TOP})">${panel.body}</g>`;
      x += panel.width + GAP;
    }
    y += height + GAP;
  }
  const height = y - GAP + MARGIN;
  const title = page.say({ zh: '关联质量', en: 'Linkage quality' });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="${escape(title)}"`,
    ` font-family="-apple-system, 'Segoe UI', 'Helvetica Neue', Arial, 'Noto Sans SC', 'PingFang SC', 'Microsoft YaHei', sans-serif">`,
    `<title>${escape(title)}</title>`,
    rect(0, 0, WIDTH, height, PAPER),
    headOf(page, title),
    body,
    '</svg>\n',
  ].join('');
}

const WIDTH = 960;
const MARGIN = 28;
const GAP = 16;
/** Of a panel's body below its upper edge. */
const TOP = 62;
const WIDE = 568;
const NARROW = WIDTH - 2 * MARGIN - GAP - WIDE;
const HALF = (WIDTH - 2 * MARGIN - GAP) / 2;

interface Page {
  readonly run: LinkRun;
  readonly say: (words: Words) => string;
  readonly registers: Readonly<Record<string, Words>>;
}

interface Panel {
  readonly width: number;
  readonly height: number;
  readonly title: string;
  readonly note?: string;
  /** Drawn from 0, 0. */
  readonly body: string;
}

function headOf({ run, say }: Page, title: string): string {
  const { quality, counts } = run;
  const when = new Date(run.started).toLocaleString('sv-SE', { timeZone: 'Asia/Shanghai' }).slice(0, 16);
  const persons = entitiesOf(run, 'person');
  const records = sum(quality.alone.map(({ of }) => of));
  const linked = records === 0 ? 0 : 1 - sum(quality.alone.map(({ alone }) => alone)) / records;
  const recall = quality.engine?.blockingRecall.at(-1);
  const cards: readonly (readonly [value: string, caption: string])[] = [
    [count(persons), say({ zh: `人，${count(records)} 条记录`, en: `people, ${count(records)} records` })],
    [percent(linked, 1), say({ zh: '的记录与其他记录关联', en: 'of the records are linked' })],
    recall && recall.of > 0
      ? [percent(recall.found / recall.of, 1), say({ zh: '候选召回率', en: 'blocking recall' })]
      : [count(entitiesOf(run, 'household')), say({ zh: '户', en: 'households' })],
    [
      count(quality.queue.open),
      say({
        zh: `对待复核（${percent(persons === 0 ? 0 : quality.queue.open / persons, 2)}）`,
        en: `pairs to review (${percent(persons === 0 ? 0 : quality.queue.open / persons, 2)})`,
      }),
    ],
  ];
  const width = 156;
  const colour = run.violations === 0 ? GOOD : BAD;
  const last = MARGIN + cards.length * (width + 12);
  const size = run.violations > 9 ? 40 : 66;
  const beside = last + 36 + count(run.violations).length * size * 0.57;
  return [
    text(MARGIN, 58, title, { size: 28, weight: 700 }),
    text(
      MARGIN,
      84,
      say({
        zh: `${run.county} · 第 ${run.id} 次运行 · ${when} · ${run.whole ? '全量' : '增量'}：触及 ${count(counts.touched)} 条，读取 ${count(counts.recordsRead)} 条，${counts.seconds.toFixed(1)} 秒 · ${run.model ?? (quality.engine ? '已训练模型' : '仅规则')}`,
        en: `County ${run.county} · run ${run.id} · ${when} · ${run.whole ? 'all records' : 'one night'}: ${count(counts.touched)} touched, ${count(counts.recordsRead)} read in ${counts.seconds.toFixed(1)} s · ${run.model ?? (quality.engine ? 'trained model' : 'rules alone')}`,
      }),
      { size: 13, fill: SOFT },
    ),
    ...cards.map(([value, caption], i) => {
      const x = MARGIN + i * (width + 12);
      return (
        rect(x, 108, width, 92, PANEL, 8) +
        text(x + 16, 152, value, { size: 28, weight: 600 }) +
        text(x + 16, 178, caption, { size: 11.5, fill: SOFT })
      );
    }),
    rect(last, 108, WIDTH - MARGIN - last, 92, colour, 8),
    text(last + 20, 178 - (66 - size) / 3, count(run.violations), { size, weight: 700, fill: PAPER }),
    text(beside, 148, say({ zh: '不得发生的情形', en: 'cannot-link violations' }), {
      size: 13,
      weight: 600,
      fill: PAPER,
    }),
    text(beside, 168, say({ zh: '须为 0', en: 'must be 0' }), { size: 12, fill: PAPER }),
  ].join('');
}

/** One bar a register, whole; what each record of a person is linked by. */
function reasonPanel({ run, say, registers }: Page): Panel {
  const persons = withoutTraces(
    run.quality.reasons.filter(({ kind }) => kind === 'person'),
    ({ register }) => register,
  );
  const reasons = inOrder(persons.map(({ reason }) => reason));
  const [left, bar] = [176, WIDE - 36 - 176 - 66];
  let body = '';
  let y = 0;
  for (const register of run.registers) {
    const records = (reason: string): number =>
      sum(
        persons.filter((share) => share.register === register && share.reason === reason).map((share) => share.records),
      );
    const all = sum(reasons.map(records));
    if (all === 0) continue;
    body += text(0, y + 12, say(registers[register] ?? { zh: register, en: register }), { size: 12.5, weight: 600 });
    body += text(0, y + 27, say({ zh: `${count(all)} 条`, en: `${count(all)} records` }), { size: 11, fill: SOFT });
    body += stacked(
      left,
      y,
      bar,
      26,
      reasons.map((reason, i) => ({
        share: records(reason) / all,
        fill: colourOf(reason, i),
        hint: `${reasonWords(reason, say)}: ${count(records(reason))}`,
      })),
    );
    body += text(left + bar + 66, y + 18, percent(1 - records('ALONE') / all, 1), {
      size: 13,
      weight: 600,
      anchor: 'end',
    });
    y += 44;
  }
  const { drawn, height } = legend(
    reasons.map((reason, i) => {
      const part = sum(persons.filter((share) => share.reason === reason).map((share) => share.records));
      const whole = sum(persons.map((share) => share.records));
      return { words: `${reasonWords(reason, say)} ${percent(part / whole, 1)}`, fill: colourOf(reason, i) };
    }),
    WIDE - 36,
    y + 4,
    say,
  );
  return {
    width: WIDE,
    height: TOP + y + height + 18,
    title: say({ zh: '人员记录的关联依据', en: 'Why records of people are linked' }),
    note: say({
      zh: '各登记的在用记录；右侧为已关联占比',
      en: 'current records of each register; at the right, the share that is linked',
    }),
    body: body + drawn,
  };
}

function violationPanel({ run, say }: Page): Panel {
  const body = run.quality.violations.map(({ code, persons }, i) => {
    const { never } = VIOLATIONS[code];
    const fill = persons === 0 ? GOOD : never ? BAD : '#b7791f';
    const y = i * 46;
    return (
      text(44, y + 22, count(persons), { size: 26, weight: 700, fill, anchor: 'end' }) +
      text(58, y + 12, say(VIOLATIONS[code]), { size: 12 }) +
      text(
        58,
        y + 27,
        never
          ? say({ zh: '须为 0', en: 'must be 0' })
          : say({ zh: '登记之间可能矛盾', en: 'registers may contradict' }),
        {
          size: 11,
          fill: SOFT,
        },
      )
    );
  });
  return {
    width: NARROW,
    height: TOP + body.length * 46 + 8,
    title: say({ zh: '一人的记录不应同时有', en: 'What one person’s records must not hold' }),
    note: say({ zh: '人数；每一个都是一条问题', en: 'people; each one is a finding with its rows' }),
    body: body.join(''),
  };
}

/** Columns on a logarithmic scale: strangers outnumber persons a thousandfold. */
function weightPanel({ say }: Page, { weights: scored, pairsScored }: LinkageQuality): Panel {
  const { width: bits, bins: weights } = fewerBins(scored, 56);
  const [width, height] = [HALF - 36, 170];
  const title = say({ zh: '候选对的权重', en: 'Candidate pairs by weight' });
  if (weights.length === 0) return { width: HALF, height: TOP + height + 36, title, body: '' };
  const most = Math.log10(Math.max(...weights.map(({ pairs }) => pairs)) + 1);
  const first = weights[0]!.from;
  const steps = (weights.at(-1)!.from - first) / bits + 1;
  const step = (width - 40) / steps;
  const xOf = (from: number): number => 40 + ((from - first) / bits) * step;
  let body = '';
  for (let power = 0; power <= most; power += 1) {
    const y = height - (Math.log10(10 ** power + 1) / most) * height;
    body += line(40, y, width, y) + text(34, y + 4, short(10 ** power), { size: 10.5, fill: SOFT, anchor: 'end' });
  }
  for (const { from, pairs } of weights) {
    const tall = (Math.log10(pairs + 1) / most) * height;
    const fill = from < 0 ? '#a9b6c4' : '#2f6db3';
    body += hinted(
      `${signed(from)}…${signed(from + bits)}: ${count(pairs)}`,
      rect(xOf(from) + 1, height - tall, Math.max(1, step - 2), tall, fill),
    );
  }
  const every = Math.ceil((steps * bits) / 9 / 10) * 10;
  for (let from = Math.ceil(first / every) * every; from <= weights.at(-1)!.from; from += every)
    body += text(xOf(from), height + 16, signed(from), { size: 10.5, fill: SOFT, anchor: 'middle' });
  body += line(40, height, width, height, SOFT);
  return {
    width: HALF,
    height: TOP + height + 36,
    title,
    note: say({
      zh: `比特，对数刻度；本次评分 ${count(pairsScored)} 对`,
      en: `bits of evidence, logarithmic; ${count(pairsScored)} pairs scored in this run`,
    }),
    body,
  };
}

function sizePanel({ run, say }: Page): Panel {
  const sizes = run.quality.sizes.filter(({ kind }) => kind === 'person');
  const [width, height] = [HALF - 36, 170];
  const most = Math.max(1, ...sizes.map(({ entities }) => entities));
  const step = width / Math.max(6, sizes.length);
  const body = sizes.map(({ from, entities }, i) => {
    const tall = Math.max(1, (entities / most) * (height - 22));
    const x = i * step;
    return (
      hinted(
        `${sizeWords(from)}: ${count(entities)}`,
        rect(x + 4, height - tall, step - 8, tall, from === 1 ? '#a9b6c4' : '#2f6db3', 2),
      ) +
      text(x + step / 2, height - tall - 6, short(entities), { size: 11, anchor: 'middle' }) +
      text(x + step / 2, height + 16, sizeWords(from), { size: 10.5, fill: SOFT, anchor: 'middle' })
    );
  });
  return {
    width: HALF,
    height: TOP + height + 36,
    title: say({ zh: '每人的记录数', en: 'Records of one person' }),
    note: say({ zh: '人数，含停用记录', en: 'people by how many records speak of them, retired ones included' }),
    body: body.join('') + line(0, height, width, height, SOFT),
  };
}

function recallPanel({ say }: Page, { blockingRecall: rules }: LinkageQuality): Panel {
  const title = say({ zh: '候选召回', en: 'Blocking recall' });
  const [left, bar] = [170, HALF - 36 - 170 - 60];
  const body = rules.map(({ rule, found, of }, i) => {
    const [y, share, whole] = [i * 22, of === 0 ? 0 : found / of, i === rules.length - 1];
    return (
      text(0, y + 12, whole ? say({ zh: '全部规则', en: 'all rules together' }) : rule, {
        size: 11.5,
        weight: whole ? 600 : 400,
      }) +
      rect(left, y + 2, bar, 13, FAINT, 2) +
      hinted(`${count(found)} / ${count(of)}`, rect(left, y + 2, bar * share, 13, whole ? '#1d4f91' : '#7aa7d6', 2)) +
      text(left + bar + 60, y + 13, percent(share, 1), { size: 11.5, weight: whole ? 600 : 400, anchor: 'end' })
    );
  });
  return {
    width: HALF,
    height: TOP + body.length * 22 + 14,
    title,
    note: say({
      zh: '隐去号码的记录中，规则仍找到本人的比例',
      en: 'rows with their number hidden that a rule still brought before their person',
    }),
    body: body.join(''),
  };
}

/** Homes and households: the same bars as for people, one a kind. */
function kindPanel({ run, say }: Page): Panel {
  const kinds = ['household', 'dwelling', 'building'] as const;
  const shares = withoutTraces(
    run.quality.reasons.filter(({ kind }) => kind !== 'person'),
    ({ kind }) => kind,
  );
  const reasons = inOrder(shares.map(({ reason }) => reason));
  const [left, bar] = [104, HALF - 36 - 104];
  let body = '';
  kinds.forEach((kind, i) => {
    const records = (reason: string): number =>
      sum(shares.filter((share) => share.kind === kind && share.reason === reason).map((share) => share.records));
    const all = sum(reasons.map(records));
    const y = i * 40;
    body += text(0, y + 11, say(DRIFT_FIGURES[kind]), { size: 12, weight: 600 });
    body += text(0, y + 25, count(entitiesOf(run, kind)), { size: 11, fill: SOFT });
    body += stacked(
      left,
      y,
      bar,
      22,
      reasons.map((reason, at) => ({
        share: all === 0 ? 0 : records(reason) / all,
        fill: colourOf(reason, at),
        hint: `${reasonWords(reason, say)}: ${count(records(reason))}`,
      })),
    );
  });
  const { drawn, height } = legend(
    reasons.map((reason, i) => ({ words: reasonWords(reason, say), fill: colourOf(reason, i) })),
    HALF - 36,
    kinds.length * 40 + 2,
    say,
  );
  return {
    width: HALF,
    height: TOP + kinds.length * 40 + height + 18,
    title: say({ zh: '户、房屋、楼栋的关联依据', en: 'Why records of homes are linked' }),
    note: say({
      zh: '在用记录的占比；名称下为实体数',
      en: 'share of current records; below each name, how many there are',
    }),
    body: body + drawn,
  };
}

/** The band is what a night explains; the dot is what this one did. */
function driftPanel({ run, say }: Page): Panel {
  const { drift } = run.quality;
  const width = WIDE - 36;
  const band = { x: width - 118, wide: 118 };
  const columns = [width - 272, width - 202, width - 138];
  const title = say({ zh: '与上次相比', en: 'Beside the run before' });
  if (drift.length === 0)
    return {
      width: WIDE,
      height: TOP + 40,
      title,
      body: text(0, 14, say({ zh: '这是第一次运行。', en: 'This is the first run on record.' }), { fill: SOFT }),
    };
  const head = [
    say({ zh: '上次', en: 'before' }),
    say({ zh: '本次', en: 'now' }),
    say({ zh: '变动', en: 'change' }),
  ].map((words, i) => text(columns[i]!, -4, words, { size: 10.5, fill: SOFT, anchor: 'end' }));
  const body = drift.map((each, i) => {
    const y = i * 24 + 6;
    const fill = each.beyond ? BAD : INK;
    const moved = each.expected === 0 ? 0 : (each.now - each.before) / each.expected;
    const centre = band.x + band.wide / 2;
    const reach = band.wide / 2 / 1.5;
    return (
      text(0, y + 12, say(DRIFT_FIGURES[each.figure]), { size: 12 }) +
      text(columns[0]!, y + 12, tell(each, each.before), { size: 12, fill: SOFT, anchor: 'end' }) +
      text(columns[1]!, y + 12, tell(each, each.now), { size: 12, anchor: 'end' }) +
      text(columns[2]!, y + 12, change(each), { size: 12, weight: 600, fill, anchor: 'end' }) +
      hinted(`± ${tell(each, each.expected)}`, rect(centre - reach, y + 2, 2 * reach, 12, '#dcebdf', 3)) +
      line(centre, y, centre, y + 16, '#9db5a3') +
      dot(centre + Math.max(-1.45, Math.min(1.45, moved)) * reach, y + 8, 4, each.beyond ? BAD : GOOD)
    );
  });
  return {
    width: WIDE,
    height: TOP + body.length * 24 + 22,
    title,
    note: say({ zh: '绿色区间为一晚可解释的变动', en: 'the green band is what a night explains' }),
    body: `<g transform="translate(0 4)">${head.join('')}${body.join('')}</g>`,
  };
}

function biggestPanel({ run, say, registers }: Page): Panel {
  const kinds: readonly ReasonedKind[] = ['person', 'household', 'dwelling', 'building'];
  let y = 0;
  let body = '';
  for (const kind of kinds) {
    const first = run.quality.biggest.find((cluster) => cluster.kind === kind);
    if (!first) continue;
    const parts = Object.entries(first.registers).map(
      ([register, n]) => `${say(registers[register] ?? { zh: register, en: register })} ${count(n)}`,
    );
    body += text(54, y + 16, count(first.records), { size: 20, weight: 600, anchor: 'end' });
    body += text(66, y + 8, say(ONE[kind]), { size: 12, weight: 600 });
    const half = Math.ceil(parts.length / 2);
    [parts.slice(0, half), parts.slice(half)].forEach((some, i) => {
      body += text(66, y + 23 + i * 14, some.join(' · '), { size: 10.5, fill: SOFT });
    });
    y += parts.length > half ? 54 : 44;
  }
  return {
    width: NARROW,
    height: TOP + y + 8,
    title: say({ zh: '最大的簇', en: 'Biggest clusters' }),
    note: say({ zh: '一个实体的记录数及来源', en: 'records of one entity, and of which registers' }),
    body,
  };
}

const ONE: Readonly<Record<ReasonedKind, Words>> = {
  person: { zh: '一人', en: 'one person' },
  household: { zh: '一户', en: 'one household' },
  dwelling: { zh: '一处房屋', en: 'one dwelling' },
  building: { zh: '一栋楼', en: 'one building' },
};

interface Part {
  readonly share: number;
  readonly fill: string;
  readonly hint: string;
}

function stacked(x: number, y: number, width: number, height: number, parts: readonly Part[]): string {
  let [drawn, from] = ['', 0];
  for (const { share, fill, hint } of parts) {
    drawn += hinted(hint, rect(x + from * width, y, share * width, height, fill));
    from += share;
  }
  return drawn;
}

function legend(
  entries: readonly { readonly words: string; readonly fill: string }[],
  width: number,
  y: number,
  say: Page['say'],
): { readonly drawn: string; readonly height: number } {
  // A Chinese character is as wide as it is tall.
  const wide = say({ zh: '12', en: '6.1' });
  let [x, row, drawn] = [0, 0, ''];
  for (const { words, fill } of entries) {
    const needed = 18 + words.length * Number(wide) + 18;
    if (x > 0 && x + needed > width) [x, row] = [0, row + 1];
    drawn += rect(x, y + row * 19, 11, 11, fill, 2) + text(x + 17, y + row * 19 + 10, words, { size: 11.5 });
    x += needed;
  }
  return { drawn, height: (row + 1) * 19 };
}

/** Reasons that no bar would show are drawn as one. */
function withoutTraces(shares: readonly ReasonShare[], barOf: (share: ReasonShare) => string): readonly ReasonShare[] {
  const whole = new Map<string, number>();
  const parts = new Map<string, number>();
  for (const share of shares) {
    const bar = barOf(share);
    const part = `${bar} ${share.reason}`;
    whole.set(bar, (whole.get(bar) ?? 0) + share.records);
    parts.set(part, (parts.get(part) ?? 0) + share.records);
  }
  const shown = new Set(
    shares
      .filter((share) => parts.get(`${barOf(share)} ${share.reason}`)! >= 0.01 * whole.get(barOf(share))!)
      .map(({ reason }) => reason),
  );
  return shares.map((share) => (shown.has(share.reason) ? share : { ...share, reason: OTHER }));
}

const OTHER = 'OTHER';

/** What links first, what stands alone last. */
function inOrder(reasons: readonly string[]): string[] {
  const known = Object.keys(LINK_REASONS);
  const rank = (reason: string): number => (reason === 'ALONE' ? 1000 : (known.indexOf(reason) + 1000) % 1000);
  return [...new Set(reasons)].toSorted((one, other) => rank(one) - rank(other));
}

const COLOURS = ['#1d4f91', '#5b97d3', '#2a9d8f', '#e0a63a', '#8c6bb1', '#d1705a', '#6b8e23', '#b56576'];
const colourOf = (reason: string, i: number): string =>
  reason === 'ALONE' ? '#cfd6de' : reason === OTHER ? '#7b8794' : COLOURS[i % COLOURS.length]!;

/** The codes are words already; the sentences are too long for a legend in English. */
function reasonWords(reason: string, say: Page['say']): string {
  const en = reason.toLowerCase().replaceAll('_', ' ').replace('id number', 'ID number');
  return say({ zh: LINK_REASONS[reason as LinkReason]?.zh ?? (reason === OTHER ? '其他' : reason), en });
}

function entitiesOf({ quality: { sizes } }: LinkRun, kind: ReasonedKind): number {
  return sum(sizes.filter((size) => size.kind === kind).map(({ entities }) => entities));
}

/** `4`, `9–12`, `1025+`. */
function sizeWords(from: number): string {
  const next = SIZE_EDGES[SIZE_EDGES.indexOf(from as (typeof SIZE_EDGES)[number]) + 1];
  return next === undefined ? `${from}+` : next - 1 === from ? String(from) : `${from}–${next - 1}`;
}

const tell = ({ unit }: Drift, n: number): string => (unit === 'share' ? percent(n, 2) : count(Math.round(n)));

function change(drift: Drift): string {
  const moved = drift.now - drift.before;
  const points = drift.unit === 'share' ? (Math.abs(moved) * 100).toFixed(2) : count(Math.abs(moved));
  if (Number(points) === 0) return '0';
  return `${moved > 0 ? '+' : '−'}${points}`;
}

/** 1,234 → 1.2k: where there is no room for more. */
function short(n: number): string {
  if (n < 10_000) return count(n);
  return n < 1_000_000 ? `${Math.round(n / 1000)}k` : `${(n / 1_000_000).toFixed(1)}M`;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, n) => total + n, 0);
const count = (n: number): string => n.toLocaleString('en');
/** Rounded down: what is not all is not 100 %. */
const percent = (share: number, digits: number): string =>
  `${(Math.floor(share * 100 * 10 ** digits + 1e-6) / 10 ** digits).toFixed(digits)} %`;
const signed = (n: number): string => (n > 0 ? `+${n}` : n < 0 ? `−${-n}` : '0');
