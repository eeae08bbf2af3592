import type { LinkReason } from '../model/link.js';
import { textOf } from '../model/priority.js';
import type { Context } from './context.js';
import type { Evidence } from './evidence.js';
import type { EntityKind } from './global-id.js';

/** These rest on what no other record of the entity says: that there is none, whose a number is, where else somebody is registered. */
const OF_OTHERS: ReadonlySet<LinkReason> = new Set(['ALONE', 'NUMBER_SET_ASIDE', 'OWN_RECORDS', 'REGISTERED_HOME']);
const BY_NUMBER: ReadonlySet<LinkReason> = new Set(['ID_NUMBER_AND_NAME', 'ID_NUMBER_AND_BIRTH_DATE']);

/**
 * Why the record is held to speak of the entity, where that tells of no hidden record. Links are made over all registers: who sees them
 * all is told as is stored, anybody else only what another record that they see bears out.
 * @returns null where it is not told
 */
export async function tellReason(
  context: Context,
  record: Evidence,
  kind: EntityKind,
  id: number,
  reason: LinkReason,
): Promise<LinkReason | null> {
  if (seesAll(context)) return reason;
  if (OF_OTHERS.has(reason)) return null;
  const others = (await context.loaders.bearing(kind).load(id)).filter((each) => each.record !== record.record);
  if (!BY_NUMBER.has(reason)) return others.length > 0 ? reason : null;
  const number = numberOf(record);
  return number !== null && others.some((each) => numberOf(each) === number) ? reason : null;
}

/** Of which registers there are the importers tell; where they are not known, nobody sees all. */
function seesAll({ viewer, reading: { bounds }, stating }: Context): boolean {
  if (!stating || bounds.counties.length === 0 || viewer.ties.length < 2) return false;
  return [...stating.values()].flat().every((dataset) => bounds.registers.includes(dataset.split('/')[0]!));
}

/** As the record states it, whether it is shown or not. */
function numberOf({ whole, stated }: Evidence): string | null {
  const number = (whole ?? { stated }).stated['idNumber'];
  return number === undefined ? null : textOf(number);
}
