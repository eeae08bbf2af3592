import type { PoolClient } from 'pg';
import { DisjointSets } from './disjoint-sets.js';
import { ENTITY_COLUMNS, KINDS, type Kind } from './link-columns.js';
import type { Linkage } from './linkage.js';

export interface Appended {
  /** Number of the run. */
  readonly run: number;
  readonly changes: number;
}

/** Above this many changes a client is quicker to begin anew, and so is the log. */
const MOST_CHANGES = 500_000;

/** In these a person's row only cites the entity: that a resident's telephone changed is no news of the building. */
const CITED: ReadonlySet<Kind> = new Set(['building', 'organisation', 'grid']);

const SCOPES = ['register', 'township', 'village', 'grid', 'tie'] as const;
const scopesOf = (alias: string): string => SCOPES.map((name) => `${alias}.${name}`).join(', ');
const stateOf = (alias: string): string =>
  `(case ${alias}.status when 'current' then 2 when 'retired' then 1 else 0 end)::smallint`;

/** After a first load the log begins: whoever keeps a copy begins with it. */
export async function beginLog({ client, county }: Linkage): Promise<Appended> {
  await client.query(
    `insert into entity_log (county, first, last) values ($1, 2, 1)
     on conflict (county) do update set first = entity_log.last + 2, last = entity_log.last + 1`,
    [county],
  );
  return { run: await takeRun(client), changes: 0 };
}

/**
 * Notes which rows changed, and what of, while `link` is still last night's. Into the temporary tables `row_tonight`, `scope_tonight`
 * (what of an entity each scope showed before and after, by the rows that changed) and `move_tonight`.
 */
export async function noteChanges({ client, county }: Linkage): Promise<void> {
  const both = ENTITY_COLUMNS.map((name) => `t.${name}, l.${name} as old_${name}`).join(', ');
  await client.query(
    `create temp table merged_tonight on commit drop as
     select kind, id, merged_into from entity_tonight where merged_into is not null`,
  );
  for (const [i, kind] of KINDS.entries()) {
    // A row that was read, but not for this kind, still cites what has been merged away.
    await client.query(
      `update link_tonight as t set ${ENTITY_COLUMNS[i]} = m.merged_into from merged_tonight m
       where m.kind = $1 and t.${ENTITY_COLUMNS[i]} = m.id`,
      [kind],
    );
  }
  await client.query(
    `create temp table row_tonight on commit drop as
     select t.record, ${scopesOf('t')}, l.township as old_township, l.village as old_village, l.grid as old_grid, l.tie as old_tie,
       ${stateOf('t')} as state, ${stateOf('l')} as old_state, ${both},
       l.record is null or c.record is not null as touched,
       (t.township, t.village, t.grid, t.tie) is distinct from (l.township, l.village, l.grid, l.tie) as elsewhere
     from link_tonight t left join link l on l.county = t.county and l.record = t.record
     left join touched_record c on c.county = t.county and c.record = t.record
     where l.record is null or c.record is not null
       or (${ENTITY_COLUMNS.map((name) => `t.${name}`).join(', ')}) is distinct from (${ENTITY_COLUMNS.map((name) => `l.${name}`).join(', ')})`,
  );
  await client.query('create index on row_tonight (record)');
  await client.query('analyze row_tonight (record)');
  await client.query(
    `create temp table scope_tonight (kind text, entity bigint, record bigint, register text, township text, village text, grid text, tie text,
       before smallint, after smallint) on commit drop`,
  );
  await client.query(
    `create temp table move_tonight (kind text, from_entity bigint, to_entity bigint, record bigint, register text, township text,
       village text, grid text, tie text) on commit drop`,
  );
  for (const [i, kind] of KINDS.entries()) {
    const column = ENTITY_COLUMNS[i]!;
    const stays = `(r.${column} is not distinct from r.old_${column} and not r.elsewhere)`;
    // A citing row makes news of the entity where it alone shows it to somebody: where no other row of its scope does, or of none of the two ties.
    const cited = CITED.has(kind)
      ? `and (r.person is null or v.before <> v.after and not exists (
           select from link o where o.county = $2 and o.${column} = v.entity and o.status = 'current' and o.register = r.register
             and (o.tie is null or o.tie = v.tie) and (o.township, o.village, o.grid) is not distinct from (v.township, v.village, v.grid)
             and o.record not in (select record from row_tonight)))`
      : '';
    await client.query(
      `insert into scope_tonight (kind, entity, record, ${SCOPES.join(', ')}, before, after)
       select $1::text, v.entity, r.record, r.register, v.township, v.village, v.grid, v.tie, v.before, v.after
       from row_tonight r
       -- That a merged entity is gone is told by its records' moving; only who cannot see both ends of that must hear it from here.
       left join merged_tonight m on m.kind = $1 and m.id = r.old_${column} and not r.elsewhere
       cross join lateral (values
         (r.${column}, r.township, r.village, r.grid, r.tie, case when ${stays} then r.old_state else 0::smallint end, r.state),
         (case when ${stays} or m.id is not null then null else r.old_${column} end, r.old_township, r.old_village, r.old_grid, r.old_tie, r.old_state, 0::smallint)
       ) as v (entity, township, village, grid, tie, before, after)
       where (r.${column} is not null or r.old_${column} is not null) and v.entity is not null and $2::text is not null and (r.touched or r.${column} is distinct from r.old_${column}) ${cited}`,
      [kind, county],
    );
    // Who moved house took no dwelling along: a person's row that changed by itself is no revision of what it cites.
    await client.query(
      `insert into move_tonight (kind, from_entity, to_entity, record, ${SCOPES.join(', ')})
       select $1::text, r.old_${column}, r.${column}, r.record, r.register, ${['township', 'village', 'grid'].map((name) => `case when r.${name} = r.old_${name} then r.${name} end`).join(', ')},
         case when r.tie <> r.old_tie then 'both' else coalesce(r.tie, r.old_tie) end
       from row_tonight r left join merged_tonight m on m.kind = $1 and m.id = r.old_${column}
       where r.${column} <> r.old_${column} and ($1 = 'person' or not r.touched or r.person is null or m.id is not null)`,
      [kind],
    );
  }
}

