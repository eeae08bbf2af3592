import type { QueryResultRow } from 'pg';
import type { FieldClass } from '../model/field.js';
import type { Permission, RowTie } from '../model/viewer.js';
import { GrantRefused, revokeGrant, writeGrant } from './administer-grants.js';
import { isStaffNumber } from './token-holder.js';

type Session = Parameters<typeof revokeGrant>[0];

/** Hours that it opens at most. */
export const LONGEST_EMERGENCY = 3;

export const GLASS_FINDINGS = ['justified', 'abused'] as const;
export type GlassFinding = (typeof GLASS_FINDINGS)[number];

/** One time that a client broke glass, and what came of it. */
export interface BrokenGlass {
  readonly id: number;
  readonly client: string;
  readonly organ: string;
  readonly purpose: string;
  /** The grant that permits it, and the one that it opened. */
  readonly standing: number;
  readonly grant: number;
  readonly divisions: readonly string[];
  readonly registers: readonly string[];
  readonly fields: readonly FieldClass[];
  readonly reason: string;
  /** Staff number. */
  readonly brokenBy: string;
  readonly brokenAt: Date;
  /** When it ends, or ended. */
  readonly until: Date;
  readonly isOver: boolean;
  readonly reviewUntil: Date;
  /** Nobody has reviewed it in time. */
  readonly isOverdue: boolean;
  readonly reviewedBy: string | null;
  readonly reviewedAt: Date | null;
  readonly finding: GlassFinding | null;
  readonly note: string | null;
  /** Rows of the access log, and different persons that they showed. */
  readonly readings: number;
  readonly people: number;
}

/** An earlier one was not reviewed in time: until it is, the client breaks no other. */
export class ReviewOverdue extends GrantRefused {}

/**
 * Opens what stands ready for the client, at once, and raises the alarm. In a transaction.
 * @param standing of these grants alone; null: of whatever the client holds for the purpose
 * @returns its id
 * @throws GrantRefused where nothing stands ready, or the reason is none @throws ReviewOverdue
 */
export async function breakGlass(
  session: Session,
  county: string,
  asked: {
    readonly client: string;
    readonly purpose: string;
    readonly standing: readonly number[] | null;
    readonly divisions: readonly string[];
    readonly hours: number;
    readonly reason: string;
    readonly by: string;
    readonly token: string;
    readonly request: string;
  },
): Promise<number> {
  const { client, purpose, divisions, hours, by } = asked;
  if (!(Number.isInteger(hours) && hours >= 1 && hours <= LONGEST_EMERGENCY))
    throw new GrantRefused({
      zh: `应急授权为 1 至 ${LONGEST_EMERGENCY} 小时`,
      en: `It opens for 1…${LONGEST_EMERGENCY} hours.`,
    });
  const reason = checkWords('reason', asked.reason);
  // One after another: who breaks it twice at once is counted twice.
  await session.query('select from client where county = $1 and name = $2 for update', [county, client]);
  const { rows: overdue } = await session.query(
    `select from break_glass where county = $1 and client = $2 and reviewed_at is null and review_until <= clock_timestamp() limit 1`,
    [county, client],
  );
  if (overdue.length > 0)
    throw new ReviewOverdue({
      zh: '此前的应急访问逾期未复核，复核后方可再次使用',
      en: 'An earlier breaking of glass was not reviewed in time; until it is, there is no other.',
    });
  const ready = (await readStanding(session, county, client, purpose)).filter(
    (each) =>
      (asked.standing === null || asked.standing.includes(each.id)) &&
      divisions.length > 0 &&
      divisions.every((code) => each.divisions.some((own) => code.startsWith(own))),
  );
  const [standing] = ready;
  if (!standing)
    throw new GrantRefused({
      zh: '没有覆盖这些区划的应急许可',
      en: 'No permission to break glass stands ready for these divisions.',
    });
  if (ready.some((each) => termsOf(each) !== termsOf(standing)))
    throw new GrantRefused({
      zh: '有多项不同的应急许可，须在 grant 头中指明',
      en: 'Several permissions that differ stand ready: the header grant names one.',
    });
  const opened = await writeGrant(
    session,
    county,
    {
      client,
      purpose,
      divisions,
      registers: standing.registers,
      fields: standing.fields,
      ties: standing.ties,
      records: true,
      may: standing.may,
      reveals: 0,
      sharing: 'unconditional',
      condition: null,
      // By the clock that grants end by.
      validFrom: standing.now,
      validUntil: new Date(Math.min(standing.now.getTime() + hours * 3_600_000, standing.validUntil.getTime())),
    },
    by,
    true,
  );
  const { rows } = await session.query<{ id: number }>(
    `insert into break_glass (county, client, standing, opened, reason, broken_by, token, request)
     values ($1, $2, $3, $4, $5, $6, $7, $8) returning id`,
    [county, client, standing.id, opened, reason, by, asked.token, asked.request],
  );
  await session.query(
    `insert into access_alarm as a (county, day, client, kind, counted, threshold)
     values ($1, (clock_timestamp() at time zone 'Asia/Shanghai')::date, $2, 'break-glass', 1, 0)
     on conflict (county, day, client, kind) do update set counted = a.counted + 1, raised_at = clock_timestamp()`,
    [county, client],
  );
  return rows[0]!.id;
}

