import { expect, it } from 'vitest';
import { probesOf } from '../../../src/cli/options/probes.ts';
import { loadDemo } from '../../../src/demo/load.ts';
import { createDatabase } from '../../support/database.ts';
import { demoPlanText } from '../../support/planned-indexes.ts';
import { planFrom, startRun } from '../../support/run.ts';
import { startServer } from '../../support/server.ts';

/** As `indexdeck demo` fills it unless it is told otherwise. */
const SCALE = 5;

/** The plan's first section, and what it asks of the menu page and of one dish in the end. */
const parts = demoPlanText.split(/^(?=-- -{20,}\n-- SECTION |-- ={20,}\n-- VALIDATION$)/m);
const menu = [parts[1], parts[2], parts.at(-1)?.split(/^(?=-- "My orders")/m)[0]].join('\n');

it('the menu page of the demo, dishes joined to courses for one restaurant, gets ten times as fast at least', async () => {
  const server = await startServer({ version: 18 });
  const database = await createDatabase(18, { server });
  await loadDemo(database.connectionString, { scale: SCALE });
  const probes = probesOf(await planFrom(menu)).map((probe) => ({
    ...probe,
    target: { kind: 'faster', percent: 90 } as const,
  }));
  expect(probes.map(({ sql }) => sql)).toEqual([
    expect.stringMatching(/FROM menuca_v3\.dishes d\s+JOIN menuca_v3\.courses c/),
    expect.stringMatching(/FROM menuca_v3\.dish_modifiers m/),
  ]);
  const run = await startRun(database, menu, { options: { probes } });
  await run.go();
  await run.end(100_000);
  expect(run.state().probes.map(({ after }) => after?.verdict)).toMatchObject([
    {
      ok: true,
      comparison: { noise: 'beyond', newIndexes: expect.arrayContaining([expect.stringMatching(/^idx_dishes_/)]) },
    },
    { ok: true, comparison: { noise: 'beyond' } },
  ]);
  expect(run.state().outcome).toMatchObject({ status: 0 });
}, 200_000);
