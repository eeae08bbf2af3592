import type { QueryResultRow } from 'pg';
import { FIELD_CLASSES, type FieldClass } from '../model/field.js';
import { PERMISSIONS, type Permission, type RowTie } from '../model/viewer.js';
import type { Words } from '../model/register.js';
import { endSessions } from './analyst-sessions.js';
import { boundsOf } from './bounds.js';

/** The owner's session: who writes here is checked before. */
interface Session {
  query<T extends QueryResultRow>(text: string, values?: unknown[]): Promise<{ rows: T[] }>;
}

export interface Purpose extends Words {
  readonly code: string;
  readonly legalBasis: string;
  readonly scenario: string;
  readonly forMinors: boolean;
  /** For emergencies alone: its grants show nothing until glass is broken. */
  readonly emergency?: boolean;
  readonly validUntil: Date;
}

export interface GrantTerms {
  readonly client: string;
  readonly purpose: string;
  readonly divisions: readonly string[];
  readonly registers: readonly string[];
  readonly fields: readonly FieldClass[];
  readonly ties: readonly RowTie[];
  readonly records: boolean;
  readonly may: readonly Permission[];
  readonly reveals: number;
  /** Shared without conditions, on this condition, or not at all. @see 国务院令第 809 号 art. 16: 无条件共享、有条件共享、不予共享 */
  readonly sharing: 'unconditional' | 'conditional' | 'refused';
  readonly condition: string | null;
  readonly validFrom: Date | null;
  readonly validUntil: Date;
}

export interface Grant extends Omit<GrantTerms, 'validFrom'> {
  readonly id: number;
  readonly organ: string;
  readonly validFrom: Date;
  /** When its purpose ends, and the grant with it. */
  readonly purposeUntil: Date;
  readonly emergency: boolean;
  readonly proposedBy: string;
  readonly confirmedBy: string | null;
  readonly revokedBy: string | null;
  readonly revokedAt: Date | null;
  readonly revokeReason: string | null;
  /** Whether it holds now. */
  readonly holds: boolean;
  /** Whether a second person has to confirm it before it does. */
  readonly waits: boolean;
}

/** Whole values a day. */
export const MOST_REVEALS = 10_000;

/** The grant cannot be written as it was asked for; the sentence is ours and holds nothing of anybody. */
export class GrantRefused extends Error {
  constructor(readonly words: Words) {
    super(words.en);
  }
}

/** Registers a client, or says anew which organ answers for it. */
export async function registerClient(
  session: Session,
  county: string,
  { name, organ, kind, by }: { name: string; organ: string; kind: 'program' | 'analyst'; by: string },
): Promise<void> {
  if (!/^[a-z][a-z0-9-]{0,47}$/.test(name))
    throw new GrantRefused({
      zh: '客户端名称为小写字母开头的 a-z、0-9、-，至多 48 个字符',
      en: 'A client is named a-z, 0-9 and -, a letter first, at most 48 characters.',
    });
  await session.query(
    `insert into client (county, name, organ, kind, registered_by) values ($1, $2, $3, $4, $5)
     on conflict (county, name) do update set organ = excluded.organ, ended_at = null
       where client.kind = excluded.kind and (client.organ <> excluded.organ or client.ended_at is not null)`,
    [county, name, organ, kind, by],
  );
  const { rows } = await session.query<{ kind: string }>('select kind from client where county = $1 and name = $2', [
    county,
    name,
  ]);
  if (rows[0]!.kind !== kind)
    throw new GrantRefused({ zh: `${name} 已登记为另一类客户端`, en: `${name} is a client of another kind already.` });
}

/**
 * Registers a purpose, or says its names and its term anew. What it rests on stays as it was from the first grant on that held: others have
 * confirmed that, and the log tells readings by it.
 */
export async function registerPurpose(
  session: Session,
  county: string,
  { code, zh, en, legalBasis, scenario, forMinors, emergency = false, validUntil }: Purpose,
  by: string,
): Promise<void> {
  if (!/^[a-z][a-z0-9-]{0,47}$/.test(code))
    throw new GrantRefused({
      zh: '用途代码为小写字母开头的 a-z、0-9、-，至多 48 个字符',
      en: 'A purpose is named a-z, 0-9 and -, a letter first, at most 48 characters.',
    });
  if (emergency && forMinors)
    throw new GrantRefused({
      zh: '应急用途不开放未成年人信息；保护未成年人另行登记用途',
      en: 'What is for emergencies does not open what is of minors: their protection is a purpose of its own.',
    });
  const { rows } = await session
    .query(
      `insert into purpose as p (county, code, zh, en, legal_basis, scenario, for_minors, valid_until, registered_by, emergency)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
       on conflict (county, code) do update set zh = $3, en = $4, legal_basis = $5, scenario = $6, for_minors = $7, valid_until = $8,
         registered_by = $9, ended_at = null, emergency = $10
       where (p.legal_basis, p.scenario, p.for_minors, p.emergency) = ($5, $6, $7, $10)
         or not exists (select from access_grant g where g.county = p.county and g.purpose = p.code and (g.confirmed_at is not null or g.emergency
           or (select min(length(d.code)) from unnest(g.divisions) as d (code)) >= 12))
       returning p.code`,
      [county, code, zh, en, legalBasis, scenario, forMinors, validUntil, by, emergency],
    )
    .catch((error: { code?: string }) => {
      if (error.code !== '23001') throw error;
      throw new GrantRefused({
        zh: `${code} 已登记；应急与否自登记起不再改变`,
        en: `${code} is registered already: a purpose is for emergencies from the first, or never.`,
      });
    });
  if (rows.length === 0)
    throw new GrantRefused({
      zh: `${code} 已有授权，其法律依据、应用场景、是否用于未成年人及应急不再改变；请以另一代码登记`,
      en: `There are grants for ${code}: its basis and scenario, and whether it is for minors or for emergencies, stay as they are. Register another code.`,
    });
}

