import type { ExecutionResult } from 'graphql';
import { ReadingFailed } from '../authorize/index.js';
import type { Access, AccessOutcome } from '../model/access.js';
import { shows, type TokenHolder, type Viewer } from '../model/viewer.js';
import type { ToldAccess } from './access-note.js';
import type { Accessing } from './accessing.js';
import type { RequestContext } from './context.js';
import { codeOf, type ErrorCode } from './errors.js';
import type { Survey } from './survey-operation.js';

/**
 * Writes down what an operation read, before anybody is told of it.
 * @param failure what the reading ended with; null where it answered
 * @throws ReadingFailed where it cannot be written: then the answer is not given
 */
export async function writeAccess(
  accessing: Accessing,
  { viewer, requestId }: RequestContext,
  survey: Survey,
  told: ToldAccess,
  result: ExecutionResult | null,
  failure: unknown,
  started: number,
): Promise<void> {
  // What was read and not told has not left the house.
  const left = result?.data !== null && result?.data !== undefined;
  const error = failure ?? result?.errors?.[0] ?? null;
  const code = error === null ? null : codeOf(error);
  const persons = left ? inOrder(told.persons) : [];
  const households = left ? inOrder(told.households) : [];
  const showed = persons.length + households.length > 0;
  const classes = [...new Set([...survey.classes, ...told.soughtBy])];
  const access: Access = {
    county: viewer.divisions[0]!.slice(0, 6),
    request: requestId,
    client: viewer.client,
    person: viewer.person,
    token: viewer.token,
    purpose: viewer.purpose,
    basis: viewer.basis,
    grants: viewer.grants,
    emergency: viewer.emergency,
    operation: survey.operation,
    document: survey.document,
    asked: survey.asked,
    persons,
    households,
    shown: showed ? classes.filter((each) => shows(viewer, each)) : [],
    masked: showed ? classes.filter((each) => !shows(viewer, each)) : [],
    revealed: left ? [...told.classes].toSorted() : [],
    revealReasons: left ? reasonsOf(told) : [],
    outcome: showed ? 'ok' : code === null ? 'none' : (OUTCOMES[code] ?? 'refused'),
    code,
    ms: performance.now() - started,
  };
  try {
    await accessing.write(access);
  } catch (cause) {
    throw new ReadingFailed('unavailable', { cause });
  }
}

/** Who was refused: as its token says, and as far as it was admitted. */
type RefusedAs = TokenHolder & Partial<Pick<Viewer, 'divisions' | 'basis' | 'grants' | 'emergency'>>;

/**
 * Writes down that a client was refused before it could ask. Whether or not that can be written: it is told nothing but the refusal.
 * @param purpose as the client named it; it may be none of the county's
 * @param survey what it would have asked, where that is known
 */
export async function writeRefusal(
  accessing: Accessing,
  { client, person, token, divisions, basis = '', grants = [], emergency = false }: RefusedAs,
  requestId: string,
  purpose: string | null,
  code: ErrorCode,
  survey: Survey | null = null,
): Promise<void> {
  if (!isRefusal(code)) return;
  const refused: Access = {
    county: divisions?.[0]?.slice(0, 6) ?? null,
    request: requestId,
    client,
    person,
    token,
    purpose: purpose !== null && withoutNumbers(purpose) === purpose ? purpose : '',
    basis,
    grants,
    emergency,
    operation: survey?.operation ?? null,
    document: survey?.document ?? '',
    asked: survey?.asked ?? [],
    persons: [],
    households: [],
    shown: [],
    masked: [],
    revealed: [],
    revealReasons: [],
    outcome: 'refused',
    code,
    ms: 0,
  };
  await accessing.write(refused).catch(() => {});
}

/** Whether it is the client's doing: not a fault of the hub, and not a house that is full, of which there would be a row a knock. */
export function isRefusal(code: ErrorCode): boolean {
  return OUTCOMES[code] === undefined && code !== 'RATE_LIMITED' && code !== 'OVERLOADED';
}

/** The hub's own fault; everything else is a refusal. */
const OUTCOMES: Partial<Record<ErrorCode, AccessOutcome>> = {
  INTERNAL: 'error',
  UNAVAILABLE: 'error',
  TIMEOUT: 'error',
};

/** What was verified says how often in place of why: who guesses is told by what was not matched. */
function reasonsOf({ reasons, verification: { asked, missed } }: ToldAccess): string[] {
  const verified = asked === 0 ? [] : [`verified ${asked}, not matched ${missed}`];
  return [...[...reasons].map(withoutNumbers), ...verified].toSorted();
}

/** An officer writes why; a number in it could be somebody's. */
const withoutNumbers = (reason: string): string => reason.replaceAll('\0', '').replaceAll(/[\d０-９]{5,}[XxＸ]?/g, '*');

const inOrder = (ids: ReadonlySet<number>): number[] => [...ids].toSorted((a, b) => a - b);
