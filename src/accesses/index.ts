export type { Digest } from './access-row.js';
export { openAccessLog, type AccessLog } from './open-access-log.js';
