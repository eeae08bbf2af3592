import { FIELDS, FIELD_CLASSES, type FieldClass, type FieldName } from '../model/field.js';
import { hasMask, maskValue } from '../model/mask-value.js';
import type { Value } from '../model/record.js';
import { isSealed, openValue } from '../model/sealing.js';
import type { Reading } from '../authorize/index.js';
import type { Viewer } from '../model/viewer.js';
import type { Evidence } from './evidence.js';

/**
 * What a viewer is shown of a record. Values outside of the granted classes are masked (`530***********002X`, `138****5678`, `王*`,
 * `1990-**-**`), or absent where half of one would say all. This is the one place where that happens: what chooses, compares, filters and
 * writes values comes after it and knows nothing else.
 */
export class SeenEvidence {
  readonly #isShown: Readonly<Record<FieldClass, boolean>>;
  /** Null where everything is shown as stated. */
  readonly #isWhole: boolean;
  /** Whether people under age are shown as others are. */
  readonly #showsMinors: boolean;

  constructor({ fields }: Pick<Viewer, 'fields'>, showsMinors: boolean) {
    this.#isShown = Object.fromEntries(FIELD_CLASSES.map((name) => [name, fields.includes(name)])) as Record<
      FieldClass,
      boolean
    >;
    this.#isWhole = FIELD_CLASSES.every((name) => this.#isShown[name]);
    this.#showsMinors = showsMinors;
  }

  /** Whether every value of everybody is shown as stated. */
  get isWhole(): boolean {
    return this.#isWhole && this.#showsMinors;
  }

  shows(of: FieldClass): boolean {
    return this.#isShown[of];
  }

