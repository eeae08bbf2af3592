import { setTimeout as sleep } from 'node:timers/promises';
import { Random } from '../../fixtures/county/random.js';
import { IMPORTERS } from '../../importers/index.js';
import { DEMO_PURPOSE, grantDemo, openTokenKeys, signToken } from '../authorize/index.js';
import type { Hub } from '../hub.js';
import { writeCursor } from '../serve/connection.js';
import { Wire, writeRequest } from './api-load.js';
import { QUESTIONS } from './api-questions.js';
import { shuffled } from './deal-turns.js';
import type { LoadJob } from './load-job.js';

/** What a mixed load asks for, in twentieths of all. */
export const MIX = [
  { name: 'person by id', share: 0.6 },
  { name: 'lists', share: 0.25 },
  { name: 'search', share: 0.1 },
  { name: 'aggregates', share: 0.05 },
] as const;
type KindName = (typeof MIX)[number]['name'];

const DOCUMENTS = {
  person: QUESTIONS.person.ours.query,
  people: `query PeopleOf($division: String, $after: String) { page: people(first: 50, after: $after, filter: { division: $division }) {
    pageInfo { hasNextPage endCursor }
    nodes { id name { value } sex { value } birthDate { value } households { household { id number { value } } } } } }`,
  households: `query HouseholdsOf($division: String, $after: String) { page: households(first: 50, after: $after, filter: { division: $division }) {
    pageInfo { hasNextPage endCursor }
    nodes { id number { value } members { nodes { relation { value } person { id name { value } sex { value } birthDate { value } } } } } } }`,
  search: `query Search($filter: PeopleFilter) { people(first: 20, filter: $filter) {
    nodes { id name { value } sex { value } birthDate { value } } } }`,
  byVillage: QUESTIONS.counts.ours.query,
  byAgeAndSex: `query ByAgeAndSex($division: String) { peopleAggregate(groupBy: [AGE, SEX], filter: { division: $division }) {
    groups { keys { code } people } } }`,
  count: `query Count($division: String) { people(first: 1, filter: { division: $division }) { totalCount } }`,
} as const;
type DocumentName = keyof typeof DOCUMENTS;
const DOCUMENT_NAMES = Object.keys(DOCUMENTS) as DocumentName[];

/** Viewers of each level; every other one does not see the police's register. */
const VIEWERS = { county: 4, township: 6, village: 12 } as const;
export type ViewerLevel = keyof typeof VIEWERS;
/** People that each viewer asks for by id, and those of them who are searched for. */
const PERSONS = 800;
const SEARCHED = 120;
/** Places in its list at which each page of a viewer begins: the first half of the time, as people do. */
const PAGES = 24;

export interface MixedViewer {
  readonly client: string;
  readonly level: ViewerLevel;
  readonly division: string;
  readonly registers: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
}

const REGISTERS = IMPORTERS.map(({ register }) => register);
const HIDDEN = 'police';

/** Viewers of a county, its townships and its villages, large and small, each with a grant and a token. */
export async function makeViewers(hub: Hub, county: string): Promise<MixedViewer[]> {
  const keys = await openTokenKeys(hub.config.home);
  const viewers: MixedViewer[] = [];
  for (const level of Object.keys(VIEWERS) as ViewerLevel[]) {
    const codes = level === 'county' ? [county] : await divisionsOf(hub, county, level);
    for (let at = 0; at < VIEWERS[level]; at += 1) {
      const client = `mixed-${level}-${at}`;
      // From the largest to the smallest in equal steps.
      const division = codes[Math.floor((at * codes.length) / VIEWERS[level])]!;
      const registers = at % 2 === 0 ? REGISTERS : REGISTERS.filter((register) => register !== HIDDEN);
      await grantDemo(hub.database.pool, county, client, [division], registers, ['develop']);
      const token = await signToken(keys, { client }, 12 * 3600);
      const headers = { authorization: `Bearer ${token}`, purpose: DEMO_PURPOSE };
      viewers.push({ client, level, division, registers, headers });
    }
  }
  return viewers;
}

/** The largest first. */
export async function divisionsOf(hub: Hub, county: string, level: Exclude<ViewerLevel, 'county'>): Promise<string[]> {
  const rows = await hub.database.query<{ code: string }>(
    `select ${level} as code from link where county = $1 and person is not null and ${level} is not null and status = 'current'
     group by 1 having count(*) > 50 order by count(*) desc, 1`,
    [county],
  );
  return rows.map(({ code }) => code);
}

