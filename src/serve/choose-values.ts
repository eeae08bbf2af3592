import { labelOfCode } from '../model/codes.js';
import type { CodeTableName } from '../model/importer.js';
import type { Value } from '../model/record.js';
import type { Words } from '../model/register.js';
import { chooseValue, type Candidate } from '../model/priority.js';
import type { Evidence } from './evidence.js';

/** A value that a visible record states. */
export interface Statement extends Candidate<Value> {
  readonly field: string;
  readonly evidence: Evidence;
}

export interface Choice {
  readonly chosen: Statement;
  /** Other visible records that state the same. */
  readonly agreeing: readonly Statement[];
  /** What the other visible records state instead, the best of each value. */
  readonly differing: readonly Statement[];
}

/**
 * Chooses the value of a field among the records that this viewer may see, by the published table of priorities. A value
 * that only a hidden record knows is no candidate; retired records speak only where no current one does.
 */
export function chooseField(evidence: readonly Evidence[], field: string): Choice | null {
  const stating = evidence.filter(
    (each) => each.stated[field] !== undefined && each.stated[field] !== null && !isSetAside(each, field),
  );
  const current = stating.filter((each) => each.status === 'current');
  const candidates = (current.length > 0 ? current : stating).map((each) => stateField(each, field));
  const choice = chooseValue(field, candidates);
  if (!choice) return null;
  const { chosen, differing } = choice;
  const same = JSON.stringify(chosen.value);
  return {
    chosen,
    agreeing: candidates.filter((each) => each !== chosen && JSON.stringify(each.value) === same),
    differing,
  };
}

/** The number of somebody else: the record still shows what it states, the person does not have it. */
function isSetAside(evidence: Evidence, field: string): boolean {
  return field === 'idNumber' && evidence.personReason === 'NUMBER_SET_ASIDE';
}

/** What one record says of a field that it states. */
export function stateField(evidence: Evidence, field: string): Statement {
  const { dataset, record, stated } = evidence;
  return { field, dataset, record, statedAt: statedAt(evidence, field), value: stated[field]!, evidence };
}

/** RFC 3339, +08:00: when the register itself says so, else the day of the delivery, else when it was taken in. */
export function statedAt({ stated, statedOn, validFrom, carried }: Evidence, field?: string): string {
  const earlier = field === undefined ? undefined : carried?.[field];
  if (earlier?.statedOn) return `${earlier.statedOn}T00:00:00+08:00`;
  const own = stated['updatedAt'] ?? stated['collectedAt'];
  if (typeof own === 'string') return own;
  if (statedOn !== null) return `${statedOn}T00:00:00+08:00`;
  return validFrom.toISOString();
}

const TABLES: Readonly<Record<string, CodeTableName>> = {
  sex: 'sex',
  maritalStatus: 'marital',
  education: 'education',
  relation: 'kinship',
};

/** A value in words: the label of a code, yes or no, a list with its separators, or the value itself. */
export function labelOf(field: string, value: Value, language: keyof Words): string {
  if (typeof value === 'boolean') return language === 'zh' ? (value ? '是' : '否') : value ? 'yes' : 'no';
  if (Array.isArray(value)) return value.map((each: Value) => textOf(each)).join(language === 'zh' ? '、' : ', ');
  const table = TABLES[field];
  return (table && typeof value === 'string' ? labelOfCode(table, value, language) : null) ?? textOf(value);
}

export function textOf(value: Value): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
