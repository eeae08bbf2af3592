import { randomUUID } from 'node:crypto';
import type { Access } from '../../src/model/access.js';

/** An access as the server would write it; what a test cares for is stated. */
export function anAccess(stated: Partial<Access> = {}): Access {
  return {
    county: '530502',
    request: randomUUID(),
    client: 'test',
    person: 'GA-0417',
    token: 'jti-1',
    purpose: 'household-visit',
    basis: '政务数据共享条例 第二十条',
    grants: [1, 2],
    emergency: false,
    operation: 'FindPeople',
    document: 'a'.repeat(64),
    asked: ['people'],
    persons: [],
    households: [],
    shown: ['basic', 'contact'],
    masked: ['identity'],
    revealed: [],
    revealReasons: [],
    outcome: 'ok',
    code: null,
    ms: 12.4,
    ...stated,
  };
}
