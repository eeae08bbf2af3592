import { isSealed } from './sealing.js';
import type { FieldName } from './field.js';

/**
 * Which dataset speaks first for which field, from the left. Datasets not named come after those named, the most recent first; so do
 * fields not named. Within one dataset the most recent statement counts.
 *
 * The police speak for who someone is; whoever was last at the door for where and how they are reached; the paying office for benefits.
 */
export const SOURCE_PRIORITY = {
  name: [
    'police/residents',
    'police/floating',
    'party-building/members',
    'civil-affairs/benefits',
    'governance/residents',
  ],
  formerName: ['police/residents'],
  idNumber: [
    'police/residents',
    'police/floating',
    'party-building/members',
    'civil-affairs/benefits',
    'governance/residents',
  ],
  sex: ['police/residents', 'police/floating', 'party-building/members'],
  birthDate: ['police/residents', 'police/floating', 'party-building/members'],
  maritalStatus: ['police/residents'],
  education: ['party-building/members', 'police/residents'],
  workplace: ['police/residents'],
  householdNumber: ['police/residents'],
  householdStatus: ['police/residents'],
  statusDate: ['police/residents'],
  relation: ['police/residents', 'governance/residents', 'civil-affairs/benefits'],
  registeredDivision: ['police/residents', 'police/floating'],
  deathDate: ['civil-affairs/funerals', 'police/residents'],
  cremationDate: ['civil-affairs/funerals'],
  phone: [
    'governance/residents',
    'police/floating',
    'civil-affairs/benefits',
    'party-building/members',
    'police/residents',
  ],
  address: [
    'governance/residents',
    'police/floating',
    'civil-affairs/benefits',
    'police/dwellings',
    'police/residents',
  ],
  addressElements: [
    'governance/residents',
    'police/floating',
    'civil-affairs/benefits',
    'police/dwellings',
    'police/residents',
  ],
  village: ['governance/residents', 'police/floating', 'civil-affairs/benefits', 'police/residents'],
  gridCode: ['governance/residents', 'governance/buildings'],
  room: ['police/dwellings', 'governance/residents'],
  buildingCode: ['police/dwellings', 'governance/buildings'],
  longitude: ['police/dwellings', 'governance/buildings'],
  latitude: ['police/dwellings', 'governance/buildings'],
  residence: ['governance/residents'],
  careTags: ['governance/residents'],
  headName: ['governance/residents', 'civil-affairs/benefits'],
  headIdNumber: ['civil-affairs/benefits'],
  programme: ['civil-affairs/benefits'],
  monthlyAmount: ['civil-affairs/benefits'],
  organisationCode: ['party-building/members', 'party-building/organisations'],
  organisationName: ['party-building/organisations', 'party-building/members'],
  memberStatus: ['party-building/members'],
  joinedOn: ['party-building/members'],
} as const satisfies Partial<Record<FieldName, readonly string[]>>;

/** One source's statement of a field, as the viewer may see it. */
export interface Candidate<V = unknown> {
  readonly value: V;
  /** `register/dataset`. */
  readonly dataset: string;
  /** When the source stated it, RFC 3339 or `YYYY-MM-DD…`: anything that sorts as text. */
  readonly statedAt: string;
  /** Decides between equals, so that one set of records has one answer. */
  readonly record: number;
  /** A record that its source has withdrawn counts after every current one. */
  readonly retired?: boolean;
}

export interface Choice<C extends Candidate> {
  readonly chosen: C;
  /** Best of each other value, in the order of priority. */
  readonly differing: readonly C[];
}

/** Position of a dataset in a field's row of the table, 0 first; after all named where it is not. */
export function rankOfSource(field: string, dataset: string): number {
  const order = (SOURCE_PRIORITY as Readonly<Record<string, readonly string[]>>)[field] ?? [];
  const rank = order.indexOf(dataset);
  return rank < 0 ? order.length : rank;
}

/**
 * The value that is shown, and the others that differ from it. Only what the viewer may see is to be given: a choice over more would
 * tell what a hidden source knows.
 * @returns null where no candidate states anything
 */
export function chooseValue<C extends Candidate>(field: string, candidates: readonly C[]): Choice<C> | null {
  const stated = candidates
    .filter(({ value }) => value !== null && value !== undefined && value !== '')
    .toSorted((one, other) => compareCandidates(field, one, other));
  const [chosen, ...others] = stated;
  if (!chosen) return null;
  const seen = new Set([textOf(chosen.value)]);
  const differing = others.filter(({ value }) => {
    const text = textOf(value);
    if (seen.has(text)) return false;
    seen.add(text);
    return true;
  });
  return { chosen, differing };
}

function compareCandidates(field: string, one: Candidate, other: Candidate): number {
  return (
    Number(one.retired ?? false) - Number(other.retired ?? false) ||
    rankOfSource(field, one.dataset) - rankOfSource(field, other.dataset) ||
    (one.statedAt < other.statedAt ? 1 : one.statedAt > other.statedAt ? -1 : 0) ||
    one.record - other.record
  );
}

/** Equal content, equal text, whatever the order of an object's keys. */
export function textOf(value: unknown): string {
  // The same value is sealed to another text each time.
  if (isSealed(value)) return value.index;
  if (Array.isArray(value)) return `[${value.map(textOf).join(',')}]`;
  if (value !== null && typeof value === 'object') {
    const entries = Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1));
    return `{${entries.map(([key, inner]) => `${key}:${textOf(inner)}`).join(',')}}`;
  }
  return JSON.stringify(value) ?? '';
}