/** What is asked is drawn from what each viewer may see, as the API itself shows it to that viewer. */
export async function makeJob(
  hub: Hub,
  county: string,
  url: URL,
  viewers: readonly MixedViewer[],
  seed: number,
): Promise<LoadJob> {
  const random = new Random(seed);
  const villages = await divisionsOf(hub, county, 'village');
  const asked: Record<KindName, (readonly [number, number, Readonly<Record<string, unknown>>])[]> = {
    'person by id': [],
    lists: [],
    search: [],
    aggregates: [],
  };
  const wire = new Wire(url);
  for (const [at, viewer] of viewers.entries()) {
    const ask = (kind: KindName, document: DocumentName, variables: Readonly<Record<string, unknown>>) =>
      asked[kind].push([at, DOCUMENT_NAMES.indexOf(document), variables]);
    const persons = await personsOf(hub, county, viewer);
    const ids = persons.map((person) => Buffer.from(`Person:${county}:${person}`).toString('base64url'));
    for (const id of ids) ask('person by id', 'person', { id });

    const own = villages.filter((village) => village.startsWith(viewer.division));
    for (let page = 0; page < PAGES; page += 1) {
      const division = viewer.level === 'village' ? viewer.division : random.pick(own);
      const after = page % 2 === 0 ? null : writeCursor('Person', random.pick(persons));
      ask('lists', 'people', { division, after });
      const households = page % 2 === 0 ? null : writeCursor('Household', random.pick(persons));
      ask('lists', 'households', { division: page % 4 < 2 ? division : viewer.division, after: households });
    }

    for (const id of ids.slice(0, SEARCHED)) {
      const body = JSON.stringify({
        query: `query Known($id: ID!) { person(id: $id) { name { value } idNumber { value } phone { value } } }`,
        variables: { id },
      });
      let answered = await wire.send(writeRequest(url, viewer.headers, body));
      // A machine that does something else at this moment is no reason to give up.
      for (let tries = 0; answered.status === 503 && tries < 20; tries += 1) {
        await sleep(500);
        answered = await wire.send(writeRequest(url, viewer.headers, body));
      }
      const { data } = JSON.parse(answered.body.toString()) as { data?: { person: Known | null } };
      if (!data) throw new Error(`${viewer.client} was answered ${answered.status} ${answered.body.toString()}`);
      const { person } = data;
      const { name, idNumber, phone } = person ?? { name: null, idNumber: null, phone: null };
      // Within a village a surname; within more, the surname and the first character of the name.
      const characters = viewer.level === 'village' ? 1 : 2;
      const namePrefix = [...(name?.value ?? '')].slice(0, characters).join('');
      const division = viewer.level === 'county' ? random.pick(villages).slice(0, 9) : viewer.division;
      if (namePrefix !== '') ask('search', 'search', { filter: { division, namePrefix } });
      if (idNumber) ask('search', 'search', { filter: { idNumber: idNumber.value } });
      if (phone) ask('search', 'search', { filter: { phone: phone.value } });
    }

    ask('aggregates', 'byVillage', {});
    ask('aggregates', 'count', { division: random.pick(own) });
    ask('aggregates', 'byAgeAndSex', { division: random.pick(own) });
  }
  wire.close();
  return {
    url: url.href,
    documents: DOCUMENT_NAMES.map((name) => DOCUMENTS[name]),
    viewers: viewers.map(({ headers }) => headers),
    kinds: MIX.map(({ name, share }) => ({ name, share, asked: shuffled(asked[name], random) })),
  };
}

interface Known {
  readonly name: { readonly value: string } | null;
  readonly idNumber: { readonly value: string } | null;
  readonly phone: { readonly value: string } | null;
}

async function personsOf(hub: Hub, county: string, viewer: MixedViewer): Promise<number[]> {
  const within = viewer.level === 'county' ? '' : `and ${viewer.level} = $4`;
  const rows = await hub.database.query<{ person: number }>(
    `select person from link where county = $1 and person is not null and status = 'current' and register = any ($2) ${within}
     group by 1 order by hashint8(person), 1 limit $3`,
    [county, viewer.registers, PERSONS, ...(viewer.level === 'county' ? [] : [viewer.division])],
  );
  return rows.map(({ person }) => person);
}
