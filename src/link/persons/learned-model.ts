import type { PoolClient } from 'pg';
import type { TrainedModel } from '../engine/linkage-model.js';
import type { Learned, RuleRecall } from './link-persons.js';
import { NameCounts } from './name-counts.js';
import { PERSON_MODEL } from './person-model.js';

/** The model in use; null where none was trained yet, or only for an older declaration. */
export async function readLearned(client: PoolClient, county: string): Promise<Learned | null> {
  const { rows } = await client.query<{ trained: Kept; name_counts: Buffer }>(
    `select trained, name_counts from linkage_model where county = $1 and name = $2 and version = $3 order by id desc limit 1`,
    [county, PERSON_MODEL.name, PERSON_MODEL.version],
  );
  const [found] = rows;
  if (!found) return null;
  const { blockingRecall, ...trained } = found.trained;
  return { trained, blockingRecall, names: NameCounts.fromBytes(found.name_counts) };
}

type Kept = TrainedModel & { readonly blockingRecall: readonly RuleRecall[] };

/** Puts a model into use; those before it stay, for whoever has to explain an older link. */
export async function writeLearned(
  client: PoolClient,
  county: string,
  { trained, blockingRecall, names }: Learned,
): Promise<void> {
  await client.query(
    `insert into linkage_model (county, name, id, version, trained, name_counts)
     select $1, $2, coalesce(max(id), 0) + 1, $3, $4, $5 from linkage_model where county = $1 and name = $2`,
    [county, PERSON_MODEL.name, PERSON_MODEL.version, JSON.stringify({ ...trained, blockingRecall }), names.toBytes()],
  );
}
