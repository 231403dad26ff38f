import type { Deployment } from './deployment.ts';
import { BOUNDARY_STRIDE } from './scenario.ts';
import { type KillPoint, killPoints } from './witness.ts';

/** Before its first event is on disk a run does not exist: there is nothing that could be taken up. */
const pointAt = (seq: number, turn: number): KillPoint =>
  seq === 1 ? 'durable' : (killPoints[turn % killPoints.length] ?? 'durable');

/**
 * Engine after engine is killed, each some events further, until one comes to the end of the run. Says how many were.
 * The last event's boundary is followed by an engine that finds all done.
 */
export const killAtBoundaries = async (deployment: Deployment, first: number, endWithinMs: number): Promise<number> => {
  for (let killed = 0; ; killed++) {
    const seq = first + killed * BOUNDARY_STRIDE;
    try {
      await deployment.start({ seq, point: pointAt(seq, first + killed) });
      await deployment.ended(endWithinMs);
    } catch (error) {
      if (!(await deployment.wasKilled())) throw error;
    }
    if (!(await deployment.wasKilled())) return killed;
  }
};
