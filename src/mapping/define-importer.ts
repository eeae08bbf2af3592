import { statedFields } from '../model/stated-fields.js';
import { foldHeader } from '../model/header.js';
import type {
  Believable,
  Column,
  Dataset,
  Duplicates,
  FileShape,
  Importer,
  KeyPart,
  Mention,
} from '../model/importer.js';
import { refusalOf } from '../model/refused-columns.js';
import type { Subject, Tie, Words } from '../model/register.js';
import type { ColumnWords } from './words.js';

/** A dataset as an importer writes it. */
export interface DatasetWords {
  readonly title: Words;
  readonly file: FileShape;
  readonly speaksOf: readonly Subject[];
  readonly tie?: Tie;
  /** `ordinary` unless the register says otherwise. */
  readonly duplicates?: Duplicates;
  /** field → what its column is called and how it is read. */
  readonly columns: Readonly<Record<string, ColumnWords>>;
  /** Alternatives from the left; a part is a field or `@sheet`. */
  readonly key: readonly (readonly string[])[];
  readonly mentions?: readonly Mention[];
  /** header → why it is not collected; the house's own list holds besides. */
  readonly refused?: Readonly<Record<string, string>>;
  /** header → why it is of no use. */
  readonly ignored?: Readonly<Record<string, string>>;
  readonly believable?: Believable;
}

/**
 * One department's declaration, checked: a mistake in it is a bug, found when the program starts and not on the night when
 * the column arrives.
 * @throws Error naming the dataset and what is wrong with it
 */
export function defineImporter(words: {
  readonly register: string;
  readonly title: Words;
  readonly datasets: Readonly<Record<string, DatasetWords>>;
}): Importer {
  if (!/^[a-z][a-z0-9-]*$/.test(words.register))
    throw new Error(`register ${words.register}: lower case, digits, hyphens`);
  const datasets = Object.entries(words.datasets).map(([name, dataset]) =>
    defineDataset(words.register, name, dataset),
  );
  return { register: words.register, title: words.title, datasets };
}

function defineDataset(register: string, shortName: string, words: DatasetWords): Dataset {
  const dataset: Dataset = {
    name: `${register}/${shortName}`,
    register,
    title: words.title,
    file: words.file,
    speaksOf: words.speaksOf,
    tie: words.tie ?? null,
    duplicates: words.duplicates ?? 'ordinary',
    mentions: words.mentions ?? [],
    columns: Object.entries(words.columns).map(([field, column]): Column => ({
      field,
      headers: column.headers,
      word: column.word,
      must: column.must,
      needed: column.needed,
    })),
    key: words.key.map((parts) =>
      parts.map((part): KeyPart => (part === '@sheet' ? { sheet: true } : { field: part })),
    ),
    refused: words.refused ?? {},
    ignored: words.ignored ?? {},
    believable: words.believable ?? {},
  };
  const mistake = MISTAKES.map((find) => find(dataset)).find((found) => found !== null);
  if (mistake !== undefined) throw new Error(`importer ${dataset.name}: ${mistake}`);
  return dataset;
}

type FindMistake = (dataset: Dataset) => string | null;

/** What can be wrong with a declaration; each looks for one thing. */
const MISTAKES: readonly FindMistake[] = [
  ({ key }) => (key.length === 0 || key.some((parts) => parts.length === 0) ? 'it has no key' : null),
  (dataset) =>
    complain(keyFields(dataset), (field) => !isField(dataset, field), 'the key names no field of the dataset'),
  (dataset) => (usesSheet(dataset) && dataset.file.format !== 'workbook' ? 'only a workbook has sheets to name' : null),
  (dataset) =>
    complain(mentionFields(dataset), (field) => !isField(dataset, field), 'a mention names no field of the dataset'),
  (dataset) =>
    complain(wordFields(dataset), (field) => !isField(dataset, field), 'a word names no field of the dataset'),
  ({ columns }) =>
    complain(
      columns,
      ({ headers, word }) => headers.length === 0 && word.kind !== 'sheetName',
      'no header for',
      ({ field }) => field,
    ),
  (dataset) => {
    const headers = allHeaders(dataset);
    return complain(headers, (header, at) => headers.indexOf(header) !== at, 'a header stands twice');
  },
  ({ columns }) =>
    complain(
      columns.flatMap(({ headers }) => headers),
      (header) => refusalOf(foldHeader(header)) !== null,
      'the house does not collect',
    ),
  ({ columns }) =>
    columns.some(({ word }) => word.kind === 'longitude') === columns.some(({ word }) => word.kind === 'latitude')
      ? null
      : 'a coordinate stands alone',
  ({ file }) => (/[gy]/.test(file.name.flags) ? 'a file name’s pattern must not remember where it was' : null),
  ({ speaksOf }) => (speaksOf.length === 0 ? 'it speaks of nothing' : null),
  ({ believable: { retired, refusedRows } }) =>
    complain([retired ?? 0, refusedRows ?? 0], (share) => share < 0 || share > 1, 'a share lies between 0 and 1, not'),
];

function complain<T>(
  all: readonly T[],
  wrong: (each: T, at: number) => boolean,
  sentence: string,
  tell: (each: T) => string = String,
): string | null {
  const found = all.find(wrong);
  return found === undefined ? null : `${sentence}: ${tell(found)}`;
}

/** A number that failed validation has a field of its own, which a key may name. */
function isField({ columns }: Dataset, name: string): boolean {
  return columns.some((column) => statedFields(column).includes(name));
}

const keyFields = ({ key }: Dataset) => key.flat().flatMap((part) => ('field' in part ? [part.field] : []));

const usesSheet = ({ key, columns }: Dataset) =>
  key.flat().some((part) => 'sheet' in part) || columns.some(({ word }) => word.kind === 'sheetName');

/** The fields of a mention in a list are keys of the list's elements; the list itself must be there. */
const mentionFields = ({ mentions }: Dataset) =>
  mentions.flatMap(({ pointer, name, idNumber, phone, list }) =>
    pointer.endsWith('/*')
      ? [list ?? pointer.slice(0, -2)]
      : [name, ...(idNumber ? [idNumber] : []), ...(phone ? [phone] : [])],
  );

const wordFields = ({ columns }: Dataset) =>
  columns.flatMap(({ word }) => {
    if (word.kind === 'anyIdNumber') return [word.typeField];
    if (word.kind === 'disabilityNumber') return [word.checks];
    if (word.kind === 'villageName' && word.townshipField !== undefined) return [word.townshipField];
    return [];
  });

const allHeaders = ({ columns, refused, ignored }: Dataset) =>
  [...columns.flatMap(({ headers }) => headers), ...Object.keys(refused), ...Object.keys(ignored)].map(foldHeader);
