type Shares = Readonly<Record<string, readonly [same: number, strangers: number]>>;

/**
 * The model before anything was learned, which few observations lean on: how often records of one person show a level, and records of
 * strangers. From what is published on such registers, not from any one county. A level that is not named here is rare in both.
 */
export const PERSON_START: Readonly<Record<string, Shares>> = {
  name: {
    EQUAL: [0.95, 3e-4],
    VARIANT: [0.004, 1e-5],
    WILDCARD: [0.003, 2e-5],
    REORDERED: [0.001, 1e-5],
    HOMOPHONE_TONE: [0.008, 2e-4],
    HOMOPHONE: [0.005, 3e-4],
    ROMANISED: [0.0005, 1e-6],
    DIALECT: [0.002, 3e-4],
    GLYPH: [0.006, 2e-4],
    ONE_MISSING: [0.003, 3e-4],
    SEGMENTS: [0.005, 1e-5],
    SEGMENTS_SWAPPED: [0.0005, 1e-6],
    TWO_ALIKE: [0.001, 1e-4],
    SURNAME_CHANGED: [0.002, 1e-3],
    NICKNAME: [0.002, 2e-4],
    PLACEHOLDER: [0.001, 1e-4],
    SIBLING_LIKE: [0.003, 0.004],
    SAME_SURNAME: [0.002, 0.06],
    DIFFERS: [0.002, 0.93],
  },
  birth: {
    EQUAL: [0.95, 4e-5],
    AS_FAR_AS_STATED: [0.01, 1e-3],
    DAY_MONTH_SWAPPED: [0.002, 4e-5],
    TRANSPOSED: [0.001, 1e-4],
    LUNAR: [0.008, 4e-5],
    YEAR_BESIDE: [0.006, 8e-5],
    ONE_DIGIT: [0.006, 7e-4],
    DEFAULT_DAY: [0.004, 2e-4],
    SAME_DAY: [0.001, 2e-3],
    SAME_YEAR: [0.006, 0.014],
    GENERATION: [0.001, 0.63],
    DIFFERS: [0.004, 0.35],
  },
  sex: { EQUAL: [0.995, 0.5], DIFFERS: [0.005, 0.5] },
  phone: { EQUAL: [0.45, 2e-6], SHARED: [0.05, 1e-5], DIFFERS: [0.5, 1] },
  number: {
    EQUAL: [0.97, 0.01],
    REPAIRED: [0.7, 0.02],
    ROUNDED: [0.7, 0.2],
    RELATIVES: [0.17, 1],
    ANOTHERS: [0.2, 1],
    BOTH_VALID: [0.001, 1],
    DIFFERS: [0.1, 1],
    BESIDE: [0.8, 0.02],
  },
  home: {
    DWELLING: [0.5, 3e-6],
    HOUSEHOLD: [0.05, 5e-6],
    BUILDING_AS_STATED: [0.05, 3e-6],
    BUILDING: [0.05, 3e-5],
    AREA_AS_STATED: [0.04, 1e-4],
    AREA: [0.06, 1e-3],
    VILLAGE_AS_STATED: [0.04, 5e-4],
    VILLAGE: [0.06, 0.01],
    TOWNSHIP: [0.05, 0.07],
    ELSEWHERE: [0.1, 0.92],
  },
  head: {
    BOTH_HEADS: [0.35, 0.1],
    ONE_HEAD: [0.4, 1e-3],
    HEADS_ALIKE: [0.02, 1e-3],
    HEAD_OR_NOT: [0.13, 0.4],
    OTHER_HEAD: [0.1, 0.5],
  },
  register: { NONE_YET: [0.985, 0.4], HAS_ONE: [0.015, 0.6] },
};

/** Share of the records without a number whose person the county knows by another record. */
export const PRIOR_START = 0.9;
/** For a level that the table does not name. */
export const RARE = [1e-3, 1e-3] as const;

/** Levels of a number whose second figure is to be divided by the persons of the county: one of them in so many has just that number. */
export const PER_PERSON: ReadonlySet<string> = new Set(['EQUAL', 'REPAIRED', 'ROUNDED', 'RELATIVES', 'BESIDE']);
