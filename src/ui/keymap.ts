import type { Phase } from '../run/index.ts';
import type { Role } from './model/header.ts';

/** What a key may do. */
export type UiCommand =
  | 'go'
  | 'not-yet'
  | 'decline'
  | 'recheck'
  | 'pause'
  | 'continue'
  | 'abort'
  | 'take-over'
  | 'set'
  | 'withdraw'
  | 'who'
  | 'rollback'
  | 'restore'
  | 'skip'
  | 'retry'
  | 'cancel-build'
  | 'end-blocker'
  | 'jobs-more'
  | 'jobs-fewer'
  | 'next-pane'
  | 'previous-pane'
  | 'pane-progress'
  | 'pane-live'
  | 'pane-log'
  | 'pane-detail'
  | 'up'
  | 'down'
  | 'page-up'
  | 'page-down'
  | 'top'
  | 'bottom'
  | 'details'
  | 'section'
  | 'zoom'
  | 'freeze'
  | 'filter'
  | 'blockers'
  | 'copy'
  | 'help'
  | 'back'
  | 'quit'
  | 'redraw'
  | 'interrupt'
  | 'suspend';

/** A key as it is called here: a character, or up, down, page-up, home, enter, escape, tab, shift-tab, space, ctrl-c. */
export type Stroke = string;

export interface Binding {
  command: UiCommand;
  strokes: Stroke[];
  /** The keys as a person calls them. */
  label: string;
  /** What it does, for the help. */
  help: string;
  /** In few words for the last row; absent: only in the help. */
  short?: string;
  /** It changes something: an observer does not have it. */
  changes: boolean;
  /** Every operator has it, whoever operates the run. */
  anybodys?: true;
  /** Only in this role. */
  only?: Role;
  /** The states of a run it is there in; absent: all. */
  phases?: readonly Phase[];
}

const BEFORE: readonly Phase[] = ['preflight', 'ready', 'surveyed', 'blocked'];
const AT_WORK: readonly Phase[] = ['running', 'verifying'];
const BUSY: readonly Phase[] = [...AT_WORK, 'rolling-back'];
const ALIVE: readonly Phase[] = [...BEFORE, ...BUSY];
const BEGUN: readonly Phase[] = [...BUSY, 'aborting', 'finished'];

