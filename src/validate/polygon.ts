import type { Value } from '../model/record.js';
import { type CoordinateSystem, inChina, toCgcs2000 } from './coordinates.js';

/**
 * A GeoJSON Polygon or MultiPolygon of at most 20,000 points, in CGCS2000; what is wrong with it otherwise. Other members are
 * dropped, an open ring is closed.
 * @see RFC 7946 §3.1.6
 */
export function readPolygon(
  cell: unknown,
  system: CoordinateSystem,
): { readonly shape: Value } | { readonly fault: string } {
  const { type, coordinates } = (typeof cell === 'object' && cell !== null ? cell : {}) as Record<string, unknown>;
  const counted = { points: 0 };
  try {
    if (type === 'Polygon') return { shape: { type, coordinates: readRings(coordinates, system, counted) } };
    if (type === 'MultiPolygon') {
      return { shape: { type, coordinates: asList(coordinates).map((rings) => readRings(rings, system, counted)) } };
    }
  } catch (fault) {
    if (fault instanceof NotAPolygon) return { fault: fault.message };
    throw fault;
  }
  return { fault: 'type' };
}

const MOST_POINTS = 20_000;

type Ring = (readonly [number, number])[];

class NotAPolygon extends Error {}

function readRings(rings: unknown, system: CoordinateSystem, counted: { points: number }): Ring[] {
  const list = asList(rings);
  if (list.length === 0) throw new NotAPolygon('no ring');
  return list.map((ring) => {
    const points = asList(ring).map((point) => {
      const [longitude, latitude] = asList(point);
      if (typeof longitude !== 'number' || typeof latitude !== 'number') throw new NotAPolygon('no coordinate');
      if (!inChina(longitude, latitude)) throw new NotAPolygon('outside China');
      if ((counted.points += 1) > MOST_POINTS) throw new NotAPolygon(`more than ${MOST_POINTS} points`);
      return toCgcs2000(longitude, latitude, system);
    });
    const [first] = points;
    const last = points.at(-1);
    if (first === undefined || last === undefined || points.length < 3)
      throw new NotAPolygon('fewer than three points');
    if (first[0] !== last[0] || first[1] !== last[1]) points.push(first);
    return points;
  });
}

function asList(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new NotAPolygon('no list');
  return value;
}
