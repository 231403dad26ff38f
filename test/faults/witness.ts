import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';

/**
 * Loaded into an engine's process before the engine (`node --import 'witness.ts?dir=...'`). It writes down with which
 * status the process exits, and kills it where it is told: at the event `seq` of the journal. Nothing of this is known
 * to the engine.
 */

/**
 * Where in the recording of an event the engine dies. unwritten: before any of it; what led to it has happened. torn:
 * half of its line is written. durable: it is on disk, and nothing that follows has begun.
 */
export type KillPoint = 'unwritten' | 'torn' | 'durable';

export const killPoints: readonly [KillPoint, ...KillPoint[]] = ['unwritten', 'torn', 'durable'];

/** The file with the exit status, in the run's directory; not there when the process was killed. */
export const EXIT_FILE = 'exit-status';

/** The arguments for an engine's Node. */
export const witnessArgs = (dir: string, kill: { seq: number; point: KillPoint } | null): string[] => {
  const url = new URL(import.meta.url);
  url.search = String(
    new URLSearchParams({ dir, ...(kill === null ? {} : { seq: String(kill.seq), point: kill.point }) }),
  );
  return ['--import', url.href];
};

const die = (): never => {
  process.kill(process.pid, 'SIGKILL');
  throw new Error('SIGKILL leaves nobody to read this');
};

const killAt = (journal: string, seq: number, point: KillPoint): void => {
  const { openSync, writeSync, fdatasyncSync } = fs;
  let fd = -1;
  let written = false;
  fs.openSync = (path, ...rest) => {
    const opened = openSync(path, ...rest);
    if (String(path) === journal) fd = opened;
    return opened;
  };
  const write = (to: number, bytes: Buffer, ...rest: number[]): number => {
    const isIt = to === fd && (JSON.parse(bytes.toString()) as { seq: number }).seq === seq;
    if (!isIt) return writeSync(to, bytes, ...rest);
    if (point === 'unwritten') return die();
    if (point === 'torn') {
      writeSync(to, bytes.subarray(0, bytes.length / 2));
      fdatasyncSync(to);
      return die();
    }
    written = true;
    return writeSync(to, bytes, ...rest);
  };
  fs.writeSync = write as typeof fs.writeSync;
  fs.fdatasyncSync = (to) => {
    fdatasyncSync(to);
    if (to === fd && written) die();
  };
  syncBuiltinESMExports();
};

const { searchParams } = new URL(import.meta.url);
const dir = searchParams.get('dir');
if (dir !== null) {
  process.on('exit', (code) => fs.writeFileSync(join(dir, EXIT_FILE), `${code}\n`));
  const seq = searchParams.get('seq');
  if (seq !== null) killAt(join(dir, 'journal.jsonl'), Number(seq), searchParams.get('point') as KillPoint);
}
