import { FIELD_CLASSES } from '../model/field.js';
import type { Permission } from '../model/viewer.js';
import { proposeGrant, registerClient, registerPurpose, confirmGrant } from './administer-grants.js';

type Session = Parameters<typeof registerClient>[0];

/** The purpose of whoever looks at the made-up county. */
export const DEMO_PURPOSE = 'demo';

/** Lets a client see made-up people whole for a day. Only for a county that nobody lives in: nobody has confirmed it. */
export async function grantDemo(
  session: Session,
  county: string,
  client: string,
  divisions: readonly string[],
  registers: readonly string[],
  may: readonly Permission[],
): Promise<void> {
  const validUntil = new Date(Date.now() + 24 * 3600_000);
  await registerPurpose(
    session,
    county,
    {
      code: DEMO_PURPOSE,
      zh: '演示',
      en: 'looking at the made-up county',
      legalBasis: '虚构数据，无个人信息 / made-up data, nobody’s',
      scenario: '演示 / demonstration',
      forMinors: true,
      validUntil,
    },
    'demo',
  );
  await registerClient(session, county, { name: client, organ: '演示 / demonstration', kind: 'program', by: 'demo' });
  const { rows } = await session.query<{ id: number; same: boolean }>(
    `select id, divisions = $3 and registers = $4 and may = $5 and valid_until > clock_timestamp() + interval '12 hours' as same
     from access_grant where county = $1 and client = $2 and purpose = 'demo' and revoked_at is null`,
    [county, client, divisions, registers, may],
  );
  if (rows.some((row) => row.same)) return;
  for (const { id } of rows)
    await session.query(
      `update access_grant set revoked_by = 'demo', revoked_at = clock_timestamp(), revoke_reason = 'another demonstration' where county = $1 and id = $2`,
      [county, id],
    );
  const terms = {
    client,
    purpose: DEMO_PURPOSE,
    divisions,
    registers,
    fields: FIELD_CLASSES,
    ties: ['resident', 'registered'] as const,
    records: true,
    may,
    reveals: 100,
    sharing: 'unconditional' as const,
    condition: null,
    validFrom: null,
    validUntil,
  };
  await confirmGrant(session, county, await proposeGrant(session, county, terms, 'demo'), 'demonstration');
}