/** Every key there is, in the order of the help. The first that fits the state and the role counts. */
export const KEYMAP: readonly Binding[] = [
  {
    command: 'go',
    strokes: ['y'],
    label: 'y',
    help: 'build: the answer to the question before anything is changed',
    short: 'build',
    changes: true,
    phases: ['ready'],
  },
  {
    command: 'not-yet',
    strokes: ['y'],
    label: 'y',
    help: 'says why the answer is not taken: where y means yes, it means nothing else before',
    changes: true,
    phases: ['preflight', 'blocked', 'surveyed'],
  },
  {
    command: 'decline',
    strokes: ['n'],
    label: 'n',
    help: 'leave without changing anything',
    short: 'leave',
    changes: true,
    phases: BEFORE,
  },
  {
    command: 'recheck',
    strokes: ['r'],
    label: 'r',
    help: 'look at the database again',
    short: 'look again',
    changes: true,
    phases: ['ready', 'surveyed', 'blocked'],
  },
  {
    command: 'pause',
    strokes: ['P'],
    label: 'P',
    help: 'pause: nothing new starts, what runs ends',
    short: 'pause',
    changes: true,
    anybodys: true,
    phases: BUSY,
  },
  {
    command: 'continue',
    strokes: ['C'],
    label: 'C',
    help: 'continue after a pause',
    short: 'continue',
    changes: true,
    phases: BUSY,
  },
  {
    command: 'abort',
    strokes: ['A'],
    label: 'A',
    help: 'abort: cancel what runs and drop what it leaves; asks once',
    short: 'abort',
    changes: true,
    anybodys: true,
    phases: ALIVE,
  },
  {
    command: 'take-over',
    strokes: ['H'],
    label: 'H',
    help: 'take over: this screen operates the run from then on; asks',
    short: 'take over',
    changes: true,
    anybodys: true,
    only: 'standby',
    phases: [...ALIVE, 'aborting'],
  },
  {
    command: 'withdraw',
    strokes: ['W'],
    label: 'W',
    help: 'take back your order that waits for the engine',
    short: 'take back',
    changes: true,
    anybodys: true,
    phases: [...ALIVE, 'aborting'],
  },
  {
    command: 'rollback',
    strokes: ['D'],
    label: 'D',
    help: 'drop the indexes that this run made, all or a part; shows them, and asks for the database’s name',
    short: 'drop',
    changes: true,
    phases: ['surveyed', ...AT_WORK, 'finished'],
  },
  {
    command: 'restore',
    strokes: ['B'],
    label: 'B',
    help: 'go back to the backup that the run names; asks for the database’s name',
    changes: true,
    phases: [...AT_WORK, 'finished'],
  },
  {
    command: 'skip',
    strokes: ['S'],
    label: 'S',
    help: 'skip the failed index under the cursor for good; asks',
    short: 'skip',
    changes: true,
    phases: AT_WORK,
  },
  {
    command: 'retry',
    strokes: ['T'],
    label: 'T',
    help: 'try the failed index under the cursor again',
    short: 'try again',
    changes: true,
    phases: AT_WORK,
  },
  {
    command: 'cancel-build',
    strokes: ['X'],
    label: 'X',
    help: 'cancel the build under the cursor; asks',
    short: 'cancel build',
    changes: true,
    phases: AT_WORK,
  },
  {
    command: 'end-blocker',
    strokes: ['K'],
    label: 'K',
    help: 'end a session that others wait for; shows them, and asks for the database’s name',
    changes: true,
    phases: BUSY,
  },
  {
    command: 'jobs-more',
    strokes: ['+'],
    label: '+',
    help: 'build one more at the same time',
    changes: true,
    phases: ALIVE,
  },
  {
    command: 'jobs-fewer',
    strokes: ['-'],
    label: '-',
    help: 'build one fewer at the same time',
    changes: true,
    phases: ALIVE,
  },
  {
    command: 'set',
    strokes: ['E'],
    label: 'E',
    help: 'change a gate, the delay between builds, or pause for a time: lock-waiters=1,20,-  delay=30s  pause=10m',
    changes: true,
    phases: BUSY,
  },
  {
    command: 'next-pane',
    strokes: ['tab'],
    label: 'Tab',
    help: 'next pane',
    short: 'pane',
    changes: false,
  },
  { command: 'previous-pane', strokes: ['shift-tab'], label: 'Shift-Tab', help: 'pane before', changes: false },
  { command: 'pane-progress', strokes: ['1'], label: '1', help: 'progress: sections and indexes', changes: false },
  { command: 'pane-live', strokes: ['2'], label: '2', help: 'live: numbers and their thresholds', changes: false },
  {
    command: 'pane-log',
    strokes: ['3'],
    label: '3',
    help: 'log: everything that happened, times in UTC',
    changes: false,
  },
  { command: 'pane-detail', strokes: ['4'], label: '4', help: 'blockers: who waits for whom', changes: false },
  { command: 'up', strokes: ['up', 'k'], label: 'Up k', help: 'up one line', changes: false },
  { command: 'down', strokes: ['down', 'j'], label: 'Down j', help: 'down one line', changes: false },
  { command: 'page-up', strokes: ['page-up'], label: 'PgUp', help: 'up one page', changes: false },
  { command: 'page-down', strokes: ['page-down'], label: 'PgDn', help: 'down one page', changes: false },
  { command: 'top', strokes: ['g', 'home'], label: 'g', help: 'to the top', changes: false },
  {
    command: 'bottom',
    strokes: ['G', 'end'],
    label: 'G',
    help: 'to the bottom; the log follows again',
    changes: false,
  },
  {
    command: 'details',
    strokes: ['enter'],
    label: 'Enter',
    help: 'fold or unfold a section; all about the line under the cursor',
    short: 'details',
    changes: false,
  },
  {
    command: 'section',
    strokes: ['i'],
    label: 'i',
    help: 'the section under the cursor, and what the script says of it',
    changes: false,
  },
  { command: 'zoom', strokes: ['z'], label: 'z', help: 'this pane alone, and back', short: 'zoom', changes: false },
  {
    command: 'freeze',
    strokes: ['space'],
    label: 'Space',
    help: 'freeze the display, never the deployment; and back',
    changes: false,
  },
  {
    command: 'filter',
    strokes: ['/'],
    label: '/',
    help: 'only the lines of the log with these words',
    short: 'filter',
    changes: false,
  },
  {
    command: 'blockers',
    strokes: ['b'],
    label: 'b',
    help: 'who blocks whom, and back',
    short: 'blockers',
    changes: false,
  },
  {
    command: 'copy',
    strokes: ['y', 'c'],
    label: 'y c',
    help: 'copy the line under the cursor to the clipboard of your terminal',
    changes: false,
    phases: BEGUN,
  },
  {
    // Before the go y is an answer, and nothing else.
    command: 'copy',
    strokes: ['c'],
    label: 'c',
    help: 'copy the line under the cursor to the clipboard of your terminal',
    changes: false,
    phases: BEFORE,
  },
  {
    command: 'who',
    strokes: ['w'],
    label: 'w',
    help: 'who operates, who watches, what is being asked, and which orders wait',
    changes: false,
  },
  { command: 'help', strokes: ['?'], label: '?', help: 'this list', short: 'help', changes: false },
  {
    command: 'back',
    strokes: ['escape'],
    label: 'Esc',
    help: 'back: close, unzoom, drop the filter; never more than that',
    changes: false,
  },
  {
    command: 'quit',
    strokes: ['q'],
    label: 'q',
    help: 'quit; while the run goes on: detach, after a second q',
    short: 'quit',
    changes: false,
  },
  {
    command: 'redraw',
    strokes: ['ctrl-l'],
    label: 'Ctrl-L',
    help: 'draw the screen anew, after something else has written on it',
    changes: false,
  },
  { command: 'interrupt', strokes: ['ctrl-c'], label: 'Ctrl-C', help: 'asks: detach, abort or stay', changes: false },
  { command: 'suspend', strokes: ['ctrl-z'], label: 'Ctrl-Z', help: 'only says that q detaches', changes: false },
];

const fits = (binding: Binding, phase: Phase | null, role: Role): boolean => {
  if (binding.changes && role === 'observer') return false;
  if (binding.changes && role === 'standby' && !binding.anybodys) return false;
  if (binding.only !== undefined && binding.only !== role) return false;
  return binding.phases === undefined || (phase !== null && binding.phases.includes(phase));
};

/** The keys that are there for this role in this state. */
export const bindingsFor = (phase: Phase | null, role: Role): Binding[] => {
  const taken = new Set<Stroke>();
  return KEYMAP.filter((binding) => fits(binding, phase, role)).filter((binding) => {
    // A key that a binding before has taken is not offered twice.
    const free = binding.strokes.some((stroke) => !taken.has(stroke));
    for (const stroke of binding.strokes) taken.add(stroke);
    return free;
  });
};

/** What the key does for this role in this state, if anything. */
export const commandFor = (stroke: Stroke, phase: Phase | null, role: Role): UiCommand | null =>
  KEYMAP.find((binding) => binding.strokes.includes(stroke) && fits(binding, phase, role))?.command ?? null;
