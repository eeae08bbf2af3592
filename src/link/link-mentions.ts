import { copyInto, type CopyValue } from '../database/copy.js';
import { openFill } from '../database/open-fill.js';
import { KINDS } from './link-columns.js';
import type { Linkage } from './linkage.js';
import { identifyMentions, type Identified } from './mentions/identify-mentions.js';
import { MENTION_REASONS, PARTS, type MentionColumns } from './mentions/mention-columns.js';
import type { PersonsLayer } from './persons-layer.js';
import { readCopy } from './read-copy.js';

const [PERSON, DWELLING, BUILDING] = (['person', 'dwelling', 'building'] as const).map((kind) => KINDS.indexOf(kind));
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
  'phone_key',
  'person',
  'person_reason',
];

/** Points every mention of the county to its person, once all links are written. */
export async function linkMentions(linkage: Linkage, layer: PersonsLayer): Promise<void> {
  const { client, county, columns, after, reader, mode } = linkage;
  const { mentions } = reader;
  for (let at = 0; at < mentions.size; at += 1) {
    const row = mentions.row[at]!;
    mentions.record[at] = columns.id[row]!;
    mentions.village[at] = columns.village[row]!;
    mentions.person[at] = after.entity[PERSON!]![row]!;
    mentions.dwelling[at] = after.entity[DWELLING!]![row]!;
    mentions.building[at] = after.entity[BUILDING!]![row]!;
  }
  const identified = await identifyMentions(linkage, layer, mentions);
  if (mode.linkedBefore) await client.query('delete from mention where county = $1', [county]);
  const fill = await openFill(client, 'mention');
  const copy = copyInto(client, fill.table, COLUMNS);
  for (let at = 0; at < mentions.size; at += 1) {
    const waiting = copy.write(cellsOf(linkage, identified, at));
    if (waiting) await waiting;
  }
  await copy.end();
  await fill.finish();
}

/** What a night found out about the mentions, and has not written yet. */
export interface MentionsAsked {
  readonly identified: Identified;
  /** So many of them were read tonight. */
  readonly read: number;
  /** Of these, what stands in the table: by `RECORD|POINTER`, as `signatureOf` tells them. */
  readonly stored: Map<string, string>;
}

/**
 * Anybody's coming or going may make a namesake's mention certain or doubtful, so that a night asks again of all of them, of memory. Where
 * their records stand is last night's word, by `beside`, and what tonight has made of it.
 * @param ready they are read before it and asked after: until it nobody's statements should wait for the asking
 */
export async function askMentions(linkage: Linkage, layer: PersonsLayer, ready: Promise<void>): Promise<MentionsAsked> {
  const { columns, reader } = linkage;
  const { mentions } = reader;
  const read = mentions.size;
  const rowOf = new Map(Array.from(linkage.readRows(), (row) => [columns.id[row]!, row]));
  for (let at = 0; at < read; at += 1) mentions.record[at] = columns.id[mentions.row[at]!]!;
  placeRead(linkage, mentions, read);
  const stored = await readStored(linkage, mentions, rowOf);
  await ready;
  return { identified: await identifyMentions(linkage, layer, mentions), read, stored };
}

/** Writes those that changed. */
export async function writeMentions(linkage: Linkage, { identified, read, stored }: MentionsAsked): Promise<void> {
  const { mentions } = linkage.reader;
  const moved: number[] = [];
  for (let at = read; at < mentions.size; at += 1)
    if (identified.person[at] !== mentions.oldPerson[at] || identified.reason[at] !== mentions.oldReason[at])
      moved.push(at);
  await movePersons(linkage, mentions, identified, moved);
  const written: (readonly CopyValue[])[] = [];
  for (let at = 0; at < read; at += 1) {
    const cells = cellsOf(linkage, identified, at);
    const key = `${mentions.record[at]}|${mentions.pointers.textOf(mentions.pointer[at]!)}`;
    if (stored.get(key) !== signatureOf(cells)) written.push(cells);
    else stored.delete(key);
  }
  await replace(linkage, [...stored.keys()], written);
}

/** Where the records of the first `read` mentions stand. */
function placeRead(linkage: Linkage, mentions: MentionColumns, read: number): void {
  const { columns, after } = linkage;
  for (let at = 0; at < read; at += 1) {
    const row = mentions.row[at]!;
    mentions.village[at] = columns.village[row]!;
    for (const kind of PLACED) mentions[kind][at] = now(linkage, kind, after.entity[KINDS.indexOf(kind)]![row]!);
  }
}

const PLACED = ['person', 'dwelling', 'building'] as const;

/** A row that was not looked at for it goes where its entity was merged into. */
function now({ merged }: Linkage, kind: (typeof PLACED)[number], entity: number): number {
  return merged.get(kind)?.get(entity) ?? entity;
}

/**
 * Adds the mentions of last night whose records were not read.
 * @returns those of records that were, by `RECORD|POINTER`, as `signatureOf` tells them
 */
