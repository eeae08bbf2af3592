import module from 'gcoord';

/**
 * gcoord: the inverse of GCJ-02 has no formula; its iteration is tested, ours would not be. Its types promise a `default`
 * that its CommonJS build does not have.
 */
const gcoord = module as unknown as typeof module.default;

export type CoordinateSystem = 'CGCS2000' | 'GCJ-02';

/** Degrees a place in China can have. */
export const LONGITUDES = [73, 136] as const;
export const LATITUDES = [3, 54] as const;

/** Longitude and latitude in CGCS2000, which is WGS 84 to the decimetre; seven places are a centimetre. */
export function toCgcs2000(longitude: number, latitude: number, system: CoordinateSystem): readonly [number, number] {
  if (system === 'CGCS2000') return [longitude, latitude];
  const [east, north] = gcoord.transform([longitude, latitude], gcoord.GCJ02, gcoord.WGS84);
  return [round(east), round(north)];
}

/** True for a point that can lie in China. */
export function inChina(longitude: number, latitude: number): boolean {
  return (
    longitude >= LONGITUDES[0] && longitude <= LONGITUDES[1] && latitude >= LATITUDES[0] && latitude <= LATITUDES[1]
  );
}

const round = (degrees: number) => Math.round(degrees * 1e7) / 1e7;
