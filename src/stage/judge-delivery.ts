import type { Coverage } from '../model/delivery.js';
import type { Finding, FindingCode } from '../model/finding.js';
import type { Believable } from '../model/importer.js';

/** What is known of a delivery once all its rows are read and matched. */
export interface DeliveryFacts {
  readonly coverage: Coverage;
  readonly believable: Believable;
  /** A pull of a feed in which nothing has changed is no fault. */
  readonly mayBeEmpty: boolean;
  readonly cutOff: boolean;
  readonly rows: number;
  readonly refusedRows: number;
  /** Current records of the dataset before the delivery, and how many of them vanish with it. */
  readonly current: number;
  readonly retired: number;
}

export interface Judgement {
  /** A refused delivery cannot be accepted by anybody. */
  readonly state: 'held' | 'refused';
  readonly reason: Finding;
}

/** Fewer than these are ordinary in any register, whatever their share. */
const ALWAYS_BELIEVED = 19;
const RETIRED = 0.02;
const REFUSED_ROWS = 0.05;

/** Read from the top: the first that speaks is the reason. Null: the delivery is believed. */
const DOUBTS: readonly ((facts: DeliveryFacts) => Judgement | null)[] = [
  ({ rows, mayBeEmpty }) => (rows === 0 && !mayBeEmpty ? judgement('refused', 'DELIVERY_EMPTY') : null),
  ({ cutOff }) => (cutOff ? judgement('held', 'DELIVERY_CUT_OFF') : null),
  ({ retired, current, believable }) =>
    beyond(retired, mostOf(current, believable.retired ?? RETIRED), 'DELIVERY_RETIRES_TOO_MANY'),
  ({ coverage, rows, believable: { rows: range } }) =>
    coverage === 'full' && range && (rows < range[0] || rows > range[1])
      ? judgement('held', 'DELIVERY_TOO_FEW_ROWS', String(rows), `${range[0]}–${range[1]}`)
      : null,
  ({ refusedRows, rows, believable }) =>
    beyond(refusedRows, mostOf(rows, believable.refusedRows ?? REFUSED_ROWS), 'DELIVERY_REFUSES_TOO_MANY'),
];

export function judgeDelivery(facts: DeliveryFacts): Judgement | null {
  for (const doubt of DOUBTS) {
    const judged = doubt(facts);
    if (judged) return judged;
  }
  return null;
}

function mostOf(all: number, share: number): number {
  return Math.max(ALWAYS_BELIEVED, Math.floor(all * share));
}

function beyond(count: number, most: number, code: FindingCode): Judgement | null {
  return count > most ? judgement('held', code, String(count), String(most)) : null;
}

function judgement(
  state: Judgement['state'],
  code: FindingCode,
  found: string | null = null,
  accepted: string | null = null,
): Judgement {
  return { state, reason: { code, sheet: null, row: null, item: null, column: null, found, accepted } };
}
