import { GraphQLScalarType } from 'graphql';

/** Only ever given out: a boundary is stored as the source's polygon, converted. */
export const GeoJson = new GraphQLScalarType({
  name: 'GeoJson',
  description: 'GeoJSON 几何（RFC 7946），CGCS2000 度 / A GeoJSON geometry, degrees',
  specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc7946',
});
