/** `--division A B`, `--division A,B` and the option given twice mean the same. */
export function readList(given: unknown): string[] {
  return (Array.isArray(given) ? given : given === undefined ? [] : [given])
    .flatMap((part: string) => part.split(','))
    .map((part) => part.trim())
    .filter((part) => part !== '');
}
