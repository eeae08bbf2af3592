/** A sentence, label or name in both languages of the house. */
export interface Words {
  readonly zh: string;
  readonly en: string;
}

export type Language = keyof Words;

/** Who delivers. The first four are shipped; a fifth is any importer that names itself otherwise. */
export type RegisterName = string;

/** What a record can speak of: 人 (person, household) · 地 (dwelling, building, grid) · 物 (place) · 事 (event) · 组织 (organisation). */
export const SUBJECTS = [
  'person',
  'household',
  'dwelling',
  'building',
  'organisation',
  'place',
  'event',
  'grid',
] as const;
export type Subject = (typeof SUBJECTS)[number];

/**
 * What a row says of a person and a home: that the person is *registered* there (户籍), or *lives* there.
 * A split between the two (人户分离) is ordinary.
 */
export type Tie = 'registered' | 'resident';
