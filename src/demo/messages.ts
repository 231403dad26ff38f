import type { InstalledServer } from './binaries.ts';

/** What the demo's process is to do. */
export interface HostOptions {
  server: InstalledServer;
  scale: number;
  traffic: boolean;
  seed: number;
}

/** What it says, one a line. `failed` and `ready` are the last ones. */
export type HostMessage = { progress: string } | { ready: { url: string; seconds: number } } | { failed: string };
