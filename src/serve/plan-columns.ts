/** A column of `link` or of `record`, and how it is written into a line of JSON. */
interface Written {
  readonly column: string;
  /** Put together as text: the functions that make JSON look up for each value how its type is written. */
  readonly write: (place: string) => string;
}

/** What stands in `link`, by the name that evidence has for it. */
export const LINK_COLUMNS = {
  record: { column: 'record', write: (place) => place },
  register: { column: 'register', write: word },
  dataset: { column: 'dataset', write: word },
  township: { column: 'township', write: text },
  village: { column: 'village', write: text },
  grid: { column: 'grid', write: text },
  status: { column: 'status', write: word },
  tie: { column: 'tie', write: (place) => orNull(word(place)) },
  person: { column: 'person', write: orNull },
  household: { column: 'household', write: orNull },
  dwelling: { column: 'dwelling', write: orNull },
  building: { column: 'building', write: orNull },
  personReason: { column: 'person_reason', write: (place) => orNull(word(place)) },
} as const satisfies Readonly<Record<string, Written>>;

/** What stands in `record`. */
export const RECORD_COLUMNS = {
  delivery: { column: 'delivery', write: (place) => place },
  sheet: { column: 'sheet', write: text },
  row: { column: 'row_no', write: orNull },
  item: { column: 'item', write: text },
  // Looked at where the register does not say itself when it changed a row; writing a moment costs as much as two other values.
  validFrom: {
    column: 'valid_from',
    write: (place) =>
      `case when r.stated ? 'updatedAt' or r.stated ? 'collectedAt' then 'null' else ${word(place)} end`,
  },
  carried: { column: 'carried', write: orNull },
  raw: { column: 'raw', write: orNull },
  fields: {
    column: 'stated',
    write: (place) => orNull(`select json_agg(field) from jsonb_object_keys(${place}) as field`),
  },
} as const satisfies Readonly<Record<string, Written>>;

export type LinkColumn = keyof typeof LINK_COLUMNS;
export type RecordColumn = keyof typeof RECORD_COLUMNS;
export type Column = LinkColumn | RecordColumn;

export function isOfRecord(column: Column): column is RecordColumn {
  return column in RECORD_COLUMNS;
}

/** When a register says that it changed a row stands under one of two names: the first that is stated counts. */
export function writeStated(field: string): string {
  if (!/^\w+$/.test(field)) throw new RangeError(`${field} is no field.`);
  return orNull(
    field === 'updatedAt' ? `coalesce(r.stated->'updatedAt', r.stated->'collectedAt')` : `r.stated->'${field}'`,
  );
}

function orNull(expression: string): string {
  return `coalesce((${expression})::text, 'null')`;
}
/** A word of ours: nothing in it has to be escaped. Null stays null. */
function word(expression: string): string {
  return `('"' || ${expression} || '"')`;
}
function text(expression: string): string {
  return orNull(`to_json(${expression})`);
}
