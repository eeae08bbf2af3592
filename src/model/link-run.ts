import type { Words } from './register.js';

/** What the linkage's engine says of its own work after a run. */
export interface LinkageQuality {
  /** Rows whose number was hidden for the purpose: in how many the rule alone, and all together, still brought them before their person. */
  readonly blockingRecall: readonly { readonly rule: string; readonly found: number; readonly of: number }[];
  /** Candidate pairs by weight: bins of 2 bits, `from` the lower edge. */
  readonly weights: readonly { readonly from: number; readonly pairs: number }[];
  /** Blocks that were too large to be compared whole. */
  readonly capped: readonly { readonly rule: string; readonly blocks: number; readonly records: number }[];
  readonly pairsScored: number;
  /** Pairs between the thresholds, and those of them that wait for a person. */
  readonly undecided: number;
  readonly queued: number;
  readonly seconds: number;
}

/** A run of the linkage: what it did, and how the county stands after it. Figures of the whole county; no value of a person. */
export interface LinkRun {
  readonly county: string;
  readonly id: number;
  readonly started: Date;
  readonly finished: Date;
  /** Everything was read, not only what a night touched and its neighbours. */
  readonly whole: boolean;
  /** Version of the trained model; null while only rules link. */
  readonly model: string | null;
  /** Registers of which the figures speak. */
  readonly registers: readonly string[];
  readonly counts: RunCounts;
  readonly quality: RunQuality;
  /** What must be 0. */
  readonly violations: number;
}

export interface RunCounts {
  readonly touched: number;
  readonly recordsRead: number;
  readonly added: number;
  readonly merged: number;
  readonly split: number;
  readonly retired: number;
  readonly seconds: number;
}

/** Kinds of entity whose records are held together for a reason. */
export const REASONED_KINDS = ['person', 'household', 'dwelling', 'building'] as const;
export type ReasonedKind = (typeof REASONED_KINDS)[number];

export interface RunQuality {
  /** Current records by register, kind and reason. */
  readonly reasons: readonly ReasonShare[];
  /** Entities by how many records speak of them. `from` is the lower edge of a bin of SIZE_EDGES. */
  readonly sizes: readonly { readonly kind: ReasonedKind; readonly from: number; readonly entities: number }[];
  /** Most records first. */
  readonly biggest: readonly BigCluster[];
  /** Current records of persons that no other record is held to be the same as. */
  readonly alone: readonly { readonly dataset: string; readonly alone: number; readonly of: number }[];
  /** What waits for a person. */
  readonly queue: ReviewQueue;
  /** Equal numbers beside names that contradict. */
  readonly conflicts: number;
  readonly violations: readonly Violation[];
  /** What the engine says of its own work; null while only rules link. */
  readonly engine: LinkageQuality | null;
  /** Each figure beside the run before; empty after the first. */
  readonly drift: readonly Drift[];
  /** Of the measuring. */
  readonly seconds: number;
}

export interface ReasonShare {
  readonly register: string;
  readonly kind: ReasonedKind;
  readonly reason: string;
  readonly records: number;
}

export interface BigCluster {
  readonly kind: ReasonedKind;
  readonly entity: number;
  readonly records: number;
  readonly registers: Readonly<Record<string, number>>;
}

export interface ReviewQueue {
  readonly open: number;
  /** Decisions that wait for a second reviewer. */
  readonly proposed: number;
  /** ISO 8601; null while nothing waits. */
  readonly oldest: string | null;
}

export interface Violation {
  readonly code: ViolationCode;
  readonly persons: number;
  /** The first of them. */
  readonly entities: readonly number[];
}

export interface Drift {
  readonly figure: DriftFigure;
  readonly before: number;
  readonly now: number;
  /** A share is 0…1. */
  readonly unit: 'count' | 'share';
  /** How far it may move in a night without being looked at. */
  readonly expected: number;
  readonly beyond: boolean;
}

/** What is set beside the run before. */
export const DRIFT_FIGURES = {
  person: { zh: '人员', en: 'people' },
  household: { zh: '户', en: 'households' },
  dwelling: { zh: '房屋', en: 'dwellings' },
  building: { zh: '楼栋', en: 'buildings' },
  linked: { zh: '已关联的人员记录占比', en: 'person records linked' },
  biggest: { zh: '一人最多记录数', en: 'most records of one person' },
  recall: { zh: '候选召回率', en: 'blocking recall' },
  queue: { zh: '待复核', en: 'review queue' },
  conflicts: { zh: '号码相同姓名矛盾', en: 'one number, contradicting names' },
  contradictory: { zh: '出生日期或性别矛盾的人', en: 'people with contradicting birth or sex' },
} as const satisfies Record<string, Words>;
export type DriftFigure = keyof typeof DRIFT_FIGURES;

/** What two records of one person can hold that they must not. `never`: the linkage is wrong; otherwise a register may be. */
export const VIOLATIONS = {
  TWO_ID_NUMBERS: { never: true, zh: '两个有效身份号码', en: 'two valid numbers in one person' },
  REGISTER_REPEATS: { never: true, zh: '一人一行的名册中有两行', en: 'two rows of a register without duplicates' },
  BIRTH_DATES_APART: { never: false, zh: '出生日期相差十五年以上', en: 'dates of birth 15 years apart' },
  SEXES_DIFFER: { never: false, zh: '性别不同', en: 'different sexes' },
} as const satisfies Record<string, Words & { readonly never: boolean }>;
export type ViolationCode = keyof typeof VIOLATIONS;

/** Lower edges of the bins of cluster sizes. */
export const SIZE_EDGES = [1, 2, 3, 4, 5, 6, 7, 8, 9, 13, 17, 33, 65, 129, 257, 513, 1025] as const;

/** The bins that hold pairs, from the first to the last, put together until there are at most so many; a bin is `width` bits wide. */
export function fewerBins(
  weights: LinkageQuality['weights'],
  most: number,
): { readonly width: number; readonly bins: LinkageQuality['weights'] } {
  const held = weights.filter(({ pairs }) => pairs > 0);
  const [first, last] = [held[0]?.from ?? 0, held.at(-1)?.from ?? 0];
  let width = 2;
  const lowest = (): number => Math.floor(first / width) * width;
  const count = (): number => Math.floor((last - lowest()) / width) + 1;
  while (count() > most) width *= 2;
  const bins = Array.from({ length: held.length === 0 ? 0 : count() }, (_, i) => {
    const from = lowest() + i * width;
    const inside = held.filter((bin) => bin.from >= from && bin.from < from + width);
    return { from, pairs: inside.reduce((sum, { pairs }) => sum + pairs, 0) };
  });
  return { width, bins };
}
