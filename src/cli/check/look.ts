import { inspectingSettings } from '../../engine/catalog/index.ts';
import type { ConnectionConfig } from '../../engine/config.ts';
import { runPreflight } from '../../engine/preflight/index.ts';
import { Session } from '../../engine/session.ts';
import type { Finding, Plan } from '../../plan/index.ts';
import type { PreflightFacts } from '../../run/index.ts';
import { UnreachableError } from '../connection/index.ts';
import { type GivenOptions, runOptions } from '../options/deploy-options.ts';

export interface Looked {
  findings: readonly Finding[];
  preflight: PreflightFacts;
}

/** What a deployment with these options would find. The sessions are closed again, and nothing is changed. */
export const lookAt = async (connection: ConnectionConfig, plan: Plan, given: GivenOptions): Promise<Looked> => {
  const open = (name: string, settings: Readonly<Record<string, string>>) =>
    Session.open({ connection, run: 'check', name, settings });
  const inspect = await open('inspect', inspectingSettings).catch((error: Error) => {
    throw new UnreachableError(error.message, { cause: error });
  });
  try {
    const options = runOptions(given, false, false);
    const preflight = await runPreflight({ open, inspect, plan, options, ours: [inspect.pid] });
    return { preflight, findings: preflight.findings };
  } finally {
    await inspect.close();
  }
};
