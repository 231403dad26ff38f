import { quoteIdent } from '../../plan/ident.ts';
import { appliedMigrations, createMigrations, MIGRATIONS, recordMigration } from '../../queries/ledger_migrations.ts';
import { ledgerSchema } from '../../queries/ledger_schema.ts';
import type { Session } from '../session.ts';
import { LedgerRefused, whyNoLedger } from './refused.ts';

/** A statement of ours that is not answered in this time will not be. */
export const WITHIN = { timeoutMs: 8_000 };

/**
 * Makes the ledger, or brings it to this version, and says whether its database takes every character. Each statement
 * commits by itself and can be sent again: killed in the middle, the next one goes on. Nothing is sent that needs a
 * right, unless it is needed. Fails with LedgerRefused when it must not be written, else with the server's error.
 */
export const prepareLedger = async (session: Session, schema: string, version: string): Promise<{ utf8: boolean }> => {
  const state = await ledgerSchema(session, schema, WITHIN);
  const why = whyNoLedger(schema, state);
  if (why !== null) throw new LedgerRefused(why);
  if (!state.exists) await session.execute(`CREATE SCHEMA IF NOT EXISTS ${quoteIdent(schema)}`, WITHIN);
  if (!state.ledger) await createMigrations(session, WITHIN);
  const applied = new Set((await appliedMigrations(session, WITHIN)).map((migration) => migration.version));
  const newest = Math.max(0, ...applied);
  if (newest > MIGRATIONS.length)
    throw new LedgerRefused({
      what: `The ledger in the schema ${schema} is of a newer indexdeck: its version is ${newest}, and this one knows ${MIGRATIONS.length}.`,
      advice: 'Use the newer indexdeck, or another schema (--ledger-schema).',
    });
  for (const migration of MIGRATIONS) {
    if (applied.has(migration.version)) continue;
    await migration.apply(session, WITHIN);
    await recordMigration(session, migration, version, WITHIN);
  }
  return { utf8: state.utf8 };
};