/**
 * By another person than who broke it. What is found abused ends at once; what is found justified has ended before. In a transaction.
 * @param by staff number, as that of who broke it @throws GrantRefused
 */
export async function reviewBreakGlass(
  session: Session,
  county: string,
  id: number,
  { finding, note, by }: { readonly finding: GlassFinding; readonly note: string; readonly by: string },
): Promise<void> {
  if (!isStaffNumber(by))
    throw new GrantRefused({
      zh: '复核人以工号注明，便于与使用人核对',
      en: 'The reviewer is named by staff number, to be told from who broke it.',
    });
  if (!GLASS_FINDINGS.includes(finding))
    throw new GrantRefused({ zh: '结论为 justified 或 abused', en: 'It is found justified or abused.' });
  const said = checkWords('note', note);
  const found = (await listBreakGlasses(session, county, { id })).at(0);
  if (!found || found.reviewedAt !== null)
    throw new GrantRefused({ zh: '没有待复核的这次应急访问', en: 'There is none of this number to review.' });
  if (finding === 'justified' && !found.isOver)
    throw new GrantRefused({
      zh: '应急授权尚未结束；结束（或撤销）后再复核，属滥用的可立即认定',
      en: 'It has not ended: it is reviewed when it is over or revoked; found abused it ends at once.',
    });
  await session
    .query(
      `update break_glass set reviewed_by = $3, reviewed_at = clock_timestamp(), finding = $4, note = $5
       where county = $1 and id = $2 and reviewed_at is null`,
      [county, id, by, finding, said],
    )
    .catch((error: { constraint?: string }) => {
      if (error.constraint !== 'break_glass_second_person') throw error;
      throw new GrantRefused({
        zh: '须由使用人以外的人复核',
        en: 'It is reviewed by another person than who broke it.',
      });
    });
  if (!found.isOver) await revokeGrant(session, county, found.grant, by, 'found abused');
}

