import type { Session } from '../session.ts';
import type { Installation } from '../tools/index.ts';
import type { Look } from './look.ts';
import type { RestoreJournal } from './record.ts';
import type { RestoreRequest } from './request.ts';

/** A restore that was agreed to. */
export interface Agreed {
  request: RestoreRequest;
  look: Look;
  tools: { dump: Installation; restore: Installation };
  journal: RestoreJournal;
  /** In the database in use; it holds the engine's lock. */
  holder: Session;
}

/** How a restore ended that came to its end: `ok` false when a proof failed. */
export interface Ending {
  ok: boolean;
}
