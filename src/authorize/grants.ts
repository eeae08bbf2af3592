import type { TokenHolder, Viewer } from '../model/viewer.js';
import type { GrantTerms } from './administer-grants.js';
import { boundsOf } from './bounds.js';
import { openPool, type PoolSettings } from './open-pool.js';
import { readingFailed } from './reading.js';
import { REVOCATIONS, revokedBy, type Revocation, type Revoked } from './revocations.js';
import { TokenRefused } from './token-holder.js';

/** From a token and a purpose to what may be seen. */
export interface Grants {
  /**
   * @param purpose as the request names it
   * @param grant the one that is meant, where a client holds several of one purpose that allow different things
   * @throws TokenRefused where the token was revoked @throws AccessRefused where there is no grant @throws ReadingFailed where the database cannot tell
   */
  admit(holder: TokenHolder, purpose: string | null, grant?: number | null): Promise<Viewer>;
  /** Counts one whole value that the viewer is shown outside of its classes; false where today's are used up. */
  countReveal(viewer: Viewer): Promise<boolean>;
  /** Counts so many verifications of the viewer's client that found no match, none with 0. @returns those of today, these among them */
  countMisses(viewer: Viewer, more: number): Promise<number>;
  /** What was known of grants is not so any more. */
  forget(): void;
  close(): Promise<void>;
}

export type AccessRefusal = 'PURPOSE_REQUIRED' | 'PURPOSE_NOT_GRANTED' | 'GRANT_AMBIGUOUS';

/** The client holds no grant for what it says that it asks for. */
export class AccessRefused extends Error {
  constructor(readonly refusal: AccessRefusal) {
    super(`Access refused: ${refusal}.`);
  }
}

/** The terms of a grant that decide what is seen, with those of its purpose. */
interface GrantRow
  extends
    Omit<GrantTerms, 'sharing' | 'condition' | 'validFrom' | 'validUntil'>,
    Pick<Viewer, 'basis' | 'forMinors' | 'emergency'> {
  readonly id: number;
  /** Says what breaking glass would open, and shows nothing by itself. */
  readonly standing: boolean;
  /** Milliseconds. */
  readonly from: number;
  readonly until: number;
}

interface Known {
  readonly version: number;
  readonly byClient: ReadonlyMap<string, readonly GrantRow[]>;
  readonly isRevoked: Revoked;
}

/** Grants that will hold are read with those that do: time passes between two readings of them. */
const GRANTS = `select g.id, g.client, g.purpose, p.legal_basis as basis, p.for_minors as "forMinors", g.divisions, g.registers, g.fields, g.ties,
    g.records, g.may, g.reveals, g.emergency, p.emergency and not g.emergency as standing, extract(epoch from g.valid_from)::float8 * 1000 as from,
    extract(epoch from least(g.valid_until, p.valid_until))::float8 * 1000 as until
  from access_grant g join purpose p on p.county = g.county and p.code = g.purpose join client c on c.county = g.county and c.name = g.client
  where g.revoked_at is null and g.sharing <> 'refused' and g.valid_until > clock_timestamp() and p.valid_until > clock_timestamp()
    and p.ended_at is null and c.ended_at is null and c.kind = 'program'
    and (g.confirmed_at is not null or g.emergency
      or ((select min(length(code)) from unnest(g.divisions) as d (code)) >= 12 and 'break-glass' <> all (g.may)))
  order by g.id`;

