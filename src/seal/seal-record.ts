import type { Column, Dataset } from '../model/importer.js';
import type { Value } from '../model/record.js';
import type { Indexed, SealedValue, Stated } from '../model/sealing.js';
import { statedFields } from '../model/stated-fields.js';
import { isNumber, maskDigits, maskNumbers } from './mask-numbers.js';

type SealText = (kind: Indexed, text: string, masked: string) => SealedValue;

/**
 * Seals the numbers and telephones of a dataset's records: where a column is of them, the value; in any other text, what looks like one is
 * starred, and the whole text is kept sealed beside it as what was written.
 */
export function recordSealer(dataset: Pick<Dataset, 'columns'>, seal: SealText): (record: Stated) => Stated {
  const kinds = new Map(dataset.columns.flatMap((column) => fieldsOf(column)));
  return ({ stated, raw }) => {
    const sealed: Record<string, Value> = {};
    const written: Record<string, string | SealedValue> = {};
    for (const field in raw) written[field] = sealWritten(field, raw[field]!);
    for (const field in stated) {
      const value = stated[field]!;
      const kind = kinds.get(field) ?? 'code';
      if (kind === 'number' || kind === 'phone') {
        sealed[field] = sealIn(value, kind);
        if (field === 'idNumber' && typeof value === 'string')
          sealed[field] = { ...(sealed[field] as object), born: bornIn(value) };
        continue;
      }
      const masked = kind === 'words' ? maskIn(value, maskNumbers) : maskIn(value, maskCode);
      sealed[field] = masked;
      // What was read out of an address says nothing that the address does not say.
      if (masked !== value && written[field] === undefined && !field.endsWith('Elements'))
        written[field] = sealText(typeof value === 'string' ? value : JSON.stringify(value));
    }
    return { stated: sealed, raw: written };
  };

  function sealWritten(field: string, text: string | SealedValue): string | SealedValue {
    if (typeof text !== 'string') return text;
    const kind = kinds.get(field) ?? 'code';
    // What stands there may be from the next column, a telephone in the place of a date.
    return kind === 'number' || kind === 'phone' || maskNumbers(text) !== text ? sealText(text) : text;
  }

  function sealText(text: string): SealedValue {
    const masked = maskNumbers(text);
    return seal('text', text, masked === text ? starred(text) : masked);
  }

  function sealIn(value: Value, kind: Indexed): Value {
    if (typeof value === 'string') return sealOne(value, kind);
    if (Array.isArray(value)) return value.map((each: Value) => sealIn(each, kind));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([member, each]) => {
        const of = MEMBERS[member];
        return [member, of === undefined ? maskIn(each as Value, maskNumbers) : sealIn(each as Value, of)];
      }),
    );
  }

  function sealOne(text: string, kind: Indexed): Value {
    return { ...seal(kind, text, kind === 'phone' ? maskDigits(text) : starred(text)) };
  }
}

/** What was written where a number belongs keeps its ends, whatever it is. */
function starred(text: string): string {
  return text.length < 12 ? '*'.repeat(text.length) : maskDigits(text);
}

function bornIn(number: string): string {
  return `${number.slice(6, 10)}-${number.slice(10, 12)}-${number.slice(12, 14)}`;
}

const MEMBERS: Readonly<Record<string, Indexed>> = { idNumber: 'number', idNumberInvalid: 'number', phone: 'phone' };

/** `words`: people write what they like there; `code`: an office's own digits, among which a number is one only by its check digit. */
type FieldKind = Indexed | 'words' | 'code';

function fieldsOf(column: Column): [string, FieldKind][] {
  const kind = kindOf(column);
  return statedFields(column).map((field) => [field, kind]);
}

function kindOf({ word }: Column): FieldKind {
  switch (word.kind) {
    case 'idNumber':
    case 'anyIdNumber':
    case 'disabilityNumber':
      return 'number';
    case 'phone':
      return 'phone';
    case 'json':
      return word.shape === 'people' ? 'number' : 'words';
    case 'text':
    case 'personName':
    case 'names':
    case 'list':
    case 'address':
      return 'words';
    default:
      return 'code';
  }
}

function maskCode(text: string): string {
  return isNumber(text) ? maskDigits(text) : text;
}

/** The very value where there is nothing to mask. */
function maskIn(value: Value, mask: (text: string) => string): Value {
  if (typeof value === 'string') return mask(value);
  if (typeof value !== 'object' || value === null) return value;
  let changed = false;
  const masked = Object.entries(value).map(([member, each]) => {
    const inner = maskIn(each as Value, mask);
    if (inner !== each) changed = true;
    return [member, inner] as const;
  });
  if (!changed) return value;
  return Array.isArray(value) ? masked.map(([, inner]) => inner) : Object.fromEntries(masked);
}