export async function listPurposes(session: Session, county: string): Promise<Purpose[]> {
  const { rows } = await session.query<Purpose & QueryResultRow>(
    `select code, zh, en, legal_basis as "legalBasis", scenario, for_minors as "forMinors", emergency,
       valid_until as "validUntil"
     from purpose where county = $1 and ended_at is null order by code`,
    [county],
  );
  return rows;
}

/**
 * @returns its id; it holds at once where it is of villages and grids alone and permits no breaking of glass, else once another person has
 * confirmed it
 */
export async function proposeGrant(session: Session, county: string, terms: GrantTerms, by: string): Promise<number> {
  checkTerms(county, terms);
  return await writeGrant(session, county, terms, by, false);
}

/** @param emergency opened by who broke glass: it waits for nobody @throws GrantRefused */
export async function writeGrant(
  session: Session,
  county: string,
  terms: GrantTerms,
  by: string,
  emergency: boolean,
): Promise<number> {
  const { client, purpose, divisions, registers, fields, ties, records, may, reveals, sharing, condition } = terms;
  await checkDivisions(session, divisions);
  const { rows } = await session
    .query<{ id: number }>(
      `insert into access_grant (county, client, purpose, divisions, registers, fields, ties, records, may, reveals, sharing, condition,
         valid_from, valid_until, proposed_by, emergency)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, coalesce($13, clock_timestamp()), $14, $15, $16) returning id`,
      [
        county,
        client,
        purpose,
        divisions,
        registers,
        fields,
        ties,
        records,
        may,
        reveals,
        sharing,
        condition,
        terms.validFrom,
        terms.validUntil,
        by,
        emergency,
      ],
    )
    .catch((error: { code?: string; constraint?: string }) => {
      const kept = EMERGENCY_RULES[error.constraint ?? ''];
      if (kept) throw new GrantRefused(kept);
      if (error.code !== '23503') throw error;
      const isClient = error.constraint?.includes('client') === true;
      throw new GrantRefused(
        isClient
          ? { zh: `没有登记这个客户端：${client}`, en: `There is no client ${client}.` }
          : { zh: `没有登记这项用途：${purpose}`, en: `There is no purpose ${purpose}.` },
      );
    });
  return rows[0]!.id;
}

/** By the names that the database gives them. @see schema/migrations/023-break-glass.sql */
const EMERGENCY_RULES: Readonly<Record<string, Words>> = {
  emergency_purpose: {
    zh: '许可 break-glass 只能授予应急用途（hub purpose --emergency），应急用途的授权也须含此许可',
    en: 'The permission break-glass is granted for a purpose registered with --emergency, and nothing is granted for one without it.',
  },
  emergency_terms: {
    zh: '应急许可只能列出程序可见的字段类别：不含 party，不含揭示，不限于统计，除 verify 外不含其他许可',
    en: 'What glass protects is classes of fields for a program: not party, no reveals, no totals only, and no permission but verify.',
  },
  emergency_standing: {
    zh: '没有与之相符的应急许可',
    en: 'No permission to break glass stands ready for this.',
  },
};

/** By another person than who proposed it. */
export async function confirmGrant(session: Session, county: string, id: number, by: string): Promise<void> {
  const { rows } = await session
    .query(
      `update access_grant set confirmed_by = $3, confirmed_at = clock_timestamp()
       where county = $1 and id = $2 and confirmed_by is null and revoked_by is null and not emergency returning id`,
      [county, id, by],
    )
    .catch((error: { code?: string }) => {
      if (error.code !== '23514') throw error;
      throw new GrantRefused({
        zh: '授权须由提出人以外的第二人确认',
        en: 'A grant is confirmed by another person than who proposed it.',
      });
    });
  if (rows.length === 0) throw new GrantRefused(NOTHING_TO_DO);
}

