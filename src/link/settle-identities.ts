import { randomFillSync } from 'node:crypto';
import { copyInto } from '../database/copy.js';
import { openFill } from '../database/open-fill.js';
import { assignIdentities } from './assign-identities.js';
import type { Clusters } from './form-building-clusters.js';
import { KINDS, reasonCode, REASONED, type Kind } from './link-columns.js';
import type { Linkage } from './linkage.js';
import { CURRENT } from './record-columns.js';

export interface Settled {
  readonly clusters: number;
  readonly added: number;
  readonly merged: number;
  readonly split: number;
  readonly retired: number;
}

/**
 * Gives each cluster its entity, carried from last night or new, into tonight's links, and stages the entities that are new, merged or
 * back in the temporary table `entity_tonight`; after a full run, all of them with their status.
 */
export async function settleIdentities(
  linkage: Linkage,
  kind: Kind,
  rows: Int32Array,
  { cluster, reason, count }: Clusters,
  reasons: readonly string[] | null,
): Promise<Settled> {
  const { columns, before, after, mode, client, county } = linkage;
  const column = KINDS.indexOf(kind);
  const old = before.entity[column]!;
  const restored = linkage.restored.get(kind);
  const back = new Set(restored?.values());
  const { entity, merged, split, orphaned } = assignIdentities(
    cluster,
    {
      before: (at) => (mode.linkedBefore ? old[rows[at]!]! : 0),
      restored: (at) => restored?.get(columns.id[rows[at]!]!) ?? 0,
      carries: (at) => {
        const row = rows[at]!;
        return (
          kind === 'person' ||
          !columns.traits(row).person ||
          mode.full ||
          before.keyOf('evidence', row) === columns.evidence[row]
        );
      },
      isLeading: (at) => columns.traits(rows[at]!).nameRank === 0 || columns.traits(rows[at]!).defines,
      recordId: (at) => columns.id[rows[at]!]!,
    },
    count,
  );
  // A night does not read the rows that only cite; whether an entity is active is asked of the links then, once they are written.
  const staged = Uint8Array.from(entity, (id) => (mode.full || id === 0 || back.has(id) ? 1 : 0));
  const added = await takeNewIds(linkage, entity);
  const now = after.entity[column]!;
  const current = new Uint8Array(count);
  const reasonColumn = after.reason[REASONED.indexOf(kind as (typeof REASONED)[number])];
  const codes = reasons?.map((text) => reasonCode(text));
  for (let at = 0; at < rows.length; at += 1) {
    const row = rows[at]!;
    const own = cluster[at]!;
    now[row] = own < 0 ? 0 : entity[own]!;
    if (own >= 0 && columns.status[row] === CURRENT) current[own] = 1;
    if (reasonColumn && codes) reasonColumn[row] = own < 0 ? 0 : codes[reason[at]!]!;
  }
  const fill = mode.linkedBefore ? null : await openFill(client, 'entity');
  const staging = copyInto(client, fill?.table ?? 'entity_tonight', ['county', 'id', 'kind', 'status', 'merged_into']);
  let retired = orphaned.length;
  for (let own = 0; own < count; own += 1) {
    if (current[own] === 0) retired += 1;
    if (staged[own] === 0) continue;
    const waiting = staging.write([county, entity[own], kind, current[own] === 1 ? 'active' : 'retired', null]);
    if (waiting) await waiting;
  }
  if (mode.full) for (const id of orphaned) await staging.write([county, id, kind, 'retired', null]);
  const gone = new Map<number, number>();
  for (const [from, into] of merged) {
    gone.set(from, entity[-1 - into]!);
    await staging.write([county, from, kind, 'merged', entity[-1 - into]]);
  }
  linkage.merged.set(kind, gone);
  await staging.end();
  await fill?.finish();
  return { clusters: count, added, merged: merged.length, split: split.length, retired };
}

/**
 * Fills in ids from the sequence, in an order left to chance. Clusters come in the order of their records, and these in that of the deliveries:
 * by rising ids, which lists go by, everybody would learn of whom a register that he may not see had spoken first.
 */
async function takeNewIds({ client }: Linkage, entity: Float64Array): Promise<number> {
  const fresh = entity.reduce((count, id) => count + (id === 0 ? 1 : 0), 0);
  if (fresh === 0) return 0;
  const taken = await client.query<{ last: number }>(
    `select setval('entity_id', nextval('entity_id') + $1 - 1) as last`,
    [fresh],
  );
  const last = Number(taken.rows[0]!.last);
  if (last >= 2 ** 32) throw new Error('Entity ids have passed 2^32: widen the entity columns of the linkage.');
  const ids = shuffled(last - fresh + 1, fresh);
  let next = 0;
  for (let own = 0; own < entity.length; own += 1) if (entity[own] === 0) entity[own] = ids[next++]!;
  return fresh;
}

/** So many numbers from the first on, each once (Fisher and Yates; Durstenfeld 1964). Of 2^32 to choose by, the bias of a million is below 2^-12. */
function shuffled(first: number, count: number): Float64Array {
  const ids = Float64Array.from({ length: count }, (_, at) => first + at);
  const chances = randomFillSync(new Uint32Array(count));
  for (let at = count - 1; at > 0; at -= 1) {
    const other = chances[at]! % (at + 1);
    [ids[at], ids[other]] = [ids[other]!, ids[at]!];
  }
  return ids;
}
