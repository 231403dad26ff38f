import { describe, expect, it } from 'vitest';
import { createDatabase } from '../../support/database.ts';
import { versions } from '../../support/server.ts';
import { FakeServer } from './fake-server.ts';
import { realStage } from './real-stage.ts';
import { SCENARIOS } from './scenarios.ts';
import { fakeStage, play } from './stages.ts';

describe('the fake server', () => {
  it.each(SCENARIOS)('$name', async (scenario) => {
    expect(await play(fakeStage(new FakeServer()), scenario)).toEqual(scenario.moves);
  });
});

describe.each(versions)('PostgreSQL %i', (version) => {
  it.each(SCENARIOS)('$name', async (scenario) => {
    const stage = await realStage(await createDatabase(version, { mayLeaveSessions: true }));
    expect(await play(stage, scenario)).toEqual(scenario.moves);
  });
});