/** Rows that follow a merge unread move like those that were read. To be used inside the statement that moves them. */
export function noteFollowers(kind: Kind, moved: string): string {
  return `moves as (
      insert into move_tonight (kind, from_entity, to_entity, record, ${SCOPES.join(', ')})
      select '${kind}', f.from_entity, f.to_entity, f.record, ${scopesOf('f')} from ${moved} f)
    insert into scope_tonight (kind, entity, record, ${SCOPES.join(', ')}, before, after)
    select '${kind}', f.to_entity, f.record, ${scopesOf('f')}, 0, ${stateOf('f')} from ${moved} f`;
}

/** Gathers what was noted by entity and scope, once `link` is tonight's: `content_tonight`, and `unclear_tonight`, below. */
export async function gatherChanges({ client }: Linkage): Promise<void> {
  await client.query('create index on scope_tonight (kind, record)');
  await client.query('analyze scope_tonight (kind, record)');
  await labelEvents(client);
  await client.query(
    `create temp table content_tonight on commit drop as
     select kind, entity, ${SCOPES.join(', ')}, max(before) as before, max(after) as after
     from scope_tonight group by kind, entity, ${SCOPES.join(', ')}`,
  );
  // Where each row that changed shows the entity by a current record before and after, nothing hangs on the other rows: neither what
  // the change is to anybody, nor the entity's status.
  await client.query(
    `create temp table unclear_tonight on commit drop as
     select kind, entity from content_tonight where before <> 2 or after <> 2 union select kind, to_entity from pair_tonight`,
  );
  await client.query('analyze unclear_tonight');
}

/** Appends what became of the entities. */
export async function appendChanges({ client, county }: Linkage): Promise<Appended> {
  const run = await takeRun(client);
  await noteBeside(client, county);
  const { first, changes } = await numberChanges(client, county);
  if (changes > 0) {
    await writeMovements(client, county);
    await writeChanges(client, county, run, changes > MOST_CHANGES);
    await renewRedirects(client, county);
  }
  const last = first + changes - 1;
  await client.query('update entity_log set last = $2, first = coalesce($3::bigint, first) where county = $1', [
    county,
    last,
    changes > MOST_CHANGES ? last + 1 : null,
  ]);
  await client.query(
    `delete from identity_restore r using identity_undo u
     where r.county = $1 and u.county = r.county and u.id = r.undo and not exists (
       select from decision d where d.county = $1 and d.id = any (u.decisions) and d.state = 'proposed')`,
    [county],
  );
  return { run, changes };
}

