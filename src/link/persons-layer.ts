import { formPersonClusters, PERSON_REASONS, type PersonClusters } from './form-person-clusters.js';
import { inShared } from './engine/thread-arrays.js';
import { NumberIndex } from './engine/number-index.js';
import { KINDS, REASONED, reasonCode } from './link-columns.js';
import type { Linkage } from './linkage.js';
import { applyDecisions, readDecisions, type Decisions } from './persons/decisions.js';
import {
  answersOf,
  type AnswerColumns,
  wantsRewriting,
  writeWords,
  writeEvidenceParts,
} from './persons/evidence-parts.js';
import type { TrainedModel } from './engine/linkage-model.js';
import { readLearned, writeLearned, type LearnedModel, type ModelWord } from './persons/learned-model.js';
import { linkPersons, type Learned, type PersonPartition } from './persons/link-persons.js';
import { PERSON_MODEL } from './persons/person-model.js';
import type { LastNight } from './persons/last-night.js';
import { traitsOf } from './dataset-traits.js';
import { writeReviewPairs } from './persons/write-review-pairs.js';

const PERSON = KINDS.indexOf('person');
const DWELLING = KINDS.indexOf('dwelling');
const BUILDING = KINDS.indexOf('building');

/** All persons of the county, as this run sees them. */
export interface PersonsLayer {
  /** Every row of a person, read or known. */
  readonly rows: Int32Array;
  /** By position in `rows`. */
  readonly persons: PersonClusters;
  readonly partition: PersonPartition;
  readonly decisions: Decisions;
  /** The model that was used. */
  readonly model: LearnedModel;
  /** Positions in `rows` whose person or reason is not last night's, with all rows of the clusters and entities they were or are in. */
  readonly changed: Int32Array;
}

/** A run that believes something else than the night before, on somebody's word. */
export interface Learning {
  /** Null: trained anew on the county's records. */
  readonly trained: TrainedModel | null;
  readonly word: ModelWord;
}

/** Forms the persons anew from all that is known. A night reads none of the rows for it but those that turn out to have moved. */
export async function formPersons(linkage: Linkage, learning: Learning | null): Promise<PersonsLayer> {
  const { client, county, columns, after } = linkage;
  const rows = inShared(Int32Array.from(personRows(linkage)));
  const deterministic = formPersonClusters(columns, rows);
  const decisions = await readDecisions(client, county, (records) => positionsOf(linkage, records));
  const known = await readLearned(client, county);
  // The persons' threads read it as well; a copy beside it would be one more column in memory.
  after.entity[DWELLING] = inShared(after.entity[DWELLING]!);
  const linkBy = (learned: Learned | null): PersonPartition =>
    linkPersons({
      columns,
      rows,
      homes: { dwelling: after.entity[DWELLING]!, building: after.entity[BUILDING]! },
      deterministic,
      learned,
      apart: decisions.apart,
      lastNight: known && learned === known ? lastNightOf(linkage, termsOf(linkage, known)) : null,
    });
  const given = learning?.trained;
  // How common names are is not in the file: where no model that fits has counted them, they are counted first.
  const partition = given
    ? linkBy({ ...(known ?? linkBy(null).learned), trained: given })
    : linkBy(learning ? null : known);
  const isNew = !known || learning !== null;
  const id = isNew ? await writeLearned(client, county, partition.learned, learning?.word ?? null) : known.id;
  const persons = withWhatJoined(linkage, rows, deterministic, partition, decisions);
  const model = { ...partition.learned, id };
  return { rows, persons, partition, decisions, model, changed: changedRows(linkage, rows, persons) };
}

/** What waits for a person, and what the next night has to know. @returns pairs in the queue */
export async function keepPersons(
  linkage: Linkage,
  { rows, persons, partition, decisions, model }: PersonsLayer,
): Promise<number> {
  const { client, county, mode } = linkage;
  const sizes = new Int32Array(persons.count);
  for (const own of persons.cluster) if (own >= 0) sizes[own]! += 1;
  const { at } = partition;
  const sizeOf = (row: number): number => sizes[persons.cluster[at[row]!]!]!;
  const clusterOf = (row: number): number => persons.cluster[at[row]!]!;
  const apart = partition.doubtful.filter(({ row, other }) => clusterOf(row) !== clusterOf(other));
  const queued = await writeReviewPairs(
    linkage,
    apart,
    partition.evidenceWeights,
    decisions,
    ({ row, other }) => sizeOf(row) + sizeOf(other),
  );
  await keepAnswers(linkage, { rows, partition, model }, mode.full || (await wantsRewriting(client, county)));
  return queued;
}

/** @param anew all rows, not only those of which something is another than last night */
async function keepAnswers(
  { client, sealing, county, columns, before, after, lastNight, datasets }: Linkage,
  { rows, partition, model }: Pick<PersonsLayer, 'rows' | 'partition' | 'model'>,
  anew: boolean,
): Promise<void> {
  const { at } = partition;
  const { mark, answer, partner, surety, building } = partition.answers;
  const partnerOf = (i: number): number => (partner[i]! < 0 ? 0 : columns.id[partner[i]!]!);
  const last = lastNight?.answers;
  const isKept = (row: number): boolean => {
    const i = at[row]!;
    return (
      last?.mark[row] === mark[i] &&
      last?.answer[row] === answer[i] &&
      last?.partner[row] === partnerOf(i) &&
      last?.surety[row] === surety[i] &&
      last?.building[row] === building[i] &&
      ENTITIES_KEPT.every((kind) => before.entity[kind]![row] === after.entity[kind]![row]) &&
      before.reason[0]![row] === after.reason[0]![row]
    );
  };
  await writeEvidenceParts(
    client,
    sealing,
    county,
    columns,
    after,
    anew ? rows : rows.filter((row) => !isKept(row)),
    (row, into, to) => {
      const i = at[row]!;
      into.mark[to] = mark[i]!;
      into.answer[to] = answer[i]!;
      into.partner[to] = partnerOf(i);
      into.surety[to] = surety[i]!;
      into.building[to] = building[i]!;
    },
    anew,
  );
  await writeWords(client, sealing, county, termsOf({ datasets }, model), partition.kept);
}

