import { evolve, initialState, type RunState, replay } from '../run/index.ts';
import type { EngineConfig } from './config.ts';
import { Journal } from './journal.ts';

/** A run that an engine goes to work on: its journal, and the state that its events give. */
export interface OpenRun {
  journal: Journal;
  state: RunState;
}

/** Begins a run's journal, or takes up that of a run that stopped; the first event of this engine is recorded. */
export const openRun = (config: EngineConfig, host: string, now: number): OpenRun => {
  const { dir, run, version, operator, options, start } = config;
  const { host: server, port, database, user } = config.connection;
  const about = {
    version,
    database: { host: server, port, database, user },
    operator,
    options,
    engine: { pid: process.pid, host },
  };
  if (start.kind === 'new') {
    const journal = Journal.create(dir, run);
    const event = journal.append({ type: 'run.started', plan: start.plan, sources: start.sources, ...about }, now);
    return { journal, state: initialState(event) };
  }
  const journal = Journal.reopen(dir, run);
  const before = replay(journal.events);
  if (before === null) throw new Error('the journal holds nothing to go on with');
  const intention =
    start.kind === 'rollback' ? { endOrphans: false, purpose: start.kind } : { endOrphans: start.endOrphans };
  const event = journal.append({ type: 'run.resumed', ...about, from: start.from, ...intention }, now);
  return { journal, state: evolve(before, event) };
};
