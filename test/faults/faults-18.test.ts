import { playLane } from './lane.ts';

// A server that crashes, a kill -9 at event after event.
playLane(18, 1, [14, 22]);
