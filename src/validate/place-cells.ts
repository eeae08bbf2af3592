import type { DivisionTable } from '../model/division.js';
import type { CellReader } from './cell.js';
import { isPlaceholder, parseJson, plainForm } from './cell.js';
import { narrow } from './clean-text.js';
import type { CoordinateSystem } from './coordinates.js';
import { readPolygon } from './polygon.js';

/** A village of the county, by its 12 digits. */
export function bindVillageCode(field: string, header: string, divisions: DivisionTable): CellReader {
  return (cell, draft) => {
    const code = typeof cell === 'string' && cell.length === 12 ? cell : narrow(plainForm(cell)).trim();
    const village = code.length === 12 ? divisions.byCode(code) : null;
    if (village !== null) {
      draft.stated[field] = code;
      draft.village ??= code;
      return;
    }
    // A village's code ending in 000 is the township as a whole.
    const township = /^\d{9}(?:000)?$/u.test(code) ? divisions.byCode(code.slice(0, 9)) : null;
    if (township !== null) draft.township ??= township.code;
    draft.refuse('DIVISION_UNKNOWN', header, field, cell, `12 位 ${divisions.county.code}…`);
  };
}

/** GB/T 2260, of any county and any time: the form is all that can be checked. */
export function bindCountyCode(field: string, header: string): CellReader {
  return (cell, draft) => {
    const code = narrow(plainForm(cell))
      .trim()
      .replace(/0{6}$/u, (zeros, at: number) => (at === 6 ? '' : zeros));
    if (/^[1-9]\d{5}$/u.test(code)) draft.stated[field] = code;
    else if (code === '' || !isPlaceholder(code))
      draft.refuse('DIVISION_UNKNOWN', header, field, cell, '6 位 GB/T 2260');
  };
}

export function bindGridCode(field: string, header: string, divisions: DivisionTable): CellReader {
  return (cell, draft) => {
    const code = typeof cell === 'string' && cell.length === 15 ? cell : narrow(plainForm(cell)).replace(/\s+/gu, '');
    if (!GRID.test(code) || divisions.byCode(code.slice(0, 12)) === null) {
      return isPlaceholder(code) ? undefined : draft.refuse('GRID_UNKNOWN', header, field, cell);
    }
    draft.stated[field] = code;
    draft.grid ??= code;
  };
}

export function bindPolygon(system: CoordinateSystem, field: string, header: string): CellReader {
  return (cell, draft) => {
    const reading = readPolygon(parseJson(cell), system);
    if ('shape' in reading) draft.stated[field] = reading.shape;
    else draft.report('VALUE_SHAPE', header, reading.fault, 'GeoJSON Polygon');
  };
}

const GRID = /^\d{15}$/u;
