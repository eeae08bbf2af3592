import { openAccessLog, type AccessLog } from '../accesses/index.js';
import type { Hub } from '../hub.js';

/** Writes down what the server's clients read, each row before its answer leaves. */
export function openAccessing(hub: Pick<Hub, 'apiUrl' | 'config'>): AccessLog {
  return openAccessLog({ apiUrl: hub.apiUrl, algorithm: hub.config.auditHash });
}
