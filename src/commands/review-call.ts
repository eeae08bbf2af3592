import { DECIDED_KINDS, VERDICTS, type DecidedKind, type Verdict } from '../model/decision.js';
import type { Words } from '../model/register.js';
import { UsageError } from './command.js';

/** What one call of `hub review` asks for. @throws UsageError where the words of the call do not make one of the six */
export function readCall(
  refs: readonly string[],
  options: Readonly<Record<string, string | boolean | undefined>>,
): Call {
  const verdicts = (Object.keys(VERDICTS) as Verdict[]).filter((verdict) => options[verdict] === true);
  const { confirm, revoke, decisions } = options;
  const asked = [refs.length > 0, confirm !== undefined, revoke !== undefined, decisions === true];
  if (asked.filter(Boolean).length > 1 || verdicts.length > 1 || (verdicts.length > 0 && refs.length === 0)) {
    throw new UsageError({
      zh: '一次只做一件事：两条记录（可加一种判定）、--confirm、--revoke 或 --decisions',
      en: 'One thing at a time: two refs (with one verdict or none), --confirm, --revoke or --decisions.',
    });
  }
  const by = options['by'] as string | undefined;
  const reason = options['reason'] as string | undefined;
  const who = (): string =>
    by || missing({ zh: '须用 --by 写明姓名（记录在案）', en: '--by says who answers for it; it is kept on record.' });
  const why = (): string =>
    reason || missing({ zh: '须用 --reason 写明理由（记录在案）', en: '--reason says why; it is kept on record.' });
  if (confirm !== undefined) return { what: 'confirm', id: numberOf('--confirm', confirm), by: who() };
  if (revoke !== undefined) return { what: 'revoke', id: numberOf('--revoke', revoke), by: who(), reason: why() };
  const paged = {
    csv: options['csv'] === true,
    page: numberOf('--page', options['page']),
    limit: numberOf('--limit', options['limit']),
  };
  if (decisions === true) return { what: 'decisions', ...paged };
  if (refs.length === 0) return { what: 'list', ...paged };
  if (refs.length !== 2) return missing({ zh: '须给出两条记录的引用', en: 'It takes the refs of two records.' });
  const kind = options['kind'] as string;
  if (!isKind(kind)) return missing({ zh: `没有这一类：${kind}`, en: `There is no kind ${kind}.` });
  const pair = { kind, refs: [refs[0]!, refs[1]!] as const };
  return verdicts[0]
    ? { what: 'decide', ...pair, verdict: verdicts[0], by: who(), reason: why() }
    : { what: 'show', ...pair };
}

function missing(words: Words): never {
  throw new UsageError(words);
}

function numberOf(flag: string, given: unknown): number {
  const number = Number(String(given).replace(/^#/, ''));
  if (Number.isSafeInteger(number) && number >= 1) return number;
  return missing({ zh: `${flag} 须为正整数`, en: `${flag} takes a positive whole number.` });
}

const isKind = (text: string): text is DecidedKind => Object.hasOwn(DECIDED_KINDS, text);

interface Officer {
  readonly by: string;
  readonly reason: string;
}
export interface Paged {
  readonly csv: boolean;
  readonly page: number;
  readonly limit: number;
}
export type Call =
  | ({ readonly what: 'list' } & Paged)
  | ({ readonly what: 'decisions' } & Paged)
  | { readonly what: 'show'; readonly kind: DecidedKind; readonly refs: readonly [string, string] }
  | ({
      readonly what: 'decide';
      readonly kind: DecidedKind;
      readonly refs: readonly [string, string];
      readonly verdict: Verdict;
    } & Officer)
  | { readonly what: 'confirm'; readonly id: number; readonly by: string }
  | ({ readonly what: 'revoke'; readonly id: number } & Officer);
