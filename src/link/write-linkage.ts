import { copyInto } from '../database/copy.js';
import { openFill } from '../database/open-fill.js';
import { appendChanges, beginLog, gatherChanges, noteChanges, noteFollowers, type Appended } from './append-changes.js';
import { ENTITY_COLUMNS, KEY_COLUMNS, KINDS, REASONED, reasonText } from './link-columns.js';
import type { Linkage } from './linkage.js';

const SCOPE = ['register', 'dataset', 'township', 'village', 'grid', 'status', 'tie'];
const COLUMNS = [
  'county',
  'record',
  ...SCOPE,
  ...ENTITY_COLUMNS,
  ...REASONED.map((kind) => `${kind}_reason`),
  ...KEY_COLUMNS,
];

/** Stages that are filled while the run goes on; before a first load the tables themselves are empty and take the rows straight. */
export async function openStaging({ client, county, mode, restored }: Linkage): Promise<void> {
  if (!mode.linkedBefore) return;
  // An undo that waits for a second reviewer waits here as well; one whose decisions were revoked gives nothing back.
  await client.query(
    `create temp table restored_tonight on commit drop as
     select r.kind, r.record, r.entity, r.undo from identity_restore r join identity_undo u on u.county = r.county and u.id = r.undo
     where r.county = $1 and not exists (
       select from decision d where d.county = $1 and d.id = any (u.decisions) and d.state <> 'effective')`,
    [county],
  );
  const { rows } = await client.query<{ kind: string; record: number; entity: number }>(
    'select kind, record, entity from restored_tonight',
  );
  for (const { kind, record, entity } of rows) {
    if (!restored.has(kind)) restored.set(kind, new Map());
    restored.get(kind)!.set(record, entity);
  }
  await client.query(
    `create temp table entity_tonight on commit drop as select county, id, kind, status, merged_into from entity with no data`,
  );
  await client.query(`create temp table link_tonight on commit drop as select * from link with no data`);
}

/**
 * Writes the links of these rows, and what became of the entities; only rows that differ are touched.
 * `onTold`: once the database is at work on all of them
 */
export async function writeLinkage(
  linkage: Linkage,
  rows: Int32Array,
  { onRow, onTold }: { readonly onRow?: (done: number) => void; readonly onTold?: () => void } = {},
): Promise<Appended> {
  const { client, mode, county } = linkage;
  const fill = mode.linkedBefore ? null : await openFill(client, 'link');
  await copyLinks(linkage, fill?.table ?? 'link_tonight', rows, onRow);
  await fill?.finish();
  linkage.releaseHomes();
  if (!mode.linkedBefore) {
    await client.query(
      `insert into touched_entity (county, kind, entity) select $1, unnest($2::text[]), 0 on conflict do nothing`,
      [county, KINDS],
    );
    return await beginLog(linkage);
  }
  await client.query('create index on link_tonight (record)');
  await client.query('analyze link_tonight');
  await noteChanges(linkage);
  await noteTouchedEntities(linkage);
  const values = COLUMNS.slice(2);
  const inserted = client.query(
    // What has not changed is left out before the conflict is met: ON CONFLICT locks, and so writes, every row that it meets.
    `insert into link (${COLUMNS.join(', ')}) select ${COLUMNS.map((name) => `t.${name}`).join(', ')}
     from link_tonight t left join link l on l.county = t.county and l.record = t.record
     where l.record is null
       or (${values.map((name) => `l.${name}`).join(', ')}) is distinct from (${values.map((name) => `t.${name}`).join(', ')})
     on conflict (county, record) do update set ${values.map((name) => `${name} = excluded.${name}`).join(', ')}`,
  );
  // Whoever counts now keeps no statement waiting for long: this is the longest, and the next has to follow it.
  onTold?.();
  await inserted;
  await client.query(
    `insert into entity (county, id, kind, status, merged_into) select t.county, t.id, t.kind, t.status, t.merged_into
     from entity_tonight t left join entity e on e.county = t.county and e.id = t.id
     where e.id is null or (e.status, e.merged_into) is distinct from (t.status, t.merged_into)
     on conflict (county, id) do update set status = excluded.status, merged_into = excluded.merged_into`,
  );
  // A redirect leads to where the records are, in one step, however often they moved on.
  await client.query(
    `update entity as e set merged_into = t.merged_into from entity_tonight t
     where t.merged_into is not null and e.county = t.county and e.merged_into = t.id`,
  );
  await followMerges(linkage);
  await gatherChanges(linkage);
  await renewStatuses(linkage);
  return await appendChanges(linkage);
}

