import { quoteQualified } from '../../plan/index.ts';
import type { Input } from '../../run/index.ts';
import { buildingSettings, type Session, toErrorFacts } from '../session.ts';
import type { Sessions } from '../sessions.ts';

const TIMEOUT_MS = 10 * 60_000;

/** It gives up rather than queue, and ends by itself when nobody waits for it any more. */
const analyzingSettings: Readonly<Record<string, string>> = {
  ...buildingSettings,
  lock_timeout: '5s',
  statement_timeout: `${TIMEOUT_MS}ms`,
  client_connection_check_interval: '2s',
};

/** ANALYZE of one table, once its intent is on record. That it fails is no harm: the probe is measured again all the same. */
export const analyze = async (
  sessions: Sessions,
  settled: () => Promise<void>,
  { schema, table }: { schema: string; table: string },
): Promise<Input> => {
  const begun = performance.now();
  const ended = (error: unknown): Input => ({
    kind: 'analyzed',
    table: {
      schema,
      table,
      durationMs: Math.round(performance.now() - begun),
      error: error === null ? null : toErrorFacts(error),
    },
  });
  let session: Session | null = null;
  try {
    session = await sessions.open('analyze', analyzingSettings);
    await settled();
    await session.execute(`ANALYZE ${quoteQualified(schema, table)}`);
    return ended(null);
  } catch (error) {
    return ended(error);
  } finally {
    await session?.close();
  }
};
