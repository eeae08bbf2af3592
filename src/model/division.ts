/** A unit of the administrative tree. Codes: 6 county, 9 township, 12 village. @see GB/T 2260, GB/T 10114 */
export interface Division {
  readonly code: string;
  readonly name: string;
  /** 县, 街道, 镇, 乡, 居委会, 村委会 … */
  readonly kind: string;
  readonly parent: string | null;
}

/**
 * The real divisions of the hub's county, with the everyday short names. Every look-up answers null where it does not know,
 * and `'ambiguous'` where a name means two places.
 */
export interface DivisionTable {
  readonly county: Division;
  readonly all: readonly Division[];
  byCode(code: string): Division | null;
  /** `河图`, `河图街道`, `瓦马乡` for 瓦马彝族白族乡. */
  township(name: string): Division | 'ambiguous' | null;
  /** `王官社区`, `王官`, `王官社区居民委员会`, within the township where it is given. */
  village(name: string, townshipCode: string | null): Division | 'ambiguous' | null;
}
