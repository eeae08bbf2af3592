import type { ListedDecision } from '../decide/list-decisions.js';
import type { QueuePage } from '../decide/list-queue.js';
import type { Pair } from '../decide/read-pair.js';
import type { LinkReport } from '../link/link-touched.js';
import { wordsOfLevel } from '../link/words-of-level.js';
import { agreementOf, AGREEMENTS, meaningOf, type EvidenceStep } from '../model/comparison.js';
import { DECIDED_KINDS, DECISION_STATES, VERDICTS, type Decision } from '../model/decision.js';
import { maskValue } from '../model/mask-value.js';
import type { Value } from '../model/record.js';
import type { Words } from '../model/register.js';
import { openValue, type Sealing } from '../model/sealing.js';
import type { CommandContext } from './command.js';
import type { Paged } from './review-call.js';
import { table } from './terminal.js';

type Telling = Pick<CommandContext, 'terminal' | 'say' | 'config'>;

export function tellQueue(
  { pairs, total }: QueuePage,
  { csv: all, page, limit }: Paged,
  { terminal, say }: Telling,
): void {
  if (all) {
    terminal.line('one,other,kind,probability,bits,people,priority,proposed,since');
    for (const pair of pairs) {
      const { one, other, kind, probability, weight, people, priority, proposed, openedAt } = pair;
      terminal.line(
        csv([one, other, kind, probability, weight, people, priority, proposed ?? '', openedAt.toISOString()]),
      );
    }
    return;
  }
  terminal.line(
    say({
      zh: `待判定 ${total.toLocaleString('en')} 对，影响最大、最难判断的在前`,
      en: `${total.toLocaleString('en')} pairs wait; first what touches most and is least certain`,
    }),
  );
  if (pairs.length === 0) return;
  const head = say({
    zh: '概率 记录数 种类 记录 另一记录 备注',
    en: 'probability records kind record other note',
  }).split(' ');
  const rows = pairs.map((pair) => [
    percent(pair.probability),
    String(pair.people),
    say(DECIDED_KINDS[pair.kind]),
    pair.one,
    pair.other,
    pair.proposed === null
      ? ''
      : say({ zh: `判定 #${pair.proposed} 待第二人确认`, en: `#${pair.proposed} waits for a second person` }),
  ]);
  for (const line of table([head, ...rows])) terminal.line(line);
  const last = Math.ceil(total / limit);
  if (last > 1)
    terminal.line(say({ zh: `第 ${page} 页，共 ${last} 页（--page）`, en: `page ${page} of ${last} (--page)` }));
}

export function tellDecisions(
  decisions: readonly ListedDecision[],
  { csv: all }: Paged,
  { terminal, say }: Telling,
): void {
  if (all) {
    terminal.line(
      'id,one,other,kind,verdict,state,reason,decided_by,decided_at,origin,confirmed_by,confirmed_at,revoked_by,revoked_at,revoke_reason',
    );
    for (const each of decisions) {
      terminal.line(
        csv([
          each.id,
          each.one,
          each.other,
          each.kind,
          each.verdict,
          each.state,
          each.reason,
          each.decidedBy,
          each.decidedAt.toISOString(),
          each.origin,
          each.confirmedBy ?? '',
          each.confirmedAt?.toISOString() ?? '',
          each.revokedBy ?? '',
          each.revokedAt?.toISOString() ?? '',
          each.revokeReason ?? '',
        ]),
      );
    }
    return;
  }
  for (const each of decisions) {
    terminal.line(`#${each.id}  ${each.one}  ${each.other}`);
    for (const step of stepsOf(each)) terminal.line(`    ${say(step)}`);
  }
}

/** What happened to a decision, a sentence a step. */
function stepsOf(decision: Omit<Decision, 'one' | 'other'>): Words[] {
  const verdict = VERDICTS[decision.verdict];
  const state = DECISION_STATES[decision.state];
  const steps: Words[] = [
    {
      zh: `${verdict.zh}（${state.zh}）：${decision.decidedBy}，${moment(decision.decidedAt)}，${decision.reason}`,
      en: `${verdict.en} (${state.en}): ${decision.decidedBy}, ${moment(decision.decidedAt)}: ${decision.reason}`,
    },
  ];
  if (decision.confirmedBy !== null) {
    steps.push({
      zh: `确认：${decision.confirmedBy}，${moment(decision.confirmedAt!)}`,
      en: `confirmed: ${decision.confirmedBy}, ${moment(decision.confirmedAt!)}`,
    });
  }
  if (decision.revokedBy !== null) {
    steps.push({
      zh: `撤销：${decision.revokedBy}，${moment(decision.revokedAt!)}，${decision.revokeReason}`,
      en: `revoked: ${decision.revokedBy}, ${moment(decision.revokedAt!)}: ${decision.revokeReason}`,
    });
  }
  return steps;
}

