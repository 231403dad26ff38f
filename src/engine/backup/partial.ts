import { closeSync, existsSync, mkdirSync, openSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { renameDurably, syncPath } from './durable.ts';
import { BackupLeft, BackupRefused } from './errors.ts';
import { type BackupFormat, manifestPath } from './record.ts';

/**
 * The archive while it is not yet proven: PATH.partial, for this account alone, and made so that nobody else writes it. It
 * gets its name at the end, or goes.
 */
export class PartialArchive {
  readonly path: string;
  readonly #final: string;

  private constructor(final: string) {
    this.#final = final;
    this.path = `${final}.partial`;
  }

  /** Refuses what could not end well, before the database is asked anything. Throws BackupRefused. */
  static check(final: string): void {
    const partial = `${final}.partial`;
    for (const path of [final, manifestPath(final)])
      if (existsSync(path)) throw new BackupRefused(`${path} is there already`, 'Name another path with --output.');
    if (existsSync(partial))
      throw new BackupRefused(
        `${partial} is there: another backup is being written, or one was killed`,
        'If no backup is at work on it, remove it; it is of no use.',
      );
    if (!statSync(dirname(final), { throwIfNoEntry: false })?.isDirectory())
      throw new BackupRefused(`there is no directory ${dirname(final)}`, 'Make it, or name another path.');
  }

  /** Makes it, empty: pg_dump writes into what is there. Throws BackupRefused. */
  static make(final: string, format: BackupFormat): PartialArchive {
    PartialArchive.check(final);
    const archive = new PartialArchive(final);
    try {
      if (format === 'directory') mkdirSync(archive.path, { mode: 0o700 });
      else closeSync(openSync(archive.path, 'wx', 0o600));
    } catch (cause) {
      throw new BackupRefused(
        `cannot write ${archive.path}: ${(cause as Error).message}`,
        'Check the directory’s rights and room.',
        { cause },
      );
    }
    return archive;
  }

  /** From here on it is a backup. */
  finish(): void {
    // pg_dump has synchronised its files; a network's file system may know better than it does.
    syncPath(this.path);
    if (existsSync(this.#final)) throw new Error(`${this.#final} was made meanwhile, and is not ours`);
    renameDurably(this.path, this.#final);
  }

  /** Nothing of it stays. Throws BackupLeft when that cannot be done. */
  remove(why: unknown): void {
    try {
      rmSync(this.path, { recursive: true, force: true, maxRetries: 5 });
    } catch {
      throw new BackupLeft(this.path, { cause: why });
    }
  }
}
