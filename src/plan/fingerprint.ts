import { createHash, type Hash } from 'node:crypto';
import type { DropStmt } from './drop-statement.ts';
import type { IndexStmt } from './parser.ts';
import type { ReindexStmt } from './reindex-statement.ts';
import { canonical } from './tree.ts';

/** Characters. */
const MOST_PENDING = 65_536;

/**
 * Gathers what a plan does. It is taken from the server's own parse, so that comments, white space, keyword case and
 * needless quotes do not count, and literals and the order of the steps do.
 */
export class Fingerprint {
  private readonly hash: Hash = createHash('sha256');
  /** What is not hashed yet: one call for each of thousands of statements takes long. */
  private pending = '';

  add(kind: string, statement: unknown): void {
    this.addText(kind, canonical(statement));
  }

  /** IF NOT EXISTS and CONCURRENTLY say how an index is built, not which. */
  addIndex({ concurrent: _concurrent, if_not_exists: _ifNotExists, ...which }: IndexStmt): void {
    this.add('create-index', { IndexStmt: which });
  }

  /** IF EXISTS and CONCURRENTLY say how an index is dropped, not which. */
  addDrop({ concurrent: _concurrent, missing_ok: _ifExists, ...which }: DropStmt): void {
    this.add('drop-index', { DropStmt: which });
  }

  /** CONCURRENTLY and VERBOSE say how something is rebuilt, not what. */
  addReindex({ params: _how, ...what }: ReindexStmt): void {
    this.add('reindex', { ReindexStmt: what });
  }

  hex(): string {
    this.flush();
    return this.hash.copy().digest('hex');
  }

  private addText(kind: string, text: string): void {
    this.pending += `${kind} ${text}\n`;
    if (this.pending.length > MOST_PENDING) this.flush();
  }

  private flush(): void {
    this.hash.update(this.pending);
    this.pending = '';
  }
}
