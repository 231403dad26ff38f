import { expect, it, onTestFinished } from 'vitest';
import { watchingSettings } from '../../src/engine/session.ts';
import { Sessions } from '../../src/engine/sessions.ts';
import { createDatabase } from '../support/database.ts';
import { poll } from '../support/poll.ts';
import { sessionsOf } from '../support/run.ts';
import { startProxy } from '../support/tcp-proxy.ts';

it('the end waits for the session that ends backends, when its connection is lost as well', async () => {
  const database = await createDatabase(18);
  const proxy = await startProxy(database.server);
  const { user, password } = database.server;
  const connection = { host: proxy.host, port: proxy.port, user, password, database: database.name };
  const sessions = new Sessions(
    { connection, run: 'r', inspecting: watchingSettings, ledger: null },
    { lost: () => undefined, restored: () => undefined, reached: () => null },
  );
  onTestFinished(() => sessions.close());
  await sessions.openToLook();
  proxy.set('half-open');
  proxy.setNew('cut');
  await poll(() => sessions.control.current === null);
  const closing = sessions.closeWorking();
  proxy.setNew('pass');
  await closing;
  await sessions.close();
  expect(await sessionsOf(database)).toEqual([]);
});
