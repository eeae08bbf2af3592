import { copyInto } from '../database/copy.js';
import { openFill } from '../database/open-fill.js';
import { compareNames } from './compare-names.js';
import { foldName } from './fold-name.js';
import type { PersonClusters } from './form-person-clusters.js';
import { KINDS } from './link-columns.js';
import type { Linkage } from './linkage.js';

const PERSON = KINDS.indexOf('person');
const COLUMNS = [
  'county',
  'record',
  'pointer',
  'register',
  'township',
  'village',
  'grid',
  'status',
  'name',
  'id_key',
  'person',
  'person_reason',
];

/**
 * Persons named inside records about something else: by an equal valid number with a name that does not contradict. A mention joins
 * nothing; it only points.
 * @param own rows whose mentions are read anew @param numbers keys whose persons may have changed
 */
export async function linkMentions(
  linkage: Linkage,
  own: ReadonlySet<number> | null,
  numbers: readonly number[],
  persons: PersonClusters,
): Promise<void> {
  const { client, county, columns, reader, mode } = linkage;
  const others = own === null || numbers.length === 0 ? [] : await mentionsOf(linkage, numbers, own);
  if (mode.linkedBefore) {
    if (own === null) await client.query('delete from mention where county = $1', [county]);
    else {
      const ids = [...own].map((row) => columns.id[row]!);
      await client.query('delete from mention where county = $1 and record = any($2::bigint[])', [county, ids]);
    }
  }
  const fill = await openFill(client, 'mention');
  const copy = copyInto(client, fill.table, COLUMNS);
  for (const { row, pointer, name, idKey } of reader.mentions) {
    if (own !== null && !own.has(row)) continue;
    const person = personOf(linkage, persons, idKey, name);
    const [register, , township, village, grid, status] = columns.scopes.textOf(columns.scope[row]!).split('\t');
    const waiting = copy.write([
      county,
      columns.id[row],
      pointer,
      register,
      nullOf(township),
      nullOf(village),
      nullOf(grid),
      status,
      name || null,
      idKey,
      person,
      person === null ? null : 'ID_NUMBER_AND_NAME',
    ]);
    if (waiting) await waiting;
  }
  await copy.end();
  await fill.finish();
  for (const mention of others) {
    const person = personOf(linkage, persons, mention.id_key, mention.name ?? '');
    if (person === mention.person) continue;
    await client.query(
      `update mention set person = $4, person_reason = case when $4::bigint is not null then 'ID_NUMBER_AND_NAME' end
       where county = $1 and record = $2 and pointer = $3`,
      [county, mention.record, mention.pointer, person],
    );
  }
}

interface StoredMention {
  readonly record: number;
  readonly pointer: string;
  readonly name: string | null;
  readonly id_key: number;
  readonly person: number | null;
}

async function mentionsOf(
  { client, county, columns }: Linkage,
  numbers: readonly number[],
  own: ReadonlySet<number>,
): Promise<StoredMention[]> {
  const found = await client.query<StoredMention>(
    `select record, pointer, name, id_key, person from mention where county = $1 and id_key = any($2::bigint[])`,
    [county, numbers],
  );
  const ownIds = new Set([...own].map((row) => columns.id[row]!));
  return found.rows.filter(({ record }) => !ownIds.has(record));
}

function personOf(linkage: Linkage, persons: PersonClusters, idKey: number, name: string): number | null {
  const { columns, after } = linkage;
  const group = persons.groups.index.find(idKey);
  if (group < 0) return null;
  const anchor = persons.anchor[group]!;
  const anchorName = columns.names.textOf(columns.name[anchor]!);
  if (name === '' || anchorName === '' || compareNames(foldName(name), anchorName) === null) return null;
  return after.entity[PERSON]![anchor]! || null;
}

function nullOf(text: string | undefined): string | null {
  return text === undefined || text === '\\N' ? null : text;
}
