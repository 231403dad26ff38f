import { playLane } from './lane.ts';

// A kill -9 at event after event.
playLane(18, 1, [22]);