async function takeRun(client: PoolClient): Promise<number> {
  const { rows } = await client.query<{ run: number }>(`select nextval('link_run_id') as run`);
  return rows[0]!.run;
}

/** Movements that share an entity belong together: the parts of one cannot be put back without the other. Into `pair_tonight`. */
async function labelEvents(client: PoolClient): Promise<void> {
  const { rows } = await client.query<{ kind: string; from_entity: number; to_entity: number }>(
    'select distinct kind, from_entity, to_entity from move_tonight order by 1, 2, 3',
  );
  const nodes = new Map<string, number>();
  const nodeOf = (kind: string, entity: number): number => {
    const name = `${kind} ${entity}`;
    if (!nodes.has(name)) nodes.set(name, nodes.size);
    return nodes.get(name)!;
  };
  const pairs = rows.map((row) => [nodeOf(row.kind, row.from_entity), nodeOf(row.kind, row.to_entity)] as const);
  const sets = new DisjointSets(nodes.size);
  for (const [from, to] of pairs) sets.unite(from, to);
  await client.query(
    `create temp table pair_tonight on commit drop as
     select * from unnest($1::text[], $2::bigint[], $3::bigint[], $4::integer[]) as p (kind, from_entity, to_entity, label)`,
    [
      rows.map((row) => row.kind),
      rows.map((row) => row.from_entity),
      rows.map((row) => row.to_entity),
      pairs.map(([from]) => sets.root(from)),
    ],
  );
}

/**
 * How scopes that did not change show the entity: needed where a record appeared, went or changed its status, for what that means
 * depends on what else a viewer sees. Counts on link_<kind>.
 */
async function noteBeside(client: PoolClient, county: string): Promise<void> {
  await client.query(
    `create temp table beside_tonight (kind text, entity bigint, register text, township text, village text, grid text, tie text, state smallint)
     on commit drop`,
  );
  for (const [i, kind] of KINDS.entries()) {
    const column = ENTITY_COLUMNS[i]!;
    await client.query(
      `insert into beside_tonight
       select $2::text, l.${column}, ${scopesOf('l')}, max(${stateOf('l')})
       from unclear_tonight u join link l on l.county = $1 and l.${column} = u.entity
       where u.kind = $2 and not exists (
         select from scope_tonight s where s.kind = $2 and s.record = l.record and s.entity = l.${column})
       group by l.${column}, ${scopesOf('l')}`,
      [county, kind],
    );
  }
}

/** Gives each change its number, in an order of kinds and ids. The log's row is held from here to the commit. Into `number_tonight`. */
async function numberChanges(client: PoolClient, county: string): Promise<{ first: number; changes: number }> {
  await client.query('insert into entity_log (county, first, last) values ($1, 1, 0) on conflict (county) do nothing', [
    county,
  ]);
  const log = await client.query<{ last: number }>('select last from entity_log where county = $1 for update', [
    county,
  ]);
  const first = log.rows[0]!.last + 1;
  const numbered = await client.query(
    `create temp table number_tonight on commit drop as
     select $1::bigint - 1 + row_number() over (order by array_position($2::text[], kind), what desc, entity, other) as id, c.*
     from (
       select p.kind, case when m.merged_into = p.to_entity then 'merged' else 'moved' end as what, p.from_entity as entity,
         p.to_entity as other, p.label
       from pair_tonight p left join merged_tonight m on m.kind = p.kind and m.id = p.from_entity
       union all
       select distinct kind, 'content', entity, null::bigint, null::integer from content_tonight
     ) as c`,
    [first, KINDS],
  );
  await client.query('analyze number_tonight');
  return { first, changes: numbered.rowCount! };
}

