import type { Plan } from '../../plan/types.ts';
import type { PreflightFacts } from '../../run/index.ts';
import type { Pooling } from './pooling.ts';
import { connectionFindings } from './rules/connection.ts';

/**
 * The whole of preflight where the way to the server allows no sessions, null where it does. To be asked with the answer of
 * `detectPooling` before any session is opened: our sessions set timeouts and default_transaction_read_only, and behind a
 * transaction pooler (tried with PgBouncer) these stay on server sessions that applications are given next.
 */
export function blockedByPooler(
  pooling: Pooling,
  connection: { database: string; user: string },
  plan: Plan,
): PreflightFacts | null {
  const findings = connectionFindings(pooling, connection);
  if (!findings.some(({ level }) => level === 'blocks')) return null;
  return {
    findings: [...plan.findings, ...findings],
    server: { version: 'unknown', versionNum: 0, startedAt: null, superuser: false, monitor: false },
    tables: [],
    steps: [],
    settings: [],
  };
}
