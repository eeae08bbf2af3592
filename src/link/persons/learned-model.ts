import type { PoolClient } from 'pg';
import type { TrainedModel } from '../engine/linkage-model.js';
import type { Learned, RuleRecall } from './link-persons.js';
import { NameCounts } from './name-counts.js';
import { PERSON_MODEL } from './person-model.js';

/** Who put a model into use, and whether it was trained or read from a file that people have reviewed. */
export interface ModelWord {
  readonly by: string;
  readonly reason: string;
  readonly from: 'training' | 'file';
}

/** A model as it was put into use. */
export interface KeptModel {
  /** Counted by county; the highest is the one in use. */
  readonly id: number;
  readonly trainedAt: Date;
  readonly trained: TrainedModel;
  readonly blockingRecall: readonly RuleRecall[];
  /** Null for the first, which the first load trained by itself. */
  readonly word: ModelWord | null;
}

/** What stands in the column `trained`. */
type Kept = TrainedModel & { readonly blockingRecall: readonly RuleRecall[]; readonly word?: ModelWord };

/** What the person comparisons of a county believe. */
export interface LearnedModel extends Learned {
  readonly id: number;
}

/** The model in use; null where none was trained yet, or only for a declaration with other comparisons or levels. */
export async function readLearned(client: PoolClient, county: string): Promise<LearnedModel | null> {
  const { rows } = await client.query<{ id: number; trained: Kept; name_counts: Buffer }>(
    `select id, trained, name_counts from linkage_model where county = $1 and name = $2 and version = $3 order by id desc limit 1`,
    [county, PERSON_MODEL.name, PERSON_MODEL.version],
  );
  const [found] = rows;
  if (!found) return null;
  const { blockingRecall, word: _, ...trained } = found.trained;
  if (!isOfDeclaration(trained)) return null;
  return { id: found.id, trained, blockingRecall, names: NameCounts.fromBytes(found.name_counts) };
}

/** Weights are looked up by a level's place: one level more or less, and every one after it would weigh what another should. */
function isOfDeclaration({ comparisons }: TrainedModel): boolean {
  return PERSON_MODEL.comparisons.every(({ name, levels }) => {
    const stated = comparisons[name] ?? [];
    return stated.length === levels.length && levels.every(({ code }, at) => stated[at]!.code === code);
  });
}

/** @param id the one in use where null @returns null where there is no such model */
export async function readModel(
  client: Pick<PoolClient, 'query'>,
  county: string,
  id: number | null,
): Promise<KeptModel | null> {
  const { rows } = await client.query<{ id: number; trained: Kept; trainedAt: Date }>(
    `select id, trained, trained_at as "trainedAt" from linkage_model
     where county = $1 and name = $2 and ($3::integer is null or id = $3) order by id desc limit 1`,
    [county, PERSON_MODEL.name, id],
  );
  const [found] = rows;
  if (!found) return null;
  const { blockingRecall, word = null, ...trained } = found.trained;
  return { id: found.id, trainedAt: found.trainedAt, trained, blockingRecall, word };
}

/** Puts a model into use; those before it stay, for whoever has to explain an older link. @returns its id */
export async function writeLearned(
  client: PoolClient,
  county: string,
  { trained, blockingRecall, names }: Learned,
  word: ModelWord | null,
): Promise<number> {
  const kept: Kept = { ...trained, blockingRecall, ...(word && { word }) };
  const { rows } = await client.query<{ id: number }>(
    `insert into linkage_model (county, name, id, version, trained, name_counts)
     select $1, $2, coalesce(max(id), 0) + 1, $3, $4, $5 from linkage_model where county = $1 and name = $2 returning id`,
    [county, PERSON_MODEL.name, PERSON_MODEL.version, JSON.stringify(kept), names.toBytes()],
  );
  return rows[0]!.id;
}

/** As the record of a run names it. */
export function nameOfModel({ trained, id }: { readonly trained: TrainedModel; readonly id: number }): string {
  return `${trained.model} v${trained.version} #${id}`;
}