/** The waterfall: the prior, each comparison, the sum. Values are masked. */
export function tellPair(pair: Pair, sealing: Sealing, { terminal, say, config }: Telling): void {
  if (pair.doubt === null) {
    terminal.line(
      say({
        zh: '引擎对这两条记录没有疑问（不在队列中）；依据见 explain',
        en: 'The engine is in no doubt about these two; see explain for its reasons.',
      }),
    );
  } else {
    const { evidence, probability, weight, people } = pair.doubt;
    const head = say({ zh: '比较 比特 结果 一方 另一方', en: 'compared bits how one other' }).split(' ');
    const rows = evidence.map((step) => [
      say(meaningOf(step.comparison)),
      bits(step.bits),
      step.comparison === 'prior' ? '' : `${sign(step, say)}${say(wordsOfLevel(step.comparison, step.level))}`,
      shown(sealing, step, pair.stated[0], config.language),
      shown(sealing, step, pair.stated[1], config.language),
    ]);
    const sum = [
      say({ zh: '合计', en: 'sum' }),
      bits(weight),
      say({ zh: `概率 ${percent(probability)}`, en: `probability ${percent(probability)}` }),
      '',
      '',
    ];
    for (const line of table([head, ...rows, sum])) terminal.line(line);
    terminal.line(say({ zh: `涉及 ${people} 条记录`, en: `${people} records would change their entity` }));
  }
  for (const decision of pair.decisions) {
    terminal.line(`#${decision.id}`);
    for (const step of stepsOf(decision)) terminal.line(`    ${say(step)}`);
  }
}

const sign = (step: EvidenceStep, say: CommandContext['say']): string => {
  const agreement = agreementOf(step);
  return agreement === null ? '' : `${say(AGREEMENTS[agreement])} · `;
};

function shown(
  sealing: Sealing,
  step: EvidenceStep,
  stated: Readonly<Record<string, Value>>,
  language: 'zh' | 'en',
): string {
  const field = meaningOf(step.comparison).fields.find((name) => stated[name] !== undefined && stated[name] !== null);
  return field === undefined ? '' : maskValue(field, openValue(sealing, stated[field]!), language);
}

/** What came of an officer’s word. @returns whether there was anything to decide */
export function tellOutcome(decision: Decision | null, link: LinkReport | null, { terminal, say }: Telling): boolean {
  if (decision === null) {
    terminal.note(
      say({ zh: '没有这项判定，或记录尚未归并', en: 'There is no such decision, or the records are not linked yet.' }),
    );
    return false;
  }
  terminal.line(`#${decision.id}`);
  for (const step of stepsOf(decision)) terminal.line(`    ${say(step)}`);
  if (decision.state === 'proposed') {
    terminal.line(
      say({
        zh: `涉及三条以上记录或两个有效身份号码：须由另一人执行 review --confirm ${decision.id} --by 姓名 后生效`,
        en: `It would merge more than three records or two valid numbers: it takes effect once somebody else runs review --confirm ${decision.id} --by NAME`,
      }),
    );
  }
  if (link) {
    terminal.line(
      say({
        zh: `归并：并入 ${link.merged}，拆出 ${link.split}；${link.seconds.toFixed(1)} 秒`,
        en: `linked: merged ${link.merged}, split ${link.split}; ${link.seconds.toFixed(1)} s`,
      }),
    );
  }
  return true;
}

const percent = (share: number): string => `${(share * 100).toFixed(1)}%`;
const bits = (weight: number): string => `${weight < 0 ? '–' : ''}${Math.abs(weight).toFixed(1)}`;
const moment = (at: Date): string => at.toLocaleString('sv-SE', { timeZone: 'Asia/Shanghai' });

function csv(cells: readonly (string | number)[]): string {
  return cells
    .map((cell) => {
      // A spreadsheet runs what begins with one of these as a formula; a number may be negative.
      const text = typeof cell === 'string' && /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : String(cell);
      return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
    })
    .join(',');
}
