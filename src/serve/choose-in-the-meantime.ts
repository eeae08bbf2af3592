/** Until the published table of priorities is there: the newest statement. */
export function chooseValue<T extends { readonly statedAt: string; readonly value: unknown }>(
  _field: string,
  candidates: readonly T[],
): { chosen: T | null; others: readonly T[] } {
  const [chosen = null, ...others] = candidates.toSorted((a, b) => (a.statedAt < b.statedAt ? 1 : -1));
  return { chosen, others };
}