/** Holds from the next request on; of an analyst, who may ask in one transaction for hours, at once. With the permission to break glass goes what was opened by it. */
export async function revokeGrant(
  session: Session,
  county: string,
  id: number,
  by: string,
  reason: string,
): Promise<void> {
  const { rows } = await session.query<{ client: string; analyst: boolean }>(
    `update access_grant g set revoked_by = $3, revoked_at = clock_timestamp(), revoke_reason = $4
     where county = $1 and revoked_by is null
       and (id = $2 or id in (select opened from break_glass b where b.county = $1 and b.standing = $2))
     returning client, exists (select from client c where c.county = g.county and c.name = g.client and c.kind = 'analyst') as analyst`,
    [county, id, by, reason],
  );
  const [revoked] = rows;
  if (!revoked) throw new GrantRefused(NOTHING_TO_DO);
  if (revoked.analyst) await endSessions(session, revoked.client);
}

export async function listGrants(session: Session, county: string, client: string | null): Promise<Grant[]> {
  const { rows } = await session.query<Grant & QueryResultRow>(
    `select g.id, g.client, c.organ, g.purpose, g.divisions, g.registers, g.fields, g.ties, g.records, g.may, g.reveals, g.sharing, g.condition,
       g.emergency, g.valid_from as "validFrom", g.valid_until as "validUntil", p.valid_until as "purposeUntil", g.proposed_by as "proposedBy", g.confirmed_by as "confirmedBy",
       g.revoked_by as "revokedBy", g.revoked_at as "revokedAt", g.revoke_reason as "revokeReason",
       is_grant_effective(g) and p.valid_until > clock_timestamp() and p.ended_at is null and c.ended_at is null as holds,
       g.confirmed_at is null and g.revoked_at is null and not g.emergency
         and ((select min(length(code)) from unnest(g.divisions) as d (code)) < 12 or 'break-glass' = any (g.may)) as waits
     from access_grant g join client c on c.county = g.county and c.name = g.client join purpose p on p.county = g.county and p.code = g.purpose
     where g.county = $1 and ($2::text is null or g.client = $2) order by g.id`,
    [county, client],
  );
  return rows;
}

/** Of a division that there is none of nobody is seen, and the grant would seem to hold; a grid is known by its village. Before the first delivery there are none to know. */
async function checkDivisions(session: Session, divisions: readonly string[]): Promise<void> {
  const { rows } = await session.query<{ code: string; within: string; inside: string }>(
    `select d.code, p.name || ' ' || p.code as within,
       (select string_agg(i.code, ', ' order by i.code) from (select code from division where parent = p.code order by code limit 30) as i) as inside
     from unnest($1::text[]) as d (code)
     left join lateral (select code, name from division where starts_with(d.code, code) order by length(code) desc limit 1) as p on true
     where not exists (select from division where code = left(d.code, 12)) and exists (select from division)`,
    [divisions],
  );
  const [unknown] = rows;
  if (unknown)
    throw new GrantRefused({
      zh: `没有这个区划：${unknown.code}${unknown.inside ? `；${unknown.within} 下有 ${unknown.inside}` : ''}`,
      en: `There is no division ${unknown.code}${unknown.inside ? `; in ${unknown.within} there are ${unknown.inside}` : ''}.`,
    });
}

const NOTHING_TO_DO: Words = {
  zh: '没有这项授权，或已确认、已撤销',
  en: 'There is no such grant, or it was confirmed or revoked before.',
};

function checkTerms(
  county: string,
  { divisions, registers, fields, ties, may, reveals, validUntil }: GrantTerms,
): void {
  try {
    const bounds = boundsOf({ divisions, registers });
    if (bounds.county !== county) throw new RangeError('The divisions are of another county.');
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new GrantRefused({ zh: `区划或部门登记不符：${error.message}`, en: error.message });
  }
  const isKnown = (known: readonly string[], some: readonly string[]) => some.every((each) => known.includes(each));
  if (!isKnown(FIELD_CLASSES, fields))
    throw new GrantRefused({
      zh: `字段类别只能是：${FIELD_CLASSES.join('、')}`,
      en: `Classes of fields are ${FIELD_CLASSES.join(', ')}.`,
    });
  if (!isKnown(PERMISSIONS, may))
    throw new GrantRefused({
      zh: `许可只能是：${PERMISSIONS.join('、')}`,
      en: `A grant may ${PERMISSIONS.join(', ')}.`,
    });
  if (ties.length === 0 || !isKnown(['resident', 'registered'], ties))
    throw new GrantRefused({ zh: '人户关系为 resident、registered', en: 'Rows go by resident, registered, or both.' });
  if (!(Number.isInteger(reveals) && reveals >= 0 && reveals <= MOST_REVEALS))
    throw new GrantRefused({ zh: `每日揭示次数为 0 到 ${MOST_REVEALS}`, en: `Reveals a day are 0…${MOST_REVEALS}.` });
  if (!(validUntil.getTime() > Date.now()))
    throw new GrantRefused({ zh: '期限须在将来', en: 'A grant ends in the future.' });
}
