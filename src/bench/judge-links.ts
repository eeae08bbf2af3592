import { createReadStream, createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { once } from 'node:events';
import { finished } from 'node:stream/promises';
import { join } from 'node:path';
import { scorePairs, type Score } from '../../fixtures/score.js';
import type { Database } from '../database/connect.js';
import { writeLinks, type WrittenKind } from '../link/write-links.js';
import { recordRef } from '../model/ref.js';

export const KINDS = ['person', 'household', 'dwelling', 'building'] as const satisfies readonly WrittenKind[];

/** What a day's links are worth beside the truth. */
export interface Judgement {
  readonly scores: Readonly<Record<(typeof KINDS)[number], Score>>;
  /** Mentions whose person has a row of his own in the truth. Found: that point to somebody; right: to that person. */
  readonly mentions: { readonly of: number; readonly found: number; readonly right: number };
  /** Persons that hold two different valid numbers. */
  readonly twoNumbers: number;
  /** Rows whose number the linkage holds to be somebody else's; they count for no number above. */
  readonly setAside: number;
  /** Two true persons in one entity, by what they are to each other. */
  readonly merged: Readonly<Record<Relation, number>>;
  /** Persons that the truth knows. */
  readonly persons: number;
}

/** Twins: one date of birth and one surname. Father and son: fifteen years apart, one surname, one household. Namesakes: one name. */
export type Relation = 'twins' | 'fatherAndSon' | 'namesakes' | 'strangers';

export interface JudgedDay {
  readonly database: Database;
  /** Of `generateCounty`. */
  readonly folder: string;
  readonly day: number;
  /** Where the links are written. */
  readonly linksFile: string;
  /** Every wrong pair of rows goes in here, where given; refs only. */
  readonly wrongFile?: string;
}

export async function judgeLinks(judged: JudgedDay): Promise<Judgement> {
  const { database, folder, day, linksFile } = judged;
  const county = await countyOf(database);
  const out = createWriteStream(linksFile);
  await writeLinks(database, county, KINDS, async (text) => {
    if (!out.write(text)) await once(out, 'drain');
  });
  out.end();
  await finished(out);
  const truthFile = join(folder, `truth/day-${day}.csv`);
  const goodFile = join(folder, `truth/good-numbers-day-${day}.csv`);
  const scores: Partial<Record<(typeof KINDS)[number], Score>> = {};
  for (const kind of KINDS) scores[kind] = await scorePairs(truthFile, linksFile, kind, goodFile);
  const meeting = await meet(truthFile, linksFile);
  if (judged.wrongFile) await writeWrong(judged.wrongFile, truthFile, linksFile);
  return {
    scores: scores as Judgement['scores'],
    mentions: await judgeMentions(judged, county, meeting),
    ...(await countNumbers(database)),
    merged: await sortMerged(judged, county, meeting),
    persons: meeting.persons,
  };
}

export async function countyOf(database: Database): Promise<string> {
  const [row] = await database.query<{ value: string }>(`select value from setting where name = 'county'`);
  return row!.value;
}

interface Meeting {
  /** True person by ref. */
  readonly trueOf: ReadonlyMap<string, string>;
  /** True persons of an entity, with the number of its rows that are theirs. */
  readonly inside: ReadonlyMap<string, ReadonlyMap<string, number>>;
  readonly persons: number;
}

async function meet(truthFile: string, linksFile: string): Promise<Meeting> {
  const trueOf = await readKind(truthFile, 'person');
  const inside = new Map<string, Map<string, number>>();
  for await (const [ref, kind, entity] of rowsOf(linksFile)) {
    const person = kind === 'person' ? trueOf.get(ref) : undefined;
    if (person === undefined) continue;
    let counts = inside.get(entity);
    if (!counts) inside.set(entity, (counts = new Map()));
    counts.set(person, (counts.get(person) ?? 0) + 1);
  }
  return { trueOf, inside, persons: new Set(trueOf.values()).size };
}

export async function readKind(file: string, wanted: string): Promise<Map<string, string>> {
  const read = new Map<string, string>();
  for await (const [ref, kind, entity] of rowsOf(file)) if (kind === wanted) read.set(ref, entity);
  return read;
}

/** The first must be 0: two different valid numbers are never one person without a human's word. */
async function countNumbers(database: Database): Promise<Pick<Judgement, 'twoNumbers' | 'setAside'>> {
  const [row] = await database.query<{ twoNumbers: number; setAside: number }>(
    `with numbered as (
       select l.person, r.id_number, l.person_reason is not distinct from 'NUMBER_SET_ASIDE' as aside
       from link l join record r on r.county = l.county and r.id = l.record where l.person is not null and r.id_number is not null)
     select (select count(*) from (select from numbered where not aside group by person having count(distinct id_number) > 1) two) as "twoNumbers",
       (select count(*) from numbered where aside) as "setAside"`,
  );
  return row!;
}

/** A mention is right where it points to the entity most of whose rows are the true person's. */
async function judgeMentions(
  { database, folder, day }: JudgedDay,
  county: string,
  { trueOf, inside }: Meeting,
): Promise<Judgement['mentions']> {
  const pointed = new Map<number, { pointer: string; person: number | null }[]>();
  for (const { record, pointer, person } of await database.query<{
    record: number;
    pointer: string;
    person: number | null;
  }>('select record, pointer, person from mention where county = $1', [county])) {
    const list = pointed.get(record);
    if (list) list.push({ pointer, person });
    else pointed.set(record, [{ pointer, person }]);
  }
  const told = new Map<string, number | null>();
  for await (const [ref, record] of citedRecords(database, county)) {
    for (const { pointer, person } of pointed.get(record) ?? []) told.set(`${ref}#${pointer}`, person);
  }
  const known = new Set(trueOf.values());
  let [of, found, right] = [0, 0, 0];
  for await (const [mention, , person] of rowsOf(join(folder, `truth/mentions-day-${day}.csv`))) {
    const entity = told.get(mention) ?? null;
    if (entity !== null) found += 1;
    if (!known.has(person)) continue;
    of += 1;
    if (entity !== null && commonest(inside.get(String(entity)) ?? new Map<string, number>()) === person) right += 1;
  }
  return { of, found, right };
}

/** Two true persons in one entity: what are they to each other? Asked of what their rows state. */
async function sortMerged(
  { database, folder, day }: JudgedDay,
  county: string,
  { trueOf, inside }: Meeting,
): Promise<Record<Relation, number>> {
  const pairs = [...inside.values()].flatMap((counts) => {
    const persons = [...counts.keys()].toSorted();
    return persons.flatMap((one, i) => persons.slice(i + 1).map((other) => [one, other] as const));
  });
  const merged: Record<Relation, number> = { twins: 0, fatherAndSon: 0, namesakes: 0, strangers: 0 };
  if (pairs.length === 0) return merged;
  const wanted = new Set(pairs.flat());
  const households = await readKind(join(folder, `truth/day-${day}.csv`), 'household');
  const good = new Set<string>();
  for await (const [ref] of rowsOf(join(folder, `truth/good-numbers-day-${day}.csv`))) good.add(ref);
  const rows = new Map<number, { person: string; ref: string }>();
  for await (const [ref, record] of citedRecords(database, county)) {
    const person = trueOf.get(ref);
    if (person !== undefined && wanted.has(person)) rows.set(record, { person, ref });
  }
  const faces = new Map<string, Face>();
  const stated = await database.query<{ id: number; name: string | null; number: string | null; birth: string | null }>(
    `select id, name, coalesce(stated->'idNumber'->>'sealed', id_number) as number, birth_date as birth
     from record where county = $1 and id = any($2::bigint[]) order by id`,
    [county, [...rows.keys()]],
  );
  for (const { id, name, number: sealed, birth } of stated) {
    const number = sealed && database.sealing.open(sealed);
    const { person, ref } = rows.get(id)!;
    const face = faces.get(person) ?? { names: new Map(), births: new Map(), homes: new Set() };
    faces.set(person, face);
    if (name !== null) face.names.set(name, (face.names.get(name) ?? 0) + 1);
    // A correct number outweighs whatever is stated beside it.
    const born = number !== null && good.has(ref) ? number.slice(6, 14) : birth?.replaceAll('-', '');
    if (born) face.births.set(born, (face.births.get(born) ?? 0) + (number !== null && good.has(ref) ? 100 : 1));
    const home = households.get(ref);
    if (home !== undefined) face.homes.add(home);
  }
  for (const [one, other] of pairs) merged[relate(faces.get(one), faces.get(other))] += 1;
  return merged;
}

interface Face {
  readonly names: Map<string, number>;
  readonly births: Map<string, number>;
  readonly homes: Set<string>;
}

function relate(one: Face | undefined, other: Face | undefined): Relation {
  if (!one || !other) return 'strangers';
  const [name, otherName] = [commonest(one.names) ?? '', commonest(other.names) ?? ''];
  const [born, otherBorn] = [commonest(one.births) ?? '', commonest(other.births) ?? ''];
  const surname = name !== '' && name[0] === otherName[0];
  if (surname && born.length === 8 && born === otherBorn) return 'twins';
  const gap = Math.abs(Number(born.slice(0, 4)) - Number(otherBorn.slice(0, 4)));
  const together = [...one.homes].some((home) => other.homes.has(home));
  if (surname && born !== '' && otherBorn !== '' && gap >= 15 && (together || name === otherName))
    return 'fatherAndSon';
  return name !== '' && name === otherName ? 'namesakes' : 'strangers';
}

function commonest(counts: ReadonlyMap<string, number>): string | null {
  let best: string | null = null;
  for (const [word, n] of counts) {
    const most = best === null ? -1 : counts.get(best)!;
    if (n > most || (n === most && word < best!)) best = word;
  }
  return best;
}

/** Each ref of every delivery that was taken, with the record that it is. */
export async function* citedRecords(
  database: Database,
  county: string,
): AsyncGenerator<readonly [ref: string, record: number]> {
  const parts = await database.query<{ delivery: number; part: number; dataset: string; file: string; format: string }>(
    `select s.delivery, s.part, d.dataset, d.file, d.format from sighting s
     join delivery d on d.county = s.county and d.id = s.delivery
     where s.county = $1 and d.state = 'taken' order by s.delivery, s.part`,
    [county],
  );
  for (const { delivery, part, dataset, file, format } of parts) {
    const [seen] = await database.query<{
      sheet: string | null;
      rows: number[] | null;
      items: string[] | null;
      records: string[];
    }>('select sheet, rows, items, records from sighting where county = $1 and delivery = $2 and part = $3', [
      county,
      delivery,
      part,
    ]);
    const { sheet, rows, items, records } = seen!;
    for (let i = 0; i < records.length; i += 1) {
      const ref = recordRef({ file, dataset, format, sheet, row: rows?.[i] ?? null, item: items?.[i] ?? null });
      yield [ref, Number(records[i])];
    }
  }
}

/** CSV `what,kind,ref,other`: `false`, a row of another in the entity of the first; `missed`, a row of the same that is elsewhere. */
async function writeWrong(file: string, truthFile: string, linksFile: string): Promise<void> {
  const out = createWriteStream(file);
  out.write('what,kind,ref,other\n');
  for (const kind of KINDS) {
    const trueOf = await readKind(truthFile, kind);
    const linkOf = await readKind(linksFile, kind);
    // One line for each part into which a group falls apart: its first row beside the first row of the largest part.
    const tell = async (what: string, groups: ReadonlyMap<string, string>, parts: ReadonlyMap<string, string>) => {
      const rows = new Map<string, Map<string, string[]>>();
      for (const ref of trueOf.keys()) {
        const group = groups.get(ref);
        if (group === undefined) continue;
        const part = parts.get(ref) ?? `alone ${ref}`;
        const inside = rows.get(group) ?? new Map<string, string[]>();
        rows.set(group, inside);
        inside.set(part, [...(inside.get(part) ?? []), ref]);
      }
      for (const inside of rows.values()) {
        if (inside.size < 2) continue;
        const [largest, ...rest] = [...inside.values()].toSorted((one, other) => other.length - one.length);
        for (const part of rest)
          for (const ref of part)
            if (!out.write(`${what},${kind},${quote(ref)},${quote(largest![0]!)}\n`)) await once(out, 'drain');
      }
    };
    await tell('false', linkOf, trueOf);
    await tell('missed', trueOf, linkOf);
  }
  out.end();
  await finished(out);
}

const quote = (ref: string): string => (/[",]/.test(ref) ? `"${ref.replaceAll('"', '""')}"` : ref);

async function* rowsOf(file: string): AsyncGenerator<readonly [string, string, string]> {
  let header = true;
  for await (const line of createInterface({ input: createReadStream(file, 'utf8'), crlfDelay: Infinity })) {
    if (header || line === '') {
      header = false;
      continue;
    }
    const quoted = /^"((?:[^"]|"")*)",?/.exec(line);
    const ref = quoted ? quoted[1]!.replaceAll('""', '"') : line.split(',', 1)[0]!;
    const [kind = '', entity = ''] = line.slice(quoted ? quoted[0].length : ref.length + 1).split(',');
    yield [ref, kind, entity];
  }
}
