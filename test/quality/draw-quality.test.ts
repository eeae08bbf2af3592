import { expect, it } from 'vitest';
import { fewerBins, type LinkRun } from '../../src/model/link-run.js';
import { drawQuality, type DrawnIn } from '../../src/quality/draw-quality.js';

const RUN: LinkRun = {
  county: '530502',
  id: 7,
  started: new Date('2026-10-02T02:30:00+08:00'),
  finished: new Date('2026-10-02T02:31:00+08:00'),
  whole: false,
  model: 'persons 1',
  registers: ['governance', 'police'],
  counts: { touched: 40, recordsRead: 400, added: 1, merged: 2, split: 0, retired: 0, seconds: 1.5 },
  quality: {
    reasons: [
      { register: 'police', kind: 'person', reason: 'ID_NUMBER_AND_NAME', records: 80 },
      { register: 'police', kind: 'person', reason: 'ALONE', records: 20 },
      { register: 'governance', kind: 'person', reason: 'A_REASON_OF_TOMORROW', records: 50 },
      { register: 'governance', kind: 'household', reason: 'HEAD_PERSON', records: 50 },
    ],
    sizes: [
      { kind: 'person', from: 1, entities: 20 },
      { kind: 'person', from: 2, entities: 65 },
      { kind: 'household', from: 1, entities: 30 },
    ],
    biggest: [{ kind: 'person', entity: 1, records: 2, registers: { police: 1, governance: 1 } }],
    alone: [{ dataset: 'police/residents', alone: 20, of: 100 }],
    queue: { open: 3, proposed: 0, oldest: null },
    conflicts: 1,
    violations: [
      { code: 'TWO_ID_NUMBERS', persons: 0, entities: [] },
      { code: 'SEXES_DIFFER', persons: 2, entities: [4, 5] },
    ],
    engine: {
      blockingRecall: [
        { rule: 'name & birth <date>', found: 90, of: 100 },
        { rule: 'all', found: 98, of: 100 },
      ],
      weights: [
        { from: -40, pairs: 120_000 },
        { from: -38, pairs: 3 },
        { from: 12, pairs: 900 },
      ],
      capped: [],
      pairsScored: 120_903,
      undecided: 3,
      queued: 3,
      seconds: 1,
    },
    drift: [{ figure: 'linked', unit: 'share', before: 0.9, now: 0.7, expected: 0.005, beyond: true }],
    seconds: 0.1,
  },
  violations: 0,
};
const REGISTERS = { police: { zh: '公安', en: 'police' } };

const draw = (run: Partial<LinkRun> = {}, language: DrawnIn['language'] = 'en') =>
  drawQuality({ ...RUN, ...run }, { language, registers: REGISTERS });

it('is one well-formed file that needs nothing from elsewhere', () => {
  for (const picture of [
    draw(),
    draw({}, 'zh'),
    draw({ quality: { ...RUN.quality, engine: null, drift: [], biggest: [] } }),
  ]) {
    expect(unclosed(picture)).toEqual([]);
    expect(picture).not.toMatch(/<script|<image|<foreignObject|href=|url\(|@import|NaN|undefined|Infinity/);
    expect(picture.match(/https?:[^"]*/g)).toEqual(['http://www.w3.org/2000/svg']);
  }
});

it('shows the figures of the run, and a reason that it has no words for', () => {
  const picture = draw();
  for (const words of [
    '80.0 %',
    '98.0 %',
    '120,903',
    'a reason of tomorrow',
    'name &amp; birth &lt;date&gt;',
    '−20.00',
  ])
    expect(picture).toContain(words);
  expect(draw({}, 'zh')).toContain('身份号码相同，姓名不矛盾');
});

it('turns red for what must not be', () => {
  expect(draw()).not.toMatch(/<rect[^>]*fill="#c0392b"/);
  expect(draw({ violations: 2 })).toMatch(/<rect[^>]*fill="#c0392b"/);
});

/** Tags that are not closed in their order, and text that is no XML. */
function unclosed(picture: string): string[] {
  const open: string[] = [];
  const rest = picture.replaceAll(
    /<(\/?)(\w+)((?: [\w:-]+="[^"<]*")*)(\/?)>/g,
    (_tag, closes, name: string, _more, alone) => {
      if (closes) {
        if (open.pop() !== name) open.push(`</${name}>`);
      } else if (!alone) open.push(name);
      return '';
    },
  );
  return [...open, ...(rest.match(/[<>]|&(?!(?:amp|lt|gt|quot);)/g) ?? [])];
}

it('puts bins of weights together until there is room for them', () => {
  const weights = [-8, -6, -4, -2, 0, 2, 4].map((from, i) => ({ from, pairs: i === 0 ? 0 : i }));
  expect(fewerBins(weights, 6)).toEqual({ width: 2, bins: weights.slice(1) });
  expect(fewerBins(weights, 4)).toEqual({
    width: 4,
    bins: [
      { from: -8, pairs: 1 },
      { from: -4, pairs: 5 },
      { from: 0, pairs: 9 },
      { from: 4, pairs: 6 },
    ],
  });
  expect(fewerBins([], 4).bins).toEqual([]);
});
