import type { Verdict } from '../model/decision.js';

/** A decision that has not been revoked, as far as it matters here. */
export interface Standing {
  readonly id: number;
  readonly one: number;
  readonly other: number;
  readonly verdict: Verdict;
}

export interface Contradiction {
  readonly refusal: 'CONTRADICTS' | 'DECIDED';
  /** Smallest first. */
  readonly ids: readonly number[];
}

/**
 * What stands against saying this of two records. `same` is carried on from record to record, `different` is not: A = B and B = C
 * stand against A ≠ C, and A = B and A ≠ C against B = C. `unsure` contradicts only a plain word about the very same two.
 * @param standing all decisions that hang together with the two
 * @returns the decisions that would have to go first: a shortest way among them; null where nothing is against it
 */
export function findContradiction(
  standing: readonly Standing[],
  word: Pick<Standing, 'one' | 'other' | 'verdict'>,
): Contradiction | null {
  const ofThese = standing.filter(
    (each) =>
      meets(each, word.one) && meets(each, word.other) && (each.verdict !== 'unsure' || word.verdict === 'unsure'),
  );
  const again = ofThese.filter((each) => each.verdict === word.verdict);
  if (again.length > 0) return { refusal: 'DECIDED', ids: sorted(again.map((each) => each.id)) };
  if (ofThese.length > 0) return { refusal: 'CONTRADICTS', ids: sorted(ofThese.map((each) => each.id)) };
  const against = word.verdict === 'unsure' ? null : findAgainst(standing, word);
  return against && { refusal: 'CONTRADICTS', ids: sorted(against) };
}

function findAgainst(
  standing: readonly Standing[],
  { one, other, verdict }: Pick<Standing, 'one' | 'other' | 'verdict'>,
): readonly number[] | null {
  const equal = standing.filter((each) => each.verdict === 'same');
  const fromOne = waysFrom(equal, one);
  if (verdict === 'different') return fromOne.get(other) ?? null;
  const fromOther = waysFrom(equal, other);
  let shortest: readonly number[] | null = null;
  for (const { id, one: left, other: right } of standing.filter((each) => each.verdict === 'different')) {
    for (const [near, far] of [
      [left, right],
      [right, left],
    ] as const) {
      const [here, there] = [fromOne.get(near), fromOther.get(far)];
      if (here && there && (!shortest || here.length + there.length + 1 < shortest.length)) {
        shortest = [...here, id, ...there];
      }
    }
  }
  return shortest;
}

/** Each record that `same` leads to, with the decisions on a shortest way there. */
function waysFrom(equal: readonly Standing[], from: number): ReadonlyMap<number, readonly number[]> {
  const ways = new Map<number, readonly number[]>([[from, []]]);
  // A map is walked in the order in which it grows.
  for (const [record, way] of ways) {
    for (const each of equal) {
      if (!meets(each, record)) continue;
      const next = each.one === record ? each.other : each.one;
      if (!ways.has(next)) ways.set(next, [...way, each.id]);
    }
  }
  return ways;
}

const meets = (each: Standing, record: number): boolean => each.one === record || each.other === record;
const sorted = (ids: readonly number[]): number[] => ids.toSorted((a, b) => a - b);
