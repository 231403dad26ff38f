import type { FeedView } from '../../client/feed.ts';
import { type Command, isNewQuestion, type RunEvent, type Sample } from '../../run/index.ts';
import type { Pane } from './layout.ts';
import type { LogPlace } from './log.ts';
import type { Folds, ProgressItem } from './progress.ts';
import type { Tone } from './row.ts';

/** Everything that is drawn comes from one of these. */
export interface Snapshot {
  view: FeedView;
  history: readonly Sample[];
  now: number;
}

/**
 * How the screen was left. declined: the operator said no before anything was changed. rollback: the run has ended, and is to
 * be rolled back. restore: the run is to be ended, and the database restored.
 */
export interface ScreenExit {
  how: 'detached' | 'finished' | 'declined' | 'rollback' | 'restore';
}

/** A session of somebody else's that others wait for. */
export interface Blocker {
  pid: number;
  backendStart: string;
  /** Who it is, in few words, and all that is shown of it. */
  who: string;
  line: string;
}

/** A question or a text in front of the panes; it takes all keys. */
export type Dialog =
  | { kind: 'help'; top: number }
  | { kind: 'details'; title: string; lines: readonly string[]; top: number }
  | { kind: 'abort' }
  | { kind: 'quit' }
  | { kind: 'interrupt' }
  | { kind: 'skip'; step: number }
  | { kind: 'cancel-build'; step: number }
  /** `preflight` is the number of the event whose findings the question is about. */
  | { kind: 'leftovers'; preflight: number }
  | { kind: 'confirm'; preflight: number; replaceInvalid: number[]; text: string; wrong: boolean }
  /** `off`: OIDs that were taken out by hand. `at`: the line of the cursor. `now`: when it was opened, for the ages. */
  | { kind: 'rollback'; off: number[]; at: number; now: number }
  | { kind: 'rollback-name'; oids: number[]; all: boolean; text: string; wrong: boolean }
  | { kind: 'restore'; text: string; wrong: boolean }
  | { kind: 'take-over' }
  /** The sessions that others wait for, as they were when it was opened; `at`: the line of the cursor. */
  | { kind: 'blockers'; found: readonly Blocker[]; at: number }
  | { kind: 'end-session'; blocker: Blocker; text: string; wrong: boolean }
  /** `wrong`: what is wrong with what was typed; null while nobody has pressed Enter. */
  | { kind: 'set'; text: string; wrong: string | null }
  | { kind: 'filter'; text: string };

/** Said for some seconds in the row for what needs attention. */
export interface Notice {
  text: string;
  tone: Tone;
  until: number;
}

/** What the screen itself knows: where the eye is, and what is being asked. */
export interface UiState {
  focus: Pane;
  zoomed: boolean;
  /** The pane to go back to from the blockers. */
  before: Pane;
  folds: Folds;
  /** Null until somebody moves it: then it stays. */
  cursor: ProgressItem | null;
  /** The key of the finding in the checklist; null until somebody moves it. */
  check: string | null;
  /** First visible line of the result, and of the blockers. */
  listTop: number;
  detailTop: number;
  /** Null: the log follows. */
  log: LogPlace | null;
  filter: string;
  dialog: Dialog | null;
  frozen: Snapshot | null;
  notice: Notice | null;
}

export const initialUi: UiState = {
  focus: 'progress',
  zoomed: false,
  before: 'progress',
  folds: {},
  cursor: null,
  check: null,
  listTop: 0,
  detailTop: 0,
  log: null,
  filter: '',
  dialog: null,
  frozen: null,
  notice: null,
};

/** What a key press does outside the screen. */
export type Effect =
  | { type: 'send'; command: Command; what: string }
  | { type: 'withdraw'; order: string }
  | { type: 'exit'; exit: ScreenExit }
  | { type: 'copy'; text: string }
  | { type: 'redraw' };

/** What comes of a key press. */
export interface Pressed {
  ui: UiState;
  effects: Effect[];
}

/** How long a notice stays, in milliseconds. */
export const NOTICE_MS = 6000;

export const say = (ui: UiState, text: string, now: number, tone: Tone = 'warn'): UiState => ({
  ...ui,
  notice: { text, tone, until: now + NOTICE_MS },
});

/** The number of the newest event that makes a question about findings another one: it is void then. */
export const preflightSeq = (events: readonly RunEvent[]): number =>
  events.findLast(
    (event) => event.type === 'preflight.finished' || (event.type === 'preflight.changed' && isNewQuestion(event)),
  )?.seq ?? 0;
