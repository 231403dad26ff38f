import { createHash, type Hash } from 'node:crypto';
import { canonical } from './tree.ts';

type Tree = Record<string, unknown>;

/**
 * Gathers what a plan does. It is taken from the server's own parse, so that comments, white space, keyword case and
 * needless quotes do not count, and literals and the order of the steps do.
 */
export class Fingerprint {
  private readonly hash: Hash = createHash('sha256');

  add(kind: string, statement: unknown): void {
    this.hash.update(`${kind} ${canonical(withoutManner(statement))}\n`);
  }

  hex(): string {
    return this.hash.copy().digest('hex');
  }
}

/** IF NOT EXISTS, IF EXISTS and CONCURRENTLY say how an index is built or dropped, not which. */
function withoutManner(statement: unknown): unknown {
  const { IndexStmt: index, DropStmt: drop } = statement as Record<'IndexStmt' | 'DropStmt', Tree | undefined>;
  if (drop !== undefined) {
    const { concurrent: _concurrent, missing_ok: _ifExists, ...rest } = drop;
    return { DropStmt: rest };
  }
  if (index === undefined) return statement;
  const { concurrent: _concurrent, if_not_exists: _ifNotExists, ...rest } = index;
  return { IndexStmt: rest };
}
