import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.{ts,tsx}'],
    globalSetup: ['test/support/servers.ts'],
    // Most tests wait most of the time, for a server, a baseline or a delay: so many keep two cores busy, and no more.
    maxWorkers: 4,
    // Real servers, terminals and signals: on a machine that is busy with something else a limit of time may be missed. CI
    // plays such a test once more, and its report names it.
    retry: process.env.CI === undefined ? 0 : 1,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