/** Rows that only cite an entity which was merged tonight were not read for it: they go where its own records went. */
async function followMerges({ client, county, mode }: Linkage): Promise<void> {
  if (mode.full) return;
  for (const [i, kind] of KINDS.entries()) {
    await client.query(
      `with moved as (
         update link as l set ${ENTITY_COLUMNS[i]} = t.merged_into from merged_tonight t
         where t.kind = $2 and l.county = $1 and l.${ENTITY_COLUMNS[i]} = t.id
         returning t.id as from_entity, t.merged_into as to_entity, l.record, l.register, l.township, l.village, l.grid, l.tie, l.status),
       ${noteFollowers(kind, 'moved')}`,
      [county, kind],
    );
  }
}

/**
 * A row that only cites a building is placed without reading everybody who lives there; whether the building still has a current
 * record is therefore asked of the links as they now are. Counts on link_<kind>.
 */
async function renewStatuses({ client, county, mode }: Linkage): Promise<void> {
  if (mode.full) return;
  for (const [i, kind] of KINDS.entries()) {
    await client.query(
      `update entity as e set status = now.status
       from (select t.entity, case when exists (
               select from link l where l.county = $1 and l.${ENTITY_COLUMNS[i]} = t.entity and l.status = 'current'
             ) then 'active' else 'retired' end as status
             from unclear_tonight t where t.kind = $2) as now
       where e.county = $1 and e.id = now.entity and e.kind = $2 and e.status <> 'merged' and e.status <> now.status`,
      [county, kind],
    );
  }
}

/** Entities that gained or lost a record, or of which a record changed. */
async function noteTouchedEntities({ client, county, mode }: Linkage): Promise<void> {
  if (mode.full) {
    await client.query(
      `insert into touched_entity (county, kind, entity) select $1, unnest($2::text[]), 0 on conflict do nothing`,
      [county, KINDS],
    );
    return;
  }
  await client.query(
    `insert into touched_entity (county, kind, entity)
     ${KINDS.map(
       (kind, i) => `select $1, '${kind}', v.entity from row_tonight r
         cross join lateral (values (r.${ENTITY_COLUMNS[i]}), (r.old_${ENTITY_COLUMNS[i]})) as v (entity) where v.entity is not null`,
     ).join(' union ')}
     on conflict do nothing`,
    [county],
  );
}

/** A line a record, made here: 2.6 million of them through a general writer of values cost three times as much. */
async function copyLinks(
  linkage: Linkage,
  table: string,
  rows: Int32Array,
  onRow?: (done: number) => void,
): Promise<void> {
  const { client, county, columns, after } = linkage;
  const copy = copyInto(client, table, COLUMNS);
  const { scopes, scope, id } = columns;
  const keys = keysOf(linkage);
  const first = `${county}\t`;
  const ends: string[] = [];
  const reasons = Array.from({ length: 16 }, (_, code) => `\t${reasonText(code)}`);
  const putNumber = (value: number): void => {
    if (value === 0) return copy.put(NULL);
    copy.put('\t');
    copy.putNumber(value);
  };
  for (let at = 0; at < rows.length; at += 1) {
    const row = rows[at]!;
    copy.put(first);
    copy.putNumber(id[row]!);
    copy.put((ends[scope[row]!] ??= `\t${scopes.textOf(scope[row]!)}`));
    for (const column of after.entity) putNumber(column[row]!);
    for (const column of after.reason) copy.put(column[row] === 0 ? NULL : reasons[column[row]!]!);
    for (const column of keys) putNumber(column[row]!);
    const waiting = copy.endRow();
    if (waiting) await waiting;
    if (at % 10_000 === 0) onRow?.(at);
  }
  await copy.end();
}

const NULL = '\t\\N';

/** In the order of KEY_COLUMNS. */
function keysOf({ columns, dwellingPlaceKey, householdKey }: Linkage): readonly Float64Array[] {
  return [
    columns.personKey,
    householdKey,
    columns.dwellingCode,
    dwellingPlaceKey,
    columns.buildingCite,
    columns.buildingAlias,
    columns.buildingPlace,
    columns.headKey,
    columns.subjectKey,
    columns.evidence,
  ];
}
