import { playLane } from './lane.ts';

// A kill -9 at event after event, a server that crashes.
playLane(18, 1, [21, 35]);
