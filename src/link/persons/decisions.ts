import type { PoolClient } from 'pg';
import { DisjointSets } from '../disjoint-sets.js';
import type { RecordColumns } from '../record-columns.js';

/** What people have said of pairs of rows, and what no run may undo. */
export interface Decisions {
  readonly same: readonly (readonly [row: number, other: number])[];
  readonly different: readonly (readonly [row: number, other: number])[];
  /** `different` from both sides. */
  readonly apart: ReadonlyMap<number, readonly number[]>;
  /** Pairs, as `row * 2^26 + other` with row < other, about which somebody has said something: they are in nobody's queue. */
  readonly decided: ReadonlySet<number>;
}

/** @param positionOf a record's row; -1 where it is not among the rows of persons */
export async function readDecisions(
  client: PoolClient,
  county: string,
  positionsOf: (records: ReadonlySet<number>) => ReadonlyMap<number, number>,
): Promise<Decisions> {
  const { rows } = await client.query<{ one_record: number; other_record: number; verdict: string }>(
    `select one_record, other_record, verdict from decision where county = $1 and kind = 'person' and state = 'effective' order by id`,
    [county],
  );
  const positions = positionsOf(new Set(rows.flatMap((row) => [row.one_record, row.other_record])));
  const pairs = rows.flatMap(({ one_record, other_record, verdict }) => {
    const [row, other] = [positions.get(one_record), positions.get(other_record)];
    return row === undefined || other === undefined ? [] : [{ row, other, verdict }];
  });
  const of = (verdict: string): (readonly [number, number])[] =>
    pairs.filter((pair) => pair.verdict === verdict).map(({ row, other }) => [row, other] as const);
  const apart = new Map<number, number[]>();
  for (const [row, other] of of('different')) {
    apart.set(row, [...(apart.get(row) ?? []), other]);
    apart.set(other, [...(apart.get(other) ?? []), row]);
  }
  const decided = new Set(pairs.map(({ row, other }) => pairKey(row, other)));
  return { same: of('same'), different: of('different'), apart, decided };
}

export function pairKey(row: number, other: number): number {
  return Math.min(row, other) * 2 ** 26 + Math.max(row, other);
}

/**
 * Makes the partition what people have said it is. Clusters of rows said to be the same are joined, two numbers or not, unless others of
 * theirs are said to be different: then the row that is less at home goes over to the other. Of two rows of one cluster said to be
 * different, the one that is less at home there leaves it, with whatever it was said to be the same as.
 * @param cluster by position; changed @param at position of a row @returns count of clusters, and the rows that a decision moved
 */
export function applyDecisions(
  columns: RecordColumns,
  cluster: Int32Array,
  count: number,
  at: Int32Array,
  { same, different }: Decisions,
  byAgreement: Uint8Array,
): { count: number; moved: ReadonlySet<number> } {
  const moved = new Set<number>();
  if (same.length === 0 && different.length === 0) return { count, moved };
  const clusters = new DisjointSets(count);
  const rootOf = (row: number): number => clusters.root(cluster[at[row]!]!);
  const isApart = (one: number, two: number): boolean =>
    different.some(([row, other]) => {
      const [left, right] = [rootOf(row), rootOf(other)];
      return (left === one && right === two) || (left === two && right === one);
    });
  const said = new Map<number, number[]>();
  for (const [row, other] of same) {
    said.set(row, [...(said.get(row) ?? []), other]);
    said.set(other, [...(said.get(other) ?? []), row]);
  }
  for (const [row, other] of same) {
    moved.add(row).add(other);
    const [one, two] = [rootOf(row), rootOf(other)];
    if (one === two) continue;
    if (!isApart(one, two)) {
      clusters.unite(one, two);
      continue;
    }
    // Others of the two clusters are said to be different: only those go of whom something was said.
    const leaving = isLessAtHome(columns, at, byAgreement, row, other) ? row : other;
    const [from, to] = leaving === row ? [one, two] : [two, one];
    for (const going of reachable(said, leaving)) {
      if (rootOf(going) !== from) continue;
      cluster[at[going]!] = to;
      moved.add(going);
    }
  }
  if (same.length > 0)
    for (let i = 0; i < cluster.length; i += 1) if (cluster[i]! >= 0) cluster[i] = clusters.root(cluster[i]!);
  let next = count;
  for (const [row, other] of different) {
    if (cluster[at[row]!] !== cluster[at[other]!]) continue;
    const leaving = isLessAtHome(columns, at, byAgreement, row, other) ? row : other;
    const staying = leaving === row ? other : row;
    const going = reachable(said, leaving);
    if (going.has(staying)) continue;
    for (const one of going) {
      cluster[at[one]!] = next;
      moved.add(one);
    }
    next += 1;
  }
  return { count: next, moved };
}

/** What agreement alone brought goes before what a number did; then the register that speaks later; then the later record. */
function isLessAtHome(
  columns: RecordColumns,
  at: Int32Array,
  byAgreement: Uint8Array,
  row: number,
  other: number,
): boolean {
  const agreed = Math.min(1, byAgreement[at[row]!]!) - Math.min(1, byAgreement[at[other]!]!);
  if (agreed !== 0) return agreed > 0;
  const rank = columns.traits(row).nameRank - columns.traits(other).nameRank;
  return rank !== 0 ? rank > 0 : columns.id[row]! > columns.id[other]!;
}

function reachable(said: ReadonlyMap<number, readonly number[]>, from: number): Set<number> {
  const reached = new Set([from]);
  for (const row of reached) for (const other of said.get(row) ?? []) reached.add(other);
  return reached;
}
