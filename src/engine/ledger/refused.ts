import { quoteIdent } from '../../plan/ident.ts';
import type { LedgerSchemaRow } from '../../queries/ledger_schema.ts';

/** Why there can be no ledger, and what to do about it: no failure of the server, and none that passes by itself. */
export class LedgerRefused extends Error {
  override readonly name = 'LedgerRefused';
  readonly advice: string;

  constructor({ what, advice }: { what: string; advice: string }) {
    super(what);
    this.advice = advice;
  }
}

const WITHOUT = 'go without one: --no-ledger';

/** What would help a role that lacks a right in the ledger's schema. */
export const mendLedger = (schema: string, { user, database, exists }: LedgerSchemaRow): string => {
  const [name, role] = [quoteIdent(schema), quoteIdent(user)];
  return exists
    ? `As the owner of the schema: ALTER SCHEMA ${name} OWNER TO ${role}, and of its tables likewise; or ${WITHOUT}.`
    : `CREATE SCHEMA ${name} AUTHORIZATION ${role}, or GRANT CREATE ON DATABASE ${quoteIdent(database)} TO ${role}; or ${WITHOUT}.`;
};

/** Why the ledger cannot be made, or written, in this schema with our rights; null when it can. Pure. */
export const whyNoLedger = (schema: string, state: LedgerSchemaRow): { what: string; advice: string } | null => {
  const { user, database, exists, ledger, others, unwritable } = state;
  if (exists && !ledger && others > 0)
    return {
      what: `The schema ${schema} holds something else than a ledger.`,
      advice: `Name a schema of its own with --ledger-schema, or ${WITHOUT}.`,
    };
  const no = (what: string) => ({ what, advice: mendLedger(schema, state) });
  if (!exists)
    return state.may_create_schema
      ? null
      : no(`${user} may not create the schema ${schema} in the database ${database}.`);
  if (!state.may_use) return no(`${user} may not use the schema ${schema}.`);
  if (!ledger && !state.may_create) return no(`${user} may not create tables in the schema ${schema}.`);
  return unwritable.length === 0 ? null : no(`${user} may not write ${unwritable.join(', ')} in the schema ${schema}.`);
};
