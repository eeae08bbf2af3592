/** Kinds of nodes, and the column of `link` that says which records speak of one. */
export const ENTITY_COLUMNS = {
  Person: 'person',
  Household: 'household',
  Dwelling: 'dwelling',
  Building: 'building',
  Organisation: 'organisation',
  Place: 'place',
  Event: 'event',
  Grid: 'grid_entity',
} as const;

export type EntityKind = keyof typeof ENTITY_COLUMNS;
export type NodeKind = EntityKind | 'Division' | 'Delivery' | 'Finding' | 'SourceRecord' | 'ReviewPair' | 'Decision';

export interface GlobalId {
  readonly kind: NodeKind;
  readonly county: string;
  /** A number, or a division's code. */
  readonly id: string;
}

const KINDS = new Set<string>([
  ...Object.keys(ENTITY_COLUMNS),
  'Division',
  'Delivery',
  'Finding',
  'SourceRecord',
  'ReviewPair',
  'Decision',
]);

/** `Person:530502:123` in base64url. Clients are to keep it as it is, not to read it. */
export function writeGlobalId(kind: NodeKind, county: string, id: number | string): string {
  return Buffer.from(`${kind}:${county}:${id}`).toString('base64url');
}

/** Null for what is no id of ours: to a client that is the same as an id that nothing has. */
export function readGlobalId(text: string): GlobalId | null {
  if (text.length > 100 || !/^[\w-]+$/.test(text)) return null;
  const found = /^([A-Za-z]+):(\d{6}):(\d{1,16})$/.exec(Buffer.from(text, 'base64url').toString('latin1'));
  if (!found || !KINDS.has(found[1]!)) return null;
  return { kind: found[1] as NodeKind, county: found[2]!, id: found[3]! };
}
