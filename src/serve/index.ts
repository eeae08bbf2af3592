export type { Accessing } from './accessing.js';
export { buildHubSchema, printHubSchema } from './build-hub-schema.js';
export type { ErrorCode } from './errors.js';
export type { Explorer } from './explorer.js';
export type { Previewing } from './previewing.js';
export type { Reviewed, Reviewing, UndoneChange } from './reviewing.js';
export { startServer, type RunningServer, type ServerSettings } from './start-server.js';