/** Those that nobody has reviewed first, the newest first. What was read under each is counted in the access log. Index: access_log_client. */
export async function listBreakGlasses(
  session: Session,
  county: string,
  {
    id = null,
    open = null,
    within = null,
    limit = 200,
  }: {
    readonly id?: number | null;
    readonly open?: boolean | null;
    /** Codes of divisions: only what was opened in these. */
    readonly within?: readonly string[] | null;
    readonly limit?: number;
  },
): Promise<BrokenGlass[]> {
  const { rows } = await session.query<BrokenGlass & QueryResultRow>(
    `select b.id, b.client, c.organ, g.purpose, b.standing, b.opened as grant, g.divisions, g.registers, g.fields, b.reason,
       b.broken_by as "brokenBy", b.broken_at as "brokenAt", least(g.revoked_at, g.valid_until) as until,
       least(g.revoked_at, g.valid_until) <= clock_timestamp() as "isOver", b.review_until as "reviewUntil",
       b.reviewed_at is null and b.review_until <= clock_timestamp() as "isOverdue",
       b.reviewed_by as "reviewedBy", b.reviewed_at as "reviewedAt", b.finding, b.note, told.readings, told.people
     from break_glass b
     join access_grant g on g.county = b.county and g.id = b.opened
     join client c on c.county = b.county and c.name = b.client
     cross join lateral (
       select count(distinct l.request) as readings, count(distinct shown.person) as people from access_log l
       left join lateral unnest(l.persons) as shown (person) on true
       where l.county = b.county and l.client = b.client and l.at >= b.broken_at and l.at < g.valid_until + interval '1 minute'
         and b.opened = any (l.grants)) as told
     where b.county = $1 and ($2::bigint is null or b.id = $2) and ($3::boolean is null or (b.reviewed_at is null) = $3)
       and ($4::text[] is null or not exists (select from unnest(g.divisions) as d (code)
         where not exists (select from unnest($4) as own (code) where starts_with(d.code, own.code))))
     order by b.reviewed_at is not null, b.id desc limit $5`,
    [county, id, open, within, limit],
  );
  return rows;
}

interface Standing extends QueryResultRow {
  readonly id: number;
  readonly divisions: readonly string[];
  readonly registers: readonly string[];
  readonly fields: readonly FieldClass[];
  readonly ties: readonly RowTie[];
  readonly may: readonly Permission[];
  readonly validUntil: Date;
  readonly now: Date;
}

async function readStanding(session: Session, county: string, client: string, purpose: string): Promise<Standing[]> {
  const { rows } = await session.query<Standing>(
    `select g.id, g.divisions, g.registers, g.fields, g.ties, g.may, g.valid_until as "validUntil",
       date_trunc('milliseconds', clock_timestamp()) as now
     from access_grant g join purpose p on p.county = g.county and p.code = g.purpose
     where g.county = $1 and g.client = $2 and g.purpose = $3 and not g.emergency and 'break-glass' = any (g.may) and p.emergency
       and g.confirmed_at is not null and is_grant_effective(g) order by g.id`,
    [county, client, purpose],
  );
  return rows;
}

function termsOf({ registers, fields, ties, may }: Standing): string {
  return JSON.stringify([registers, fields, ties, may].map((set) => set.toSorted()));
}

const [SHORTEST, LONGEST] = [10, 500];

/** An officer's own words, kept for years: whose number it is about is not for them. */
function checkWords(name: 'reason' | 'note', text: string): string {
  const words = text.trim();
  const length = [...words].length;
  if (length < SHORTEST || length > LONGEST || words.includes('\0') || !words.isWellFormed())
    throw new GrantRefused({
      zh: `${name} 须为 ${SHORTEST} 至 ${LONGEST} 个字符`,
      en: `${name} takes ${SHORTEST}…${LONGEST} characters.`,
    });
  if (NUMBER_OF_SOMEBODY.test(words.normalize('NFKC').replaceAll(/(?<=\d)[\s.\-–—·]+(?=[\dXx])/g, '')))
    throw new GrantRefused({
      zh: `${name} 中不得写身份号码、电话号码`,
      en: `${name} holds no identity number and no telephone.`,
    });
  return words;
}

/** Of eleven figures as mobile telephones have them, or of fifteen and more. */
const NUMBER_OF_SOMEBODY = /(?<!\d)(?:86)?1[3-9]\d{9}(?!\d)|\d{15}/;
