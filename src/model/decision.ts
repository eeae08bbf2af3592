import type { Words } from './register.js';

/** What a person can say of two records. */
export const VERDICTS = {
  same: { zh: '同一个', en: 'the same' },
  different: { zh: '不是同一个', en: 'different' },
  unsure: { zh: '无法判断', en: 'unsure' },
} as const satisfies Record<string, Words>;
export type Verdict = keyof typeof VERDICTS;

export const DECISION_STATES = {
  proposed: { zh: '待第二人确认', en: 'proposed, waits for a second reviewer' },
  effective: { zh: '已生效', en: 'effective' },
  revoked: { zh: '已撤销', en: 'revoked' },
} as const satisfies Record<string, Words>;
export type DecisionState = keyof typeof DECISION_STATES;

/** Kinds of entities that two records can be decided to be one of. */
export const DECIDED_KINDS = {
  person: { zh: '人', en: 'person' },
  household: { zh: '户', en: 'household' },
  building: { zh: '楼栋', en: 'building' },
  dwelling: { zh: '房屋', en: 'dwelling' },
} as const satisfies Record<string, Words>;
export type DecidedKind = keyof typeof DECIDED_KINDS;

export type DecisionOrigin = 'review' | 'undo' | 'command';

/** A person's word about two records, and what became of it. `one` < `other`. */
export interface Decision {
  readonly county: string;
  readonly id: number;
  readonly kind: DecidedKind;
  readonly one: number;
  readonly other: number;
  readonly verdict: Verdict;
  readonly reason: string;
  readonly decidedBy: string;
  /** The client through which the word came. */
  readonly decidedThrough: string;
  readonly decidedAt: Date;
  readonly origin: DecisionOrigin;
  readonly state: DecisionState;
  readonly confirmedBy: string | null;
  readonly confirmedAt: Date | null;
  readonly revokedBy: string | null;
  readonly revokedAt: Date | null;
  readonly revokeReason: string | null;
}

/** Why a word was not taken. Decisions are named by their ids: whoever may not see them learns that they stand, and nothing else. */
export const DECISION_REFUSALS = {
  CONTRADICTS: {
    zh: '与已有判定矛盾：{ids}；须先撤销其中之一',
    en: 'It contradicts what was decided before: {ids}. One of these has to be revoked first.',
  },
  DECIDED: {
    zh: '这两条记录已有同样的判定：{ids}',
    en: 'The same was decided of these two records before: {ids}.',
  },
  SAME_REVIEWER: {
    zh: '须由另一人确认，不能是作出判定的人',
    en: 'It has to be confirmed by somebody else than whoever decided it.',
  },
  NOT_PROPOSED: { zh: '该判定不在待确认状态', en: 'The decision does not wait for a second reviewer.' },
  REVOKED: { zh: '该判定此前已撤销', en: 'The decision was revoked before.' },
  OVERTAKEN: {
    zh: '这些记录此后又有变更；须先撤销后来的变更',
    en: 'Its records have gone on since. What came later has to be undone first.',
  },
  OVERTAKEN_BY: {
    zh: '这些记录此后又有变更：{ids}；须先撤销后来的变更',
    en: 'Its records have gone on since: {ids}. What came later has to be undone first.',
  },
  UNDONE: { zh: '已恢复原状，无可撤销', en: 'It is as it was before: there is nothing to undo.' },
  NOT_UNDOABLE: {
    zh: '只有人的合并、拆分和移动可以撤销；其他种类须更正来源记录',
    en: 'Only what became of persons can be undone; for other kinds the source has to be corrected.',
  },
  ONE_RECORD: { zh: '两处引用的是同一条记录', en: 'Both cite one record.' },
  WHO_AND_WHY: {
    zh: '须写明姓名和理由，各不超过 {most} 个字符',
    en: 'It takes a name and a reason, at most {most} characters each.',
  },
} as const satisfies Record<string, Words>;
export type DecisionRefusal = keyof typeof DECISION_REFUSALS;

/** A refusal in both languages; nothing was written. */
export class DecisionRefused extends Error {
  override readonly name = 'DecisionRefused';
  readonly words: Words;

  constructor(
    readonly refusal: DecisionRefusal,
    filling: { readonly ids?: readonly number[]; readonly most?: number } = {},
  ) {
    const fill = (text: string): string =>
      text
        .replace('{ids}', (filling.ids ?? []).map((id) => `#${id}`).join(', '))
        .replace('{most}', String(filling.most ?? ''));
    const words = { zh: fill(DECISION_REFUSALS[refusal].zh), en: fill(DECISION_REFUSALS[refusal].en) };
    super(words.en);
    this.words = words;
  }
}
