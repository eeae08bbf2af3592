import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { POOL_SIZE } from '../authorize/open-pool.js';

/** PostGraphile as its own documentation sets it up, with the settings of the viewer that a header names. */
const SERVER = `import { createServer } from 'node:http';
import { postgraphile } from 'postgraphile';
import { makePgService } from 'postgraphile/adaptors/pg';
import { PostGraphileAmberPreset } from 'postgraphile/presets/amber';
import { grafserv } from 'postgraphile/grafserv/node';
const settings = JSON.parse(process.env.SETTINGS);
const service = makePgService({
  connectionString: process.env.API_URL,
  superuserConnectionString: process.env.OWNER_URL,
  schemas: ['peer'],
  poolConfig: { max: ${POOL_SIZE} },
});
const instance = postgraphile({
  extends: [PostGraphileAmberPreset],
  pgServices: [service],
  grafserv: { graphqlPath: '/graphql', graphiql: false, watch: false },
  grafast: { context: (asked) => ({ pgSettings: settings[asked.node.req.headers['x-viewer']] }), explain: false },
});
const server = createServer();
await instance.createServ(grafserv).addTo(server);
server.listen(Number(process.env.PORT), '127.0.0.1');
process.on('SIGTERM', () => process.exit(0));
`;

/**
 * Installs the newest PostGraphile into the folder: a peer to be measured is no dependency of the hub.
 * @returns the script that runs it and its version; or why it cannot be had, in a sentence
 */
export async function installPeer(folder: string): Promise<{ script: string; version: string } | string> {
  mkdirSync(folder, { recursive: true });
  const manifest = join(folder, 'node_modules/postgraphile/package.json');
  if (!existsSync(manifest)) {
    writeFileSync(join(folder, 'package.json'), '{"private":true,"type":"module"}');
    try {
      await promisify(execFile)('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', 'postgraphile@^5'], {
        cwd: folder,
        env: { ...process.env, NODE_ENV: 'production' },
        timeout: 300_000,
      });
    } catch (error) {
      const { code } = error as { code?: string | number };
      return `PostGraphile could not be installed (npm ended with ${code ?? 'an error'})`;
    }
  }
  const script = join(folder, 'server.mjs');
  writeFileSync(script, SERVER);
  const { default: found } = (await import(manifest, { with: { type: 'json' } })) as { default: { version: string } };
  return { script, version: found.version };
}
