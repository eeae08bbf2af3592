import type { Viewer } from '../model/viewer.js';

export type Level = 'county' | 'township' | 'village' | 'grid';

/** What a viewer's divisions come down to: which database role reads for it, with which settings. */
export interface Bounds {
  readonly county: string;
  /** `mixed` where the divisions are of several levels, or rows are seen by one tie alone; its plans are not as good. */
  readonly level: Level | 'mixed';
  readonly counties: readonly string[];
  readonly townships: readonly string[];
  readonly villages: readonly string[];
  readonly grids: readonly string[];
  readonly registers: readonly string[];
}

const LEVELS = [
  ['county', 6],
  ['township', 9],
  ['village', 12],
  ['grid', 15],
] as const satisfies readonly (readonly [Level, number])[];
const MOST = 500;

/**
 * The bounds of a viewer. A division inside another of the viewer's own adds nothing and is dropped.
 * @throws RangeError for a code or a register of another shape, none at all, or divisions of two counties
 */
export function boundsOf({
  divisions,
  registers,
  ties,
}: Pick<Viewer, 'divisions' | 'registers'> & Partial<Pick<Viewer, 'ties'>>): Bounds {
  if (divisions.length === 0 || divisions.length > MOST) throw new RangeError('A viewer has 1…500 divisions.');
  if (registers.length === 0 || registers.length > MOST) throw new RangeError('A viewer has at least one register.');
  for (const code of divisions) {
    if (levelOf(code) === null) throw new RangeError('A division is a code of 6, 9, 12 or 15 digits.');
  }
  for (const register of registers) {
    if (!/^[a-z][a-z0-9-]{0,62}$/.test(register)) throw new RangeError('A register is named a-z, 0-9 and -.');
  }
  const widest = [...new Set(divisions)].filter(
    (code) => !divisions.some((other) => other.length < code.length && code.startsWith(other)),
  );
  const counties = new Set(widest.map((code) => code.slice(0, 6)));
  if (counties.size > 1) throw new RangeError('The divisions of a viewer lie in one county.');
  const at = (digits: number) => widest.filter((code) => code.length === digits).toSorted();
  const present = LEVELS.filter(([, digits]) => at(digits).length > 0);
  return {
    county: [...counties][0]!,
    level: present.length === 1 && (ties?.length ?? 2) > 1 ? present[0]![0] : 'mixed',
    counties: at(6),
    townships: at(9),
    villages: at(12),
    grids: at(15),
    registers: [...new Set(registers)].toSorted(),
  };
}

/** The level that a code is of, by its length; null for what is no code. */
export function levelOf(code: string): Level | null {
  if (!/^\d+$/.test(code)) return null;
  return LEVELS.find(([, digits]) => digits === code.length)?.[0] ?? null;
}
