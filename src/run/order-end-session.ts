import type { Actor, Command } from './commands.ts';
import { notAtWork } from './phases.ts';
import type { RunState } from './state.ts';
import { accept, refuse, type Verdict } from './verdict.ts';

/**
 * The operator's word to end a session of somebody else's: one, by pid and start, with the database's name typed. Never done
 * by itself, and never to a session of this run.
 */
export const endSession = (
  state: RunState,
  { pid, backendStart, who, confirm }: Extract<Command, { type: 'end-session' }>,
  by: Actor,
): Verdict => {
  const no = notAtWork(state);
  if (no !== null) return refuse(no);
  if (confirm !== state.database.database)
    return refuse(`ending a session asks for the name of the database, ${state.database.database}, to be typed`);
  if (state.steps.some(({ status, backend }) => status === 'building' && backend?.pid === pid))
    return refuse(`pid ${pid} builds for this run: X cancels a build`);
  if (state.ending.some((each) => each.pid === pid)) return refuse(`pid ${pid} is being ended already`);
  return accept(`ending pid ${pid}`, { type: 'session.end_ordered', pid, backendStart, who, by });
};
