import { NumberIndex } from './engine/number-index.js';

export interface Identities {
  /** By cluster: an entity id, or 0 where a new one is needed. */
  readonly entity: Float64Array;
  /** Entities all of whose records went elsewhere, and where most of them went. */
  readonly merged: readonly (readonly [from: number, into: number])[];
  /** Entities that lost some of their records to another. */
  readonly split: readonly number[];
  /** Entities whose records speak of nothing of the kind any more. */
  readonly orphaned: readonly number[];
}

const RANGE = 2 ** 26;

/** What a row says about the entity that it spoke of last night. All by position. */
export interface Memory {
  /** The entity's id, 0 for none. */
  before(position: number): number;
  /** The id that a person's undo gives back to this row's cluster; 0 where nobody said so. */
  restored(position: number): number;
  /** False where the row left for reasons of its own: who moved house does not make the old dwelling the new one. */
  carries(position: number): boolean;
  isLeading(position: number): boolean;
  recordId(position: number): number;
}

/**
 * Carries entity ids from last night's clusters to tonight's. A cluster keeps the id that most of its records had (a tie: the lowest).
 * Where two clusters want one id, the part with a record of the leading register has it, else the larger, else that of the lowest record.
 * Rows given must hold all records of every old entity among them.
 * @param cluster by position; -1 for none
 */
export function assignIdentities(cluster: Int32Array, memory: Memory, clusters: number): Identities {
  const entity = new Float64Array(clusters);
  const { claims, parts, orphans } = countClaims(cluster, memory);
  // What a cluster wants most, first; a cluster that loses it asks for what it wants next.
  const wishes = Map.groupBy(claims, (claim) => claim.own);
  for (const list of wishes.values())
    list.sort((one, other) => other.count - one.count || rank(other) - rank(one) || one.old - other.old);
  const holder = new Map<number, Claim>();
  const asking = [...wishes.values()];
  while (asking.length > 0) {
    const list = asking.pop()!;
    const claim = list.shift();
    if (!claim) continue;
    const rival = holder.get(claim.old);
    if (!rival || precedes(claim, rival)) {
      holder.set(claim.old, claim);
      if (rival) asking.push(wishes.get(rival.own)!);
    } else asking.push(list);
  }
  for (const claim of holder.values()) entity[claim.own] = claim.old;
  const merged: (readonly [number, number])[] = [];
  const split: number[] = [];
  const orphaned = [...orphans].filter(([, alone]) => alone).map(([old]) => old);
  for (const [old, list] of Map.groupBy(parts, (part) => part.old)) {
    if (list.length > 1) split.push(old);
    if (holder.has(old)) continue;
    const carried = list.filter((part) => part.carried > 0);
    carried.sort((one, other) => other.carried - one.carried || entity[one.own]! - entity[other.own]!);
    // A part may have no id yet; then the redirect is known only once it has one.
    if (carried[0]) merged.push([old, -1 - carried[0].own]);
    else orphaned.push(old);
  }
  return { entity, merged, split, orphaned };
}

interface Claim {
  readonly old: number;
  readonly own: number;
  /** Rows of the cluster that had the id, or are to have it back. */
  readonly count: number;
  /** No row of it had the id; an undo gives it back. */
  readonly back: boolean;
  readonly leading: boolean;
  readonly lowest: number;
}

interface Part {
  readonly old: number;
  readonly own: number;
  /** Rows of the old entity in this cluster that speak for its having gone there. */
  readonly carried: number;
}

function countClaims(
  cluster: Int32Array,
  { before, restored, carries, isLeading, recordId }: Memory,
): { claims: Claim[]; parts: Part[]; orphans: ReadonlyMap<number, boolean> } {
  const olds = new NumberIndex(1024);
  const pairs = new NumberIndex(1024);
  const count: number[] = [];
  const leading: boolean[] = [];
  const lowest: number[] = [];
  const carried: number[] = [];
  const orphans = new Map<number, boolean>();
  for (let at = 0; at < cluster.length; at += 1) {
    const old = before(at);
    const own = cluster[at]!;
    const claim = (id: number): number => {
      const pair = pairs.add(olds.add(id) * RANGE + own);
      count[pair] = (count[pair] ?? 0) + 1;
      leading[pair] = (leading[pair] ?? false) || isLeading(at);
      lowest[pair] = Math.min(lowest[pair] ?? Infinity, recordId(at));
      return pair;
    };
    // Besides the id that it has, not in its place: where the parts stay together after all, nothing is to change.
    const wanted = own < 0 ? 0 : restored(at);
    if (wanted !== 0 && wanted !== old) claim(wanted);
    if (old === 0) continue;
    if (own < 0) {
      if (!orphans.has(old)) orphans.set(old, true);
      continue;
    }
    orphans.set(old, false);
    const pair = claim(old);
    carried[pair] = (carried[pair] ?? 0) + (carries(at) ? 1 : 0);
  }
  const claims: Claim[] = [];
  const parts: Part[] = [];
  for (let pair = 0; pair < pairs.size; pair += 1) {
    const key = pairs.keyAt(pair);
    const old = olds.keyAt(Math.floor(key / RANGE));
    const own = key % RANGE;
    const gone = carried[pair];
    claims.push({
      old,
      own,
      count: count[pair]!,
      back: gone === undefined,
      leading: leading[pair]!,
      lowest: lowest[pair]!,
    });
    if (gone !== undefined) parts.push({ old, own, carried: gone });
  }
  return { claims, parts, orphans };
}

const rank = (claim: Claim): number => (claim.back ? 2 : 0) + (claim.leading ? 1 : 0);

/** Who has the id keeps it against whom an undo gives it back to: their rows did not come together then. */
function precedes(one: Claim, other: Claim): boolean {
  if (one.back !== other.back) return other.back;
  if (one.leading !== other.leading) return one.leading;
  return one.count !== other.count ? one.count > other.count : one.lowest < other.lowest;
}
