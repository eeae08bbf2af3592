import { labelOfCode } from '../model/codes.js';
import type { CodeTableName } from '../model/importer.js';
import type { Value } from '../model/record.js';
import type { Words } from '../model/register.js';
import { chooseValue, rankOfSource, textOf as comparedBy, type Candidate } from '../model/priority.js';
import { isSealed, maskedValue, openValue } from '../model/sealing.js';
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
  let best: Evidence | null = null;
  let current = false;
  for (const each of evidence) {
    if (!states(each, field) || isSetAside(each, field)) continue;
    const isCurrent = each.status === 'current';
    if (current && !isCurrent) continue;
    if (isCurrent && !current) {
      current = true;
      best = null;
    }
    if (each.stated[field] !== '' && (best === null || speaksBefore(field, each, best))) best = each;
  }
  return best && new ChosenField(evidence, field, best, current);
}

/** The order of `chooseValue`; what two records state is dated only where nothing else tells them apart. */
function speaksBefore(field: string, one: Evidence, other: Evidence): boolean {
  if (one.dataset !== other.dataset) {
    const ranks = rankOfSource(field, one.dataset) - rankOfSource(field, other.dataset);
    if (ranks !== 0) return ranks < 0;
  }
  const [at, otherAt] = [statedAt(one, field), statedAt(other, field)];
  return at === otherAt ? one.record < other.record : at > otherAt;
}

/** Most answers show the value alone: what else is stated is gone through only where it is asked for. */
class ChosenField implements Choice {
  readonly chosen: Statement;
  private whole: Pick<Choice, 'agreeing' | 'differing'> | null = null;

  constructor(
    private readonly evidence: readonly Evidence[],
    private readonly field: string,
    best: Evidence,
    private readonly current: boolean,
  ) {
    this.chosen = stateField(best, field);
  }

  get agreeing() {
    return this.compared.agreeing;
  }

  get differing() {
    return this.compared.differing;
  }

  private get compared() {
    if (this.whole) return this.whole;
    const { field, chosen } = this;
    const candidates = this.evidence
      .filter((each) => states(each, field) && !isSetAside(each, field) && (!this.current || each.status === 'current'))
      .map((each) => (each === chosen.evidence ? chosen : stateField(each, field)));
    const same = comparedBy(chosen.value);
    return (this.whole = {
      agreeing: candidates.filter((each) => each !== chosen && comparedBy(each.value) === same),
      differing: chooseValue(field, candidates)!.differing,
    });
  }
}

/** Whether the record says anything of the field. */
export function states({ stated }: Evidence, field: string): boolean {
  return stated[field] !== undefined && stated[field] !== null;
}

/** The number of somebody else: the record still shows what it states, the person does not have it. */
function isSetAside(evidence: Evidence, field: string): boolean {
  return field === 'idNumber' && evidence.personReason === 'NUMBER_SET_ASIDE';
}

/** What one record says of a field that it states. */
export function stateField(evidence: Evidence, field: string): Statement {
  return new RecordStatement(evidence, field);
}

class RecordStatement implements Statement {
  constructor(
    readonly evidence: Evidence,
    readonly field: string,
  ) {}

  get dataset() {
    return this.evidence.dataset;
  }

  get record() {
    return this.evidence.record;
  }

  get value() {
    return this.evidence.stated[this.field]!;
  }

  get statedAt() {
    return statedAt(this.evidence, this.field);
  }
}

/** The value whole, for whoever may see it so: the one place where what is sealed is opened for a viewer. @throws SealBroken */
export function openStatement({ value, evidence }: Statement): Value {
  return evidence.sealing ? openValue(evidence.sealing, value) : maskedValue(value);
}

/** What was written, where it differs from the value; opened as `openStatement` does. @throws SealBroken */
export function openWritten({ field, evidence }: Statement): string | null {
  const written = evidence.raw?.[field] ?? null;
  if (!isSealed(written)) return written;
  return evidence.sealing ? evidence.sealing.open(written.sealed) : written.masked;
}

/** RFC 3339, +08:00: when the register itself says so, else the day of the delivery, else when it was taken in. */
export function statedAt(evidence: Evidence, field?: string): string {
  const { stated, statedOn, carried } = evidence;
  const earlier = field === undefined ? undefined : carried?.[field];
  if (earlier?.statedOn) return `${earlier.statedOn}T00:00:00+08:00`;
  const own = stated['updatedAt'] ?? stated['collectedAt'];
  if (typeof own === 'string') return own;
  if (statedOn !== null) return `${statedOn}T00:00:00+08:00`;
  return evidence.validFrom.toISOString();
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

/** Of what was not opened, its mask. */
export function textOf(value: Value): string {
  const text = maskedValue(value);
  return typeof text === 'string' ? text : JSON.stringify(text);
}
