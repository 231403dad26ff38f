import { inspectingSettings } from '../../engine/catalog/index.ts';
import type { ConnectionConfig } from '../../engine/config.ts';
import { blockedByPooler, detectPooling, runPreflight } from '../../engine/preflight/index.ts';
import { Session } from '../../engine/session.ts';
import type { Finding, Plan } from '../../plan/index.ts';
import type { MatchedReport, NamedBackup, PreflightFacts } from '../../run/index.ts';
import { UnreachableError } from '../connection/index.ts';
import { type GivenOptions, runOptions } from '../options/deploy-options.ts';
import { probesOf } from '../options/probes.ts';

export interface Looked {
  findings: readonly Finding[];
  preflight: PreflightFacts;
}

/** What the command line says of a deployment, and what was found of it without the database. */
export interface Intended {
  given: GivenOptions;
  backup: NamedBackup | null;
  matches: MatchedReport | null;
}

/**
 * What a deployment with these options would find; `terminal`: a person would be there. The session is closed again, and
 * nothing is changed. A pooler is looked for first, as the engine does: what we set would come upon others behind it.
 */
export const lookAt = async (
  connection: ConnectionConfig,
  plan: Plan,
  { given, backup, matches }: Intended,
  terminal: boolean,
): Promise<Looked> => {
  const unreachable = (error: Error) => {
    throw new UnreachableError(error.message, { cause: error });
  };
  const pooling = await detectPooling(connection).catch(unreachable);
  const refused = blockedByPooler(pooling, connection, plan);
  if (refused !== null) return { preflight: refused, findings: refused.findings };
  const settings = inspectingSettings;
  const inspect = await Session.open({ connection, run: 'check', name: 'inspect', settings }).catch(unreachable);
  try {
    const options = runOptions(given, terminal, false, backup, probesOf(plan, given.probes), matches);
    const preflight = await runPreflight({ inspect, plan, options, ours: [inspect.pid], pooling });
    return { preflight, findings: preflight.findings };
  } finally {
    await inspect.close();
  }
};
