import { join } from 'node:path';
import { expect, it } from 'vitest';
import { launchEngine } from '../../src/engine/launch.ts';
import { BUILT, indexes, place } from '../cli/place.ts';
import { indexdeck } from '../cli/program.ts';
import { options } from '../support/core.ts';
import { planFrom } from '../support/run.ts';
import { type KillPoint, witnessArgs } from './witness.ts';

const RUN = '20260101-000000-none';

it.each<KillPoint>(['unwritten', 'torn'])(
  'killed before its first event is on disk (%s): nothing was sent, there is nothing to resume, deploy begins anew',
  async (point) => {
    const { database, journal, args, env } = await place();
    const dir = join(journal, RUN);
    const { host, port, user, password } = database.server;
    const engine = launchEngine(
      {
        run: RUN,
        dir,
        version: 'test',
        start: { kind: 'new', plan: await planFrom('CREATE INDEX CONCURRENTLY i ON dishes (id);'), sources: [] },
        connection: { host, port, user, password, database: database.name },
        operator: 'test',
        options: options({ interactive: false }),
      },
      witnessArgs(dir, { seq: 1, point }),
    );
    await expect(engine).rejects.toThrow(/the engine ended at once \(SIGKILL\)/);
    const sent = (await database.statementLog()).filter(({ application }) => application.startsWith('indexdeck'));
    expect(sent).toEqual([]);
    expect((await indexdeck(['runs', '--journal', journal], { env })).stdout).toMatch(`${RUN}  nothing recorded`);
    expect(await indexdeck(['resume', RUN, '--yes', '--journal', journal], { env })).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('recorded nothing: deploy its plan again'),
    });
    expect(await indexdeck(args, { env })).toMatchObject({ status: 0 });
    expect(await indexes(database)).toEqual(BUILT);
  },
);
