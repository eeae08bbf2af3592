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

/**
 * Carries entity ids from last night's clusters to tonight's. A cluster keeps the id that most of its records had (a tie: the lowest).
 * Where two clusters want one id, the part with a record of the leading register has it, else the larger, else that of the lowest record.
 * Rows given must hold all records of every old entity among them.
 * @param cluster by position; -1 for none @param before the entity id by position, 0 for none
 */
export function assignIdentities(
  cluster: Int32Array,
  before: (position: number) => number,
  isLeading: (position: number) => boolean,
  recordId: (position: number) => number,
  clusters: number,
): Identities {
  const entity = new Float64Array(clusters);
  const olds = new NumberIndex(1024);
  const pairs = new NumberIndex(1024);
  const count: number[] = [];
  const leading: boolean[] = [];
  const lowest: number[] = [];
  const orphans = new Map<number, boolean>();
  for (let at = 0; at < cluster.length; at += 1) {
    const old = before(at);
    if (old === 0) continue;
    const own = cluster[at]!;
    if (own < 0) {
      if (!orphans.has(old)) orphans.set(old, true);
      continue;
    }
    orphans.set(old, false);
    const pair = pairs.add(olds.add(old) * RANGE + own);
    count[pair] = (count[pair] ?? 0) + 1;
    leading[pair] = (leading[pair] ?? false) || isLeading(at);
    lowest[pair] = Math.min(lowest[pair] ?? Infinity, recordId(at));
  }
  const claims = Array.from({ length: pairs.size }, (_, pair) => {
    const key = pairs.keyAt(pair);
    return {
      old: olds.keyAt(Math.floor(key / RANGE)),
      own: key % RANGE,
      count: count[pair]!,
      leading: leading[pair]!,
      lowest: lowest[pair]!,
    };
  });
  // What a cluster wants most, first; a cluster that loses it asks for what it wants next.
  const wishes = Map.groupBy(claims, (claim) => claim.own);
  for (const list of wishes.values()) list.sort((one, other) => other.count - one.count || one.old - other.old);
  const holder = new Map<number, (typeof claims)[number]>();
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
  const byOld = Map.groupBy(claims, (claim) => claim.old);
  const merged: (readonly [number, number])[] = [];
  const split: number[] = [];
  for (const [old, parts] of byOld) {
    if (parts.length > 1) split.push(old);
    if (holder.has(old)) continue;
    parts.sort((one, other) => other.count - one.count || entity[one.own]! - entity[other.own]!);
    // A part may have no id yet; then the redirect is known only once it has one.
    merged.push([old, -1 - parts[0]!.own]);
  }
  const orphaned = [...orphans].filter(([, alone]) => alone).map(([old]) => old);
  return { entity, merged, split, orphaned };
}

function precedes(
  one: { readonly count: number; readonly leading: boolean; readonly lowest: number },
  other: { readonly count: number; readonly leading: boolean; readonly lowest: number },
): boolean {
  if (one.leading !== other.leading) return one.leading;
  return one.count !== other.count ? one.count > other.count : one.lowest < other.lowest;
}
