import { levelOf, type Level, type Reading } from '../authorize/index.js';
import type { EntityFilter } from './find-entities.js';

/** What the night counted: an area that the viewer sees whole, and the registers it is counted by. */
export interface KeptScope {
  readonly level: Exclude<Level, 'grid'>;
  readonly code: string;
  /** As `person_total.registers` has them. */
  readonly registers: string;
}

/**
 * The area that a question comes down to where the night has counted it: one that lies in a division of the viewer's, or the one division that
 * holds all they see. Null where it has to be counted: grids, several divisions together, a question about persons by what they are.
 */
export function keptScope(reading: Reading, filter: EntityFilter): KeptScope | null {
  const { bounds } = reading;
  const { division, register, ...rest } = filter;
  if (Object.values(rest).some((value) => value !== null && value !== undefined)) return null;
  if (bounds.grids.length > 0 || reading.viewer.ties.length < 2) return null;
  if (register && !bounds.registers.includes(register)) return null;
  const own = [...bounds.counties, ...bounds.townships, ...bounds.villages];
  const asked = division ?? bounds.county;
  const code = own.some((each) => asked.startsWith(each))
    ? asked
    : own.length === 1 && own[0]!.startsWith(asked)
      ? own[0]!
      : null;
  const level = code === null ? null : levelOf(code);
  if (code === null || level === null || level === 'grid') return null;
  return { level, code, registers: register ?? bounds.registers.join(',') };
}

/** How many persons, as far as the night keeps that; null where it does not. */
export async function readKeptTotal(reading: Reading, filter: EntityFilter): Promise<number | null> {
  const scope = keptScope(reading, filter);
  if (!scope) return null;
  const [row] = await reading.query<{ people: number }>(
    {
      name: 'kept total',
      text: `select people from person_total where county = $1 and registers = $2 and tie = '' and level = $3 and area = $4`,
    },
    [reading.bounds.county, scope.registers, scope.level, scope.code],
  );
  return row?.people ?? null;
}

/** The same for each of several divisions; one where nobody is known has no row. */
export async function readKeptTotals(reading: Reading, codes: readonly string[]): Promise<number[] | null> {
  if (codes.some((code) => keptScope(reading, { division: code })?.code !== code)) return null;
  const rows = await reading.query<{ area: string; people: number }>(
    {
      name: 'kept totals',
      text: `select area, people from person_total where county = $1 and registers = $2 and tie = ''
          and level = any('{county,township,village}') and area = any($3::text[])`,
    },
    [reading.bounds.county, reading.bounds.registers.join(','), codes],
  );
  // Nothing kept at all: not counted yet, or a set of registers that is not kept.
  if (rows.length === 0) return null;
  const people = new Map(rows.map((row) => [row.area, row.people]));
  return codes.map((code) => people.get(code) ?? 0);
}
