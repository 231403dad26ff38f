import { playLane } from './lane.ts';

// Every session ended, a server that crashes.
playLane(15, 0, [9, 14]);
