import { onTestFinished } from 'vitest';
import { type Inspection, inspectIndexes, inspectingSettings } from '../../../src/engine/catalog/index.ts';
import type { ConnectionConfig } from '../../../src/engine/config.ts';
import { Session } from '../../../src/engine/session.ts';
import { type CreateIndexStep, loadParser, type Plan, type PlanOptions, readPlan } from '../../../src/plan/index.ts';
import type { TestDatabase } from '../../support/database.ts';

export const connectionTo = (database: TestDatabase, as?: { user: string; password: string }): ConnectionConfig => {
  const { host, port, user, password } = database.server;
  return { host, port, database: database.name, user, password, ...as };
};

/** A session as the engine inspects with; the caller closes it. */
export const openInspecting = (database: TestDatabase, as?: { user: string; password: string }): Promise<Session> =>
  Session.open({
    connection: connectionTo(database, as),
    run: 'test-run',
    name: 'inspect',
    settings: inspectingSettings,
  });

/** The same, closed when the test ends. */
export async function inspecting(database: TestDatabase, as?: { user: string; password: string }): Promise<Session> {
  const session = await openInspecting(database, as);
  onTestFinished(() => session.close());
  return session;
}

export async function planOf(sql: string, options: PlanOptions = { makeConcurrent: false }): Promise<Plan> {
  await loadParser();
  const nothing = () => {
    throw new Error('no file is included');
  };
  return readPlan([{ path: 'plan.sql', bytes: Buffer.from(sql) }], nothing as never, options);
}

/** The CREATE INDEX statements of a script, numbered as a run would number them. */
export async function targetsOf(sql: string): Promise<{ step: number; create: CreateIndexStep }[]> {
  const plan = await planOf(sql);
  if (plan.problems.length > 0) throw new Error(plan.problems.map((problem) => problem.message).join('; '));
  const creates = plan.sections.flatMap((section) => section.steps.filter((step) => step.kind === 'create-index'));
  return creates.map((create, step) => ({ step, create }));
}

export async function targetOf(sql: string): Promise<{ step: number; create: CreateIndexStep }> {
  const [target] = await targetsOf(sql);
  if (target === undefined) throw new Error(`no index in ${sql}`);
  return target;
}

/** What the catalog says of the first index of a script. */
export async function inspectOne(session: Session, sql: string): Promise<Inspection> {
  const target = await targetOf(sql);
  const inspection = (await inspectIndexes(session, [target])).get(target.step);
  if (inspection === undefined) throw new Error(`nothing was said of ${sql}`);
  return inspection;
}

/** A role of the test's own that can log in. It stays on the server, which ends with the tests. */
export async function createRole(database: TestDatabase, privileges = ''): Promise<{ user: string; password: string }> {
  const user = `plain_${database.name}`;
  await database.sql(`CREATE ROLE ${user} LOGIN PASSWORD 'plain' ${privileges}`);
  return { user, password: 'plain' };
}
