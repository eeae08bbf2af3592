import { escapeLiteral } from 'pg';
import type { Viewer } from '../model/viewer.js';
import type { Bounds } from './bounds.js';

/**
 * Begin, role and settings in one round trip. SET LOCAL with a literal rather than set_config: Citus passes only that on to
 * its workers (where `citus.propagate_set_commands` is `local`), and nothing of it outlives the transaction. The last of it fails where
 * the viewer was made of grants that have changed since.
 * Every value was checked by `boundsOf` or with the token, and is quoted all the same.
 * @param statementTimeout milliseconds
 */
export function beginningOf(
  viewer: Viewer,
  bounds: Bounds,
  role: `hub_${string}`,
  access: 'read only' | 'read write',
  statementTimeout: number,
): string {
  return [
    `begin transaction ${access};`,
    `set local role ${role};`,
    set('hub.county', bounds.county),
    set('hub.counties', bounds.counties.join(',')),
    set('hub.townships', bounds.townships.join(',')),
    set('hub.villages', bounds.villages.join(',')),
    set('hub.grids', bounds.grids.join(',')),
    set('hub.registers', bounds.registers.join(',')),
    set('hub.ties', viewer.ties.join(',')),
    set('hub.client', viewer.client),
    set('hub.may', viewer.may.join(',')),
    // Every statement is one of ours that comes again and again; planning a list anew takes as long as reading it.
    'set local plan_cache_mode = force_generic_plan;',
    set('statement_timeout', String(Math.floor(statementTimeout))),
    `select expect_access_version(${Math.floor(viewer.accessVersion)});`,
  ].join(' ');
}

const set = (name: string, value: string) => `set local ${name} = ${escapeLiteral(value)};`;