/** Grants are kept in memory, with the version of which they were read; every reading says that version to the database, which knows better. */
export function openGrants(settings: PoolSettings): Grants {
  const pool = openPool({ ...settings, poolSize: 1 });
  let known: Promise<Known> | null = null;
  const connect = () => pool.connect().catch((error: unknown) => Promise.reject(readingFailed(error)));
  const load = async (): Promise<Known> => {
    const client = await connect();
    let broken: Error | undefined;
    try {
      await client.query('begin transaction isolation level repeatable read, read only; set local role hub_gatekeeper');
      const version = (await client.query<{ version: number }>('select version from access_version')).rows[0]!.version;
      const { rows } = await client.query<GrantRow>(GRANTS);
      const revocations = await client.query<Revocation>(REVOCATIONS);
      await client.query('commit');
      return { version, byClient: Map.groupBy(rows, (row) => row.client), isRevoked: revokedBy(revocations.rows) };
    } catch (error) {
      broken = error as Error;
      throw readingFailed(error);
    } finally {
      client.release(broken);
    }
  };
  const knownNow = (): Promise<Known> => {
    known ??= load().catch((error: unknown) => {
      known = null;
      throw error;
    });
    return known;
  };
  const admitBy = async (holder: TokenHolder, purpose: string, grant: number | null): Promise<Viewer> => {
    const { version, byClient, isRevoked } = await knownNow();
    if (isRevoked(holder)) throw new TokenRefused();
    const now = Date.now();
    const held = (byClient.get(holder.client) ?? []).filter(
      (row) => row.purpose === purpose && row.from <= now && now < row.until && (grant === null || row.id === grant),
    );
    return viewerOf(holder, held, version);
  };
  /** On disk before the answer leaves, in whichever server it was counted. */
  const count = async <T>(text: string, values: readonly unknown[]): Promise<T> => {
    const session = await connect();
    let broken: Error | undefined;
    try {
      await session.query('begin; set local role hub_gatekeeper');
      const { rows } = await session.query<{ counted: T }>(text, [...values]);
      await session.query('commit');
      return rows[0]!.counted;
    } catch (error) {
      broken = error as Error;
      throw readingFailed(error);
    } finally {
      session.release(broken);
    }
  };
  return {
    admit: async (holder, purpose, grant = null) => {
      if (purpose === null) throw new AccessRefused('PURPOSE_REQUIRED');
      const before = known;
      try {
        return await admitBy(holder, purpose, grant);
      } catch (error) {
        // What was granted a moment ago is told from what never was by reading again; those who are refused share one reading.
        if (!(error instanceof AccessRefused)) throw error;
        if (known === before) known = null;
        return await admitBy(holder, purpose, grant);
      }
    },
    countReveal: ({ client, purpose, reveals, divisions }) =>
      count<boolean>('select count_reveal($1, $2, $3, $4) as counted', [
        divisions[0]!.slice(0, 6),
        client,
        purpose,
        reveals,
      ]),
    countMisses: ({ client, divisions }, more) =>
      count<number>('select count_misses($1, $2, $3) as counted', [divisions[0]!.slice(0, 6), client, more]),
    forget: () => {
      known = null;
    },
    close: () => pool.end(),
  };
}

/** Several grants are one where they differ in nothing but their divisions; what two of them allow together nobody has granted. */
function viewerOf(holder: TokenHolder, all: readonly GrantRow[], accessVersion: number): Viewer {
  // Behind glass nothing is seen but that it can be broken; once it is, what it opened.
  const opened = all.filter((row) => row.emergency);
  const held = opened.length > 0 ? opened : all.map((row) => (row.standing ? behindGlass(row) : row));
  const [first] = held;
  if (!first) throw new AccessRefused('PURPOSE_NOT_GRANTED');
  if (held.some((row) => termsOf(row) !== termsOf(first))) throw new AccessRefused('GRANT_AMBIGUOUS');
  const viewer: Viewer = {
    ...holder,
    purpose: first.purpose,
    basis: first.basis,
    divisions: [...new Set(held.flatMap((row) => row.divisions))].toSorted(),
    registers: first.registers,
    ties: first.ties,
    fields: first.fields,
    records: first.records,
    forMinors: first.forMinors,
    reveals: Math.max(...held.map((row) => row.reveals)),
    emergency: first.emergency,
    may: first.may,
    grants: held.map((row) => row.id),
    accessVersion,
  };
  boundsOf(viewer);
  return viewer;
}

function behindGlass(row: GrantRow): GrantRow {
  return { ...row, fields: [], records: false, reveals: 0, may: ['break-glass'] };
}

function termsOf({ registers, fields, ties, records, may, emergency }: GrantRow): string {
  const sets = [registers, fields, ties, may].map((set) => set.toSorted());
  return JSON.stringify([...sets, records, emergency]);
}
