import type { ClientConfig } from 'pg';
import type { Plan } from '../plan/types.ts';
import type { Actor, EventType, RunOptions } from '../run/index.ts';

/**
 * A connection as `pg` takes it, resolved by the command line from flags, URI, environment, service and password files.
 * Plain data: it crosses to the engine's process as JSON over a pipe, never as an argument or in the environment.
 */
export type ConnectionConfig = Pick<ClientConfig, 'host' | 'port' | 'user' | 'password' | 'database' | 'options'> & {
  host: string;
  port: number;
  user: string;
  database: string;
  ssl?: boolean | { rejectUnauthorized?: boolean; ca?: string; cert?: string; key?: string; servername?: string };
};

/** A new run of a plan, or one that stopped: its journal is in the run's directory. */
export type RunStart =
  | { kind: 'new'; plan: Plan; sources: string[] }
  | { kind: 'resume'; from: 'journal' | 'ledger'; endOrphans: boolean }
  /** To drop what the run created. */
  | { kind: 'rollback'; from: 'journal' | 'ledger' };

/** A command to be run at each event of a type, the event as JSON on its standard input. */
export interface Hook {
  event: EventType;
  /** For /bin/sh, as the user wrote it. */
  command: string;
  cwd: string;
}

/** Where the run's record goes besides its journal and ledger. It holds secrets, and is itself recorded nowhere. */
export interface RecordConfig {
  /** The URL that the message is posted to at the end. */
  webhook: string | null;
  hooks: readonly Hook[];
  /** That of the operator's shell, for the execution log. */
  umask: number;
}

/** All that an engine's process needs to know. It reads one such object as JSON from its standard input. */
export interface EngineConfig {
  /** The run's ID. */
  run: string;
  /** The run's directory, mode 0700: journal.jsonl, engine.pid, engine.log, control.sock. */
  dir: string;
  /** indexdeck's version. */
  version: string;
  start: RunStart;
  connection: ConnectionConfig;
  operator: Actor;
  options: RunOptions;
  /** Absent: neither message nor hooks. */
  record?: RecordConfig;
}
