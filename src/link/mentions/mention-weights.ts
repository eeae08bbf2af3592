import type { HouseholdPart } from '../../model/importer.js';

/** Where somebody stands to the record that mentions them, nearest first. */
export const MENTION_PLACES = ['DWELLING', 'HOUSEHOLD', 'BUILDING', 'VILLAGE', 'TOWNSHIP', 'ELSEWHERE'] as const;
export type MentionPlace = (typeof MENTION_PLACES)[number];

/**
 * How often the person mentioned stands there. Declared, and on the careful side: there are too few mentions with a number beside a
 * name to learn it from, and none at all in some registers.
 */
export const PLACE_SHARES: Readonly<Record<HouseholdPart | 'dwelling' | 'elsewhere', Record<MentionPlace, number>>> = {
  head: { DWELLING: 0.5, HOUSEHOLD: 0.3, BUILDING: 0.05, VILLAGE: 0.1, TOWNSHIP: 0.03, ELSEWHERE: 0.02 },
  guardian: { DWELLING: 0.4, HOUSEHOLD: 0.3, BUILDING: 0.05, VILLAGE: 0.15, TOWNSHIP: 0.05, ELSEWHERE: 0.05 },
  /** Owners: most live in what they own. */
  dwelling: { DWELLING: 0.55, HOUSEHOLD: 0.01, BUILDING: 0.04, VILLAGE: 0.1, TOWNSHIP: 0.1, ELSEWHERE: 0.2 },
  /** Contacts, reporters, secretaries, people of an event. */
  elsewhere: { DWELLING: 0.02, HOUSEHOLD: 0.01, BUILDING: 0.07, VILLAGE: 0.5, TOWNSHIP: 0.2, ELSEWHERE: 0.2 },
};

/** Persons of the county that stand so near to a record by chance: a number of persons, or a share of them. */
export const PLACE_CROWD: Readonly<Record<MentionPlace, { readonly persons: number } | { readonly share: number }>> = {
  DWELLING: { persons: 4 },
  HOUSEHOLD: { persons: 6 },
  BUILDING: { persons: 30 },
  VILLAGE: { share: 0.02 },
  TOWNSHIP: { share: 0.1 },
  ELSEWHERE: { share: 0.88 },
};

/** Share of the mentions whose telephone is one that the person's own rows have, where both state any. */
export const PHONE_SHARES = { equal: 0.6, differs: 0.4 } as const;

/** Share of the mentions whose person the county has. */
export const KNOWN = 0.9;

/** A mention is worth less than a row, and nobody reviews it: the same bar as for joining rows. */
export const LINK_FROM = 0.97;
