import type { Command, StepState, StepStatus } from '../../run/index.ts';
import type { UiCommand } from '../keymap.ts';
import { type Pressed, type Snapshot, say, type UiState } from './ui-state.ts';

type Order = Extract<
  UiCommand,
  'recheck' | 'pause' | 'continue' | 'skip' | 'retry' | 'cancel-build' | 'jobs-more' | 'jobs-fewer'
>;

const send = (ui: UiState, command: Command, what: string): Pressed => ({
  ui,
  effects: [{ type: 'send', command, what }],
});

/**
 * The step that a key means: the one under the cursor if somebody put it there, else the only one there is. Never a
 * guess: a list that moves by itself must not decide what is cancelled.
 */
const meant = (ui: UiState, steps: readonly StepState[], status: StepStatus): StepState | string => {
  const fitting = steps.filter((step) => step.status === status);
  const what = status === 'failed' ? 'failed index' : 'build';
  const [first] = fitting;
  if (first === undefined) return status === 'failed' ? 'no index has failed' : 'nothing is being built right now';
  if (ui.cursor?.kind === 'step') {
    const { step } = ui.cursor;
    return (
      fitting.find((one) => one.id === step) ?? `the line under the cursor is no ${what}: move it there with j and k`
    );
  }
  return fitting.length === 1 ? first : `${fitting.length} to choose from: put the cursor on the ${what} with j and k`;
};

const onStep = (ui: UiState, live: Snapshot, status: StepStatus, then: (step: StepState) => Pressed): Pressed => {
  const step = meant(ui, live.view.state?.steps ?? [], status);
  return typeof step === 'string' ? { ui: say(ui, step, live.now), effects: [] } : then(step);
};

/** What the operator orders, as a command for the engine, or the question before it. */
export const order = (ui: UiState, wanted: Order, live: Snapshot): Pressed => {
  const { state } = live.view;
  if (state === null) return { ui, effects: [] };
  switch (wanted) {
    case 'recheck':
      return send(ui, { type: 'recheck' }, 'look again');
    case 'pause':
      return send(ui, { type: 'pause' }, 'pause');
    case 'continue':
      return send(ui, { type: 'continue' }, 'continue');
    case 'skip':
      return onStep(ui, live, 'failed', (step) => ({
        ui: { ...ui, dialog: { kind: 'skip', step: step.id } },
        effects: [],
      }));
    case 'retry':
      return onStep(ui, live, 'failed', (step) => send(ui, { type: 'retry', step: step.id }, 'try again'));
    case 'cancel-build':
      return onStep(ui, live, 'building', (step) => ({
        ui: { ...ui, dialog: { kind: 'cancel-build', step: step.id } },
        effects: [],
      }));
    case 'jobs-more':
      return send(ui, { type: 'set-jobs', jobs: state.jobs + 1 }, `jobs ${state.jobs + 1}`);
    case 'jobs-fewer':
      if (state.jobs <= 1) return { ui: say(ui, 'one at a time is the least: P pauses', live.now), effects: [] };
      return send(ui, { type: 'set-jobs', jobs: state.jobs - 1 }, `jobs ${state.jobs - 1}`);
  }
};