async function readStored(
  linkage: Linkage,
  mentions: MentionColumns,
  rowOf: ReadonlyMap<number, number>,
): Promise<Map<string, string>> {
  const { client, beside, county, columns, datasets } = linkage;
  const parts = new Map(
    datasets.flatMap(({ name, mentions: declared }) =>
      declared.map(({ pointer, part }) => [`${name}|${pointer}`, PARTS.indexOf(part ?? null)]),
    ),
  );
  const stored = new Map<string, string>();
  await readCopy(
    beside ?? client,
    `select ${COLUMNS.slice(1)
      .map((name) => `m.${name}`)
      .join(', ')}, l.dataset, l.person, l.dwelling, l.building
     from mention m left join link l on l.county = m.county and l.record = m.record where m.county = '${county}'`,
    (cells) => {
      const [record, pointer, , , village, , , name, idKey, phoneKey, person, reason, dataset, ...entities] = cells;
      if (rowOf.has(Number(record))) {
        stored.set(`${record}|${pointer}`, signatureOf([county, ...cells.slice(0, COLUMNS.length - 1)]));
        return;
      }
      const at = mentions.add();
      mentions.row[at] = -1;
      mentions.record[at] = Number(record);
      mentions.pointer[at] = mentions.pointers.codeOf(pointer!);
      mentions.name[at] = mentions.names.codeOf(name ?? '');
      mentions.idKey[at] = Number(idKey ?? 0);
      mentions.phoneKey[at] = Number(phoneKey ?? 0);
      mentions.part[at] = parts.get(`${dataset}|${pointer}`) ?? 0;
      mentions.village[at] = columns.texts.codeOf(village ?? '');
      mentions.oldPerson[at] = Number(person ?? 0);
      mentions.oldReason[at] = Math.max(0, (MENTION_REASONS as readonly (string | null)[]).indexOf(reason ?? null));
      PLACED.forEach((kind, i) => (mentions[kind][at] = now(linkage, kind, Number(entities[i] ?? 0))));
    },
  );
  return stored;
}

async function movePersons(
  { client, county }: Linkage,
  mentions: MentionColumns,
  { person, reason }: Identified,
  moved: readonly number[],
): Promise<void> {
  if (moved.length === 0) return;
  await client.query(
    `update mention m set person = t.person, person_reason = t.reason
     from unnest($2::bigint[], $3::text[], $4::bigint[], $5::text[]) as t (record, pointer, person, reason)
     where m.county = $1 and m.record = t.record and m.pointer = t.pointer`,
    [
      county,
      moved.map((at) => mentions.record[at]!),
      moved.map((at) => mentions.pointers.textOf(mentions.pointer[at]!)),
      moved.map((at) => person[at] || null),
      moved.map((at) => MENTION_REASONS[reason[at]!]),
    ],
  );
}

/** @param gone `RECORD|POINTER` of mentions that are no more, or that are written anew */
async function replace(
  { client, county }: Linkage,
  gone: readonly string[],
  written: readonly (readonly CopyValue[])[],
): Promise<void> {
  if (gone.length > 0)
    await client.query(
      `delete from mention m using unnest($2::bigint[], $3::text[]) as t (record, pointer)
       where m.county = $1 and m.record = t.record and m.pointer = t.pointer`,
      [
        county,
        gone.map((key) => Number(key.slice(0, key.indexOf('|')))),
        gone.map((key) => key.slice(key.indexOf('|') + 1)),
      ],
    );
  if (written.length === 0) return;
  const fill = await openFill(client, 'mention');
  const copy = copyInto(client, fill.table, COLUMNS);
  for (const cells of written) {
    const waiting = copy.write(cells);
    if (waiting) await waiting;
  }
  await copy.end();
  await fill.finish();
}

/** In the order of COLUMNS. @param at of a mention whose record was read */
function cellsOf({ county, columns, reader }: Linkage, { person, reason }: Identified, at: number): CopyValue[] {
  const { mentions } = reader;
  const [register, , township, village, grid, status] = columns.scopes
    .textOf(columns.scope[mentions.row[at]!]!)
    .split('\t');
  return [
    county,
    mentions.record[at]!,
    mentions.pointers.textOf(mentions.pointer[at]!),
    register,
    nullOf(township),
    nullOf(village),
    nullOf(grid),
    status,
    mentions.names.textOf(mentions.name[at]!) || null,
    mentions.idKey[at] || null,
    mentions.phoneKey[at] || null,
    person[at] || null,
    MENTION_REASONS[reason[at]!],
  ];
}

function signatureOf(cells: readonly CopyValue[]): string {
  return JSON.stringify(
    cells.map((cell) => (cell === null || cell === undefined ? null : String(cell as string | number))),
  );
}

function nullOf(text: string | undefined): string | null {
  return text === undefined || text === '\\N' ? null : text;
}
