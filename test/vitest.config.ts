import { defineConfig } from 'vitest/config';

export default defineConfig({
  /** Test code and type-graphql must share one copy of graphql, or it refuses schemas "from another module". */
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/database/start-server.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    pool: 'forks',
    execArgv: [
      '--disable-warning=ExperimentalWarning',
      '--experimental-transform-types',
      `--import=${new URL('run-typescript.mjs', import.meta.url).href}`,
    ],
    maxWorkers: 2,
  },
});