  /** Records of one person, all of them: an age that one states holds for the others. */
  ofPerson(records: readonly Evidence[]): readonly Evidence[] {
    if (this.isWhole) return records;
    const isChild = !this.#showsMinors && isUnder(CHILD, records);
    return records.map((each) => (isChild ? withoutHome(this.#masked(each, isChild)) : this.#masked(each, isChild)));
  }

  /** A record asked for by itself. */
  of(record: Evidence): Evidence {
    if (this.isWhole) return record;
    return this.#isOfChild(record) ? withoutHome(this.#masked(record, true)) : this.#masked(record, false);
  }

  /** A record among all that speak of something else than the person: the home is asked for, in which others live as well. */
  ofHome(record: Evidence): Evidence {
    if (this.isWhole) return record;
    return this.#masked(record, this.#isOfChild(record));
  }

  #isOfChild(record: Evidence): boolean {
    return !this.#showsMinors && record.person !== null && isUnder(CHILD, [record]);
  }

  #masked(record: Evidence, isChild: boolean): Evidence {
    const stated = Object.create(Object.getPrototypeOf(record.stated) as object | null) as Record<string, Value>;
    const masked: string[] = [];
    for (const [field, value] of Object.entries(record.stated)) {
      if (this.showsField(field, isChild)) {
        stated[field] = field === 'people' ? this.#peopleOf(record, value) : value;
        continue;
      }
      masked.push(field);
      const half = maskedValue(record, field, value);
      if (half !== null) stated[field] = half;
    }
    for (const field of record.fields ?? [])
      if (!Object.hasOwn(record.stated, field) && !this.showsField(field, isChild)) masked.push(field);
    if (masked.length === 0 && !this.#hidesInTexts(record)) return record;
    const raw =
      record.raw &&
      Object.fromEntries(
        Object.entries(record.raw)
          .filter(([field]) => !masked.includes(field))
          .map(([field, text]) => [field, this.#hidesInTexts(record) && isSealed(text) ? text.masked : text]),
      );
    // An organisation is told by what is of the party; and an office names the sheet by what it pays.
    const organisation = this.#isShown.party || record.person === null ? record.organisation : null;
    const sheet = this.#isShown.benefit ? record.sheet : null;
    // What stands behind a record read in part refuses what was not read: it stays behind.
    const seen = Object.create(Object.getPrototypeOf(record) as object | null) as Evidence;
    return Object.assign(seen, record, { stated, raw, organisation, sheet, masked, whole: record });
  }

  /** A remark of another class may hold a number or a telephone: then it was sealed. */
  #hidesInTexts({ raw }: Evidence): boolean {
    if (raw === null || (this.#isShown.identity && this.#isShown.contact)) return false;
    return Object.values(raw).some(isSealed);
  }

  /** @param isChild of a child somebody far away is told nothing by which to find it */
  showsField(field: string, isChild = false): boolean {
    const of = classOf(field);
    if (isChild && (of === 'contact' || of === 'identity' || of === 'location' || NAMES.has(field))) return false;
    return this.#isShown[of];
  }

  #peopleOf(record: Evidence, value: Value): Value {
    if (!Array.isArray(value)) return value;
    return value.map((each: Value) => {
      if (typeof each !== 'object' || each === null || Array.isArray(each)) return each;
      return Object.fromEntries(
        Object.entries(each).flatMap(([field, inner]) => {
          if (this.showsField(field)) return [[field, inner]];
          const half = maskedValue(record, field, inner);
          return half === null ? [] : [[field, half]];
        }),
      );
    });
  }
}

/** Where a child lives is told to the village: the home is shown to whom it is shown, as nobody's in particular. */
function withoutHome(record: Evidence): Evidence {
  const seen = Object.create(Object.getPrototypeOf(record) as object | null) as Evidence;
  return Object.assign(seen, record, HOMELESS);
}
const HOMELESS = { household: null, dwelling: null, building: null, grid: null, gridEntity: null } as const;

/**
 * Whether people under age are shown as others are: to who is assigned to them, in a village or a grid, and for the protection of children.
 * Who broke glass is neither.
 */
export function seesMinors({ viewer, bounds }: Pick<Reading, 'viewer' | 'bounds'>): boolean {
  return viewer.forMinors || (!viewer.emergency && bounds.counties.length + bounds.townships.length === 0);
}

/** What the viewer of the reading is shown of records. */
export function seenBy(reading: Pick<Reading, 'viewer' | 'bounds'>): SeenEvidence {
  let seen = SEEN.get(reading);
  if (!seen) SEEN.set(reading, (seen = new SeenEvidence(reading.viewer, seesMinors(reading))));
  return seen;
}
/** A viewer does not change while it reads. */
const SEEN = new WeakMap<object, SeenEvidence>();

/** Of a fifth department's own fields nothing is known: they take what names people take. */
export function classOf(field: string): FieldClass {
  return (FIELDS as Readonly<Record<string, { readonly class: FieldClass }>>)[field]?.class ?? 'basic';
}

const CHILD = 14;
/** Below this nobody is found by name from far away. */
export const OF_AGE = 18;

const NAMES: ReadonlySet<string> = new Set([
  'name',
  'formerName',
  'headName',
  'guardianName',
  'ownerName',
  'contactName',
]);

function maskedValue({ sealing }: Evidence, field: string, stated: Value): Value {
  const value = sealing ? openValue(sealing, stated) : stated;
  return hasMask(field as FieldName) && (typeof value === 'string' || typeof value === 'number')
    ? maskValue(field as FieldName, String(value), 'zh')
    : null;
}

/** By the date of birth that a record states, or that stands in its number; of whom neither is known is not told. */
function isUnder(years: number, records: readonly Evidence[]): boolean {
  const before = dayYearsAgo(years);
  return records.some(({ stated, personReason }) => {
    const { birthDate, idNumber } = stated;
    const stands = typeof idNumber === 'string' && idNumber.length === 18 && personReason !== 'NUMBER_SET_ASIDE';
    const born =
      typeof birthDate === 'string'
        ? birthDate
        : stands
          ? `${idNumber.slice(6, 10)}-${idNumber.slice(10, 12)}-${idNumber.slice(12, 14)}`
          : isSealed(idNumber) && personReason !== 'NUMBER_SET_ASIDE'
            ? (idNumber.born ?? '')
            : '';
    return born !== '' && born > before;
  });
}

/** `YYYY-MM-DD` in Beijing: born later is younger. */
export function dayYearsAgo(years: number, now = new Date()): string {
  const [year, rest] = [
    new Intl.DateTimeFormat('en-CA', { timeZone: 'Asia/Shanghai', year: 'numeric' }).format(now),
    new Intl.DateTimeFormat('en-CA', { timeZone: 'Asia/Shanghai' }).format(now).slice(4),
  ];
  return `${Number(year) - years}${rest}`;
}
