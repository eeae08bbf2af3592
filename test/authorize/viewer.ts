import { FIELD_CLASSES } from '../../src/model/field.js';
import type { Viewer } from '../../src/model/viewer.js';

/** A viewer as grants would make one: everything of these divisions and registers, nothing besides reading. */
export function viewerOf(
  divisions: string | readonly string[],
  registers: readonly string[],
  more: Partial<Viewer> = {},
): Viewer {
  return {
    client: 'test',
    person: null,
    token: 'test',
    issued: new Date(),
    expires: new Date(Date.now() + 60_000),
    purpose: 'test',
    basis: 'test',
    divisions: typeof divisions === 'string' ? [divisions] : divisions,
    registers,
    ties: ['resident', 'registered'],
    fields: FIELD_CLASSES,
    records: true,
    forMinors: true,
    reveals: 0,
    emergency: false,
    may: [],
    grants: [],
    // What grants have been changed since the template was made, by nobody.
    accessVersion: 1,
    ...more,
  };
}
