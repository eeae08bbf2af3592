import type { Random } from '../../fixtures/county/random.js';

/** Twentieths: no share of a load is told finer. */
const DECK = 20;

/** Which kind is next: of every twenty in a row each kind has its share to the card, and their order is anybody's guess. */
export function dealTurns(shares: readonly number[], random: Random): () => number {
  const cards = shares.flatMap((share, kind) => Array.from({ length: Math.round(share * DECK) }, () => kind));
  if (cards.length !== DECK) throw new RangeError('The shares of a load are twentieths, and one in all.');
  let deck: number[] = [];
  return () => {
    if (deck.length === 0) deck = shuffled(cards, random);
    return deck.pop()!;
  };
}

export function shuffled<T>(list: readonly T[], random: Random): T[] {
  const mixed = [...list];
  for (let last = mixed.length - 1; last > 0; last -= 1) {
    const other = random.below(last + 1);
    [mixed[last], mixed[other]] = [mixed[other]!, mixed[last]!];
  }
  return mixed;
}