/** Which records were where, for the undo: also those that stayed, or came to an entity from none that took part. */
async function writeMovements(client: PoolClient, county: string): Promise<void> {
  await client.query(
    `create temp table event_tonight on commit drop as
     select n.*, min(id) over (partition by kind, label) as event from number_tonight n where label is not null`,
  );
  await client.query(
    `insert into entity_movement (county, event, kind, from_entity, to_entity, records)
     select $1, e.event, e.kind, e.entity, e.other, array_agg(m.record order by m.record)
     from event_tonight e join move_tonight m on m.kind = e.kind and m.from_entity = e.entity and m.to_entity = e.other
     group by e.event, e.kind, e.entity, e.other`,
    [county],
  );
  const { rows } = await client.query<{ kind: Kind }>('select distinct kind from event_tonight');
  for (const { kind } of rows) {
    const column = ENTITY_COLUMNS[KINDS.indexOf(kind)]!;
    await client.query(
      `insert into entity_movement (county, event, kind, from_entity, to_entity, records)
       select $1, e.event, $2, e.entity, e.entity, array_agg(l.record order by l.record)
       from (select entity, event from event_tonight where kind = $2 union select other, event from event_tonight where kind = $2) as e
       join link l on l.county = $1 and l.${column} = e.entity
       where not exists (select from move_tonight m where m.kind = $2 and m.record = l.record)
         and not exists (select from row_tonight r where r.record = l.record and r.old_${column} is null)
       group by e.event, e.entity`,
      [county, kind],
    );
  }
}

async function writeChanges(client: PoolClient, county: string, run: number, withoutContent: boolean): Promise<void> {
  const columns = `county, id, part, ${SCOPES.join(', ')}, run, at, kind, entity, what, other, event, undo, before, after`;
  await client.query(
    `insert into entity_change (${columns})
     select $1, e.id, row_number() over (), ${scopesOf('s')}, $2, now(), e.kind, e.entity, e.what,
       e.other, e.event, u.undo, 0, 0
     from event_tonight e
     cross join lateral (
       select distinct ${scopesOf('m')} from move_tonight m where m.kind = e.kind and m.from_entity = e.entity and m.to_entity = e.other) as s
     left join (
       select e.event, max(r.undo) as undo from restored_tonight r
       join move_tonight m on m.kind = r.kind and m.record = r.record
       join event_tonight e on e.kind = m.kind and e.entity = m.from_entity and e.other = m.to_entity
       group by e.event) as u on u.event = e.event`,
    [county, run],
  );
  if (withoutContent) return;
  await client.query(
    `insert into entity_change (${columns})
     select $1, n.id, row_number() over (order by n.id), ${scopesOf('c')}, $2, now(), n.kind, n.entity, n.what,
       null, null, null, c.before, c.after
     from number_tonight n join content_tonight c on c.kind = n.kind and c.entity = n.entity
     where n.what = 'content'`,
    [county, run],
  );
  await client.query(
    `insert into entity_change_beside (county, change, part, ${SCOPES.join(', ')}, state)
     select $1, b.id, row_number() over (order by b.id), ${scopesOf('b')}, b.state
     from (
       select n.id, ${scopesOf('s')}, s.state from number_tonight n join beside_tonight s on s.kind = n.kind and s.entity = n.entity
       join unclear_tonight u on u.kind = n.kind and u.entity = n.entity where n.what = 'content'
       union all
       select n.id, ${scopesOf('s')}, max(s.state) from number_tonight n
       join (select * from beside_tonight union all
             select kind, entity, ${SCOPES.join(', ')}, before from content_tonight where before > 0) as s
         on s.kind = n.kind and s.entity = n.other
       where n.what = 'moved' group by n.id, ${scopesOf('s')}
     ) as b`,
    [county],
  );
}

/** Where an entity that others were merged into came apart, the ids of those lead to the part that has their records now. */
async function renewRedirects(client: PoolClient, county: string): Promise<void> {
  const { rows } = await client.query<{ kind: Kind }>(`select distinct kind from event_tonight where what = 'moved'`);
  for (const { kind } of rows) {
    const column = ENTITY_COLUMNS[KINDS.indexOf(kind)]!;
    await client.query(
      `update entity as e set merged_into = now.entity
       from (
         select distinct on (x.id) x.id, l.${column} as entity
         from entity x
         cross join lateral (
           select max(m.event) as event from entity_movement m where m.county = $1 and m.kind = $2 and m.from_entity = x.id) as last
         join entity_movement m on m.county = $1 and m.event = last.event and m.from_entity = x.id
         cross join unnest(m.records) as r (record)
         join link l on l.county = $1 and l.record = r.record and l.${column} is not null
         where x.county = $1 and x.kind = $2 and x.merged_into in (select entity from event_tonight where kind = $2 and what = 'moved')
         group by x.id, l.${column} order by x.id, count(*) desc, l.${column}
       ) as now
       where e.county = $1 and e.id = now.id and e.merged_into <> now.entity`,
      [county, kind],
    );
  }
}
