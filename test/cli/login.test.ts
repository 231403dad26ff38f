import { expect, test } from 'vitest';
import type { ConnectionFlags } from '../../src/cli/connection/flags.ts';
import { logIn, UnreachableError } from '../../src/cli/connection/login.ts';
import { connectionSettings } from '../../src/cli/connection/settings.ts';
import { freePort } from '../../src/demo/port.ts';
import { createDatabase } from '../support/database.ts';

const nobody = async () => null;

const settingsFor = (flags: ConnectionFlags, env: Record<string, string>) =>
  connectionSettings(flags, { ...env, PGPASSFILE: '/nowhere' });

test('a server without encryption is reached plainly with prefer, and not with require', async () => {
  const database = await createDatabase(18);
  const prefer = await logIn(settingsFor({ dbname: database.connectionString }, {}), nobody, () => undefined);
  expect(prefer).toMatchObject({ ssl: false, database: database.name });
  const require = settingsFor({ dbname: database.connectionString }, { PGSSLMODE: 'require' });
  await expect(logIn(require, nobody, () => undefined)).rejects.toThrow(/the server has none/);
});

test('a password is asked for once, when the server wants one', async () => {
  const database = await createDatabase(18);
  const { PGPASSWORD = '', ...env } = database.environment;
  const questions: string[] = [];
  const ask = async (question: string) => {
    questions.push(question);
    return PGPASSWORD;
  };
  expect(await logIn(settingsFor({}, env), ask, () => undefined)).toMatchObject({ password: PGPASSWORD });
  expect(questions).toEqual([expect.stringMatching(/^Password for user /)]);
});

test('without a password and somebody to ask, that is what is said', async () => {
  const database = await createDatabase(18);
  const { PGPASSWORD: _, ...env } = database.environment;
  await expect(logIn(settingsFor({}, env), nobody, () => undefined)).rejects.toThrow(/none is given/);
});

test('a wrong password is not in the message', async () => {
  const database = await createDatabase(18);
  const attempt = logIn(settingsFor({}, { ...database.environment, PGPASSWORD: 'wr0ng' }), nobody, () => undefined);
  await expect(attempt).rejects.toThrow(UnreachableError);
  await expect(attempt).rejects.toThrow(/check the password/);
  await expect(attempt).rejects.not.toThrow(/wr0ng/);
});

test('nobody listens; no such database', async () => {
  const port = String(await freePort());
  const attempt = logIn(settingsFor({ host: '127.0.0.1', port }, {}), nobody, () => undefined);
  await expect(attempt).rejects.toThrow(/ECONNREFUSED.*check that the server runs/);
  const database = await createDatabase(18);
  const elsewhere = settingsFor({}, { ...database.environment, PGDATABASE: 'nowhere' });
  await expect(logIn(elsewhere, nobody, () => undefined)).rejects.toThrow(/"nowhere" does not exist.*check -d/);
});
