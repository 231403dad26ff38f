import { playLane } from './lane.ts';

// Every session ended, half-open connections, a kill -9.
playLane(15, 0, [9, 12, 18]);
