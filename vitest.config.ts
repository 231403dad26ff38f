import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { LongFirst } from './test/support/long-first.ts';

export default defineConfig({
  test: {
    include: ['test/**/*.test.{ts,tsx}'],
    globalSetup: ['test/support/servers.ts'],
    sequence: { sequencer: LongFirst },
    // Most tests wait most of the time, for a server, a baseline or a delay: so many keep two cores busy, and no more.
    maxWorkers: 6,
    // Real servers, terminals and signals: on a machine that is busy with something else a limit of time may be missed. CI
    // plays such a test once more, and its report names it.
    retry: process.env.CI === undefined ? 0 : 1,
    // Every test of a run starts an engine: half of what that costs is reading its TypeScript anew.
    env: { NODE_COMPILE_CACHE: join(import.meta.dirname, 'node_modules', '.cache', 'node') },
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