const ENTITIES_KEPT = [PERSON, DWELLING, BUILDING];

/** Answers given under other terms are worth nothing. */
function termsOf({ datasets }: Pick<Linkage, 'datasets'>, { id }: LearnedModel): string {
  return JSON.stringify([id, PERSON_MODEL.version, traitsOf(datasets)]);
}

/** Null where nothing is known of last night that holds tonight. */
function lastNightOf({ columns, before, lastNight, replaced }: Linkage, terms: string): LastNight | null {
  if (!lastNight || lastNight.terms !== terms) return null;
  const { known, answers, words } = lastNight;
  const dwelling = before.entity[DWELLING]!;
  return { ...asLongAs(columns.size, answers), places: known, dwelling, replaced, words };
}

/** Rows that nobody knew have answered nothing. */
function asLongAs(rows: number, answers: AnswerColumns): AnswerColumns {
  if (answers.mark.length >= rows) return answers;
  const padded = answersOf(rows);
  for (const name of ['mark', 'answer', 'partner', 'surety', 'building'] as const) padded[name].set(answers[name]);
  return padded;
}

/** Also a row that spoke of a person once: its person has to learn that it does no more. */
function* personRows({ columns, before, mode }: Linkage): Generator<number> {
  const old = before.entity[PERSON]!;
  for (let row = 0; row < columns.size; row += 1)
    if (columns.traits(row).person || (mode.linkedBefore && old[row] !== 0)) yield row;
}

function positionsOf({ columns }: Linkage, records: ReadonlySet<number>): Map<number, number> {
  const positions = new Map<number, number>();
  if (records.size === 0) return positions;
  for (let row = 0; row < columns.size; row += 1) {
    const id = columns.id[row]!;
    if (records.has(id) && columns.traits(row).person) positions.set(id, row);
  }
  return positions;
}

/** The deterministic clusters with what agreement and people's decisions made of them. */
function withWhatJoined(
  { columns }: Linkage,
  rows: Int32Array,
  deterministic: PersonClusters,
  { at, cluster, count, byAgreement }: PersonPartition,
  decisions: Decisions,
): PersonClusters {
  const decided = applyDecisions(columns, cluster, count, at, decisions, byAgreement);
  const members = new Int32Array(decided.count);
  for (const own of cluster) if (own >= 0) members[own]! += 1;
  const [agreed, aside, said] = (['AGREEMENT', 'NUMBER_SET_ASIDE', 'DECISION'] as const).map((reason) =>
    PERSON_REASONS.indexOf(reason),
  );
  const reason = deterministic.reason.map((code, i) => {
    if (decided.moved.has(rows[i]!)) return said!;
    if (byAgreement[i] !== 0) return byAgreement[i] === 1 ? agreed! : aside!;
    // Somebody was joined to a row that stood alone.
    return code === 0 && cluster[i]! >= 0 && members[cluster[i]!]! > 1 ? agreed! : code;
  });
  const packed = new Int32Array(decided.count).fill(-1);
  let next = 0;
  const now = cluster.map((own) => (own < 0 ? -1 : packed[own]! >= 0 ? packed[own]! : (packed[own] = next++)));
  return {
    ...deterministic,
    cluster: now,
    count: next,
    reason,
    anchorCluster: deterministic.anchor.map((row) => (row < 0 ? -1 : now[at[row]!]!)),
  };
}

/** By what last night's entities and tonight's clusters have in common: a person of whom nothing moved is left alone. */
function changedRows(
  { before, mode }: Linkage,
  rows: Int32Array,
  { cluster, count, reason }: PersonClusters,
): Int32Array {
  if (mode.full) return Int32Array.from(rows, (_, at) => at);
  const old = before.entity[PERSON]!;
  const codes = PERSON_REASONS.map((text) => reasonCode(text));
  const oldReason = before.reason[REASONED.indexOf('person')]!;
  const entityOf = new Float64Array(count).fill(-1);
  const isChanged = new Uint8Array(count);
  const entities = new NumberIndex(Math.max(16, count));
  const clusterOf = new Int32Array(rows.length).fill(-1);
  const lost = new Set<number>();
  rows.forEach((row, at) => {
    const own = cluster[at]!;
    const entity = before.present[row] === 0 ? 0 : old[row]!;
    if (own < 0) {
      if (entity !== 0) lost.add(entity);
      return;
    }
    if (entityOf[own] === -1) entityOf[own] = entity;
    if (entity === 0 || entityOf[own] !== entity || oldReason[row] !== codes[reason[at]!]) isChanged[own] = 1;
    if (entity === 0) return;
    const place = entities.add(entity);
    const known = clusterOf[place]!;
    if (known === -1) clusterOf[place] = own;
    if (known === -1 || known === own) return;
    isChanged[own] = 1;
    isChanged[known] = 1;
  });
  // Whoever shares an entity with a cluster that changed is looked at with it: the entity may be theirs now.
  const touched = new Set(lost);
  rows.forEach((row, at) => {
    if (cluster[at]! >= 0 && isChanged[cluster[at]!] === 1 && old[row] !== 0) touched.add(old[row]!);
  });
  const changed: number[] = [];
  rows.forEach((row, at) => {
    const own = cluster[at]!;
    if ((own >= 0 && isChanged[own] === 1) || touched.has(old[row]!)) changed.push(at);
  });
  return Int32Array.from(changed);
}
