import type { RunState, StepState } from '../../run/index.ts';
import { plainText } from '../../run/plain-text.ts';
import { stepName } from '../../run/steps.ts';
import { row, wrapText } from '../model/row.ts';
import type { Dialog } from '../model/ui-state.ts';
import { close, type DialogKind } from './dialog.ts';

const stepOf = (state: RunState | null, id: number): StepState | undefined => state?.steps[id];

const nameOf = (state: RunState | null, id: number): string => {
  const step = stepOf(state, id);
  return step === undefined ? `step ${id + 1}` : plainText(stepName(step.step));
};

/** Skip a failed index for good. */
export const skipDialog: DialogKind<Extract<Dialog, { kind: 'skip' }>> = {
  view: ({ step }, { state }, width) => ({
    title: 'Skip this index?',
    tone: 'warn',
    rows: wrapText(
      `${nameOf(state, step)} is left out for good: the run goes on without it and ends with status 1.`,
      width,
    ).map((text) => row(text)),
    answers: 'y: skip it   any other key: no',
    top: 0,
  }),
  answer: ({ step }, stroke, { state }) =>
    stroke === 'y'
      ? {
          dialog: null,
          effects: [{ type: 'send', command: { type: 'skip', step }, what: `skip ${nameOf(state, step)}` }],
        }
      : close,
  stands: ({ step }, { state }) => stepOf(state, step)?.status === 'failed',
};

/** Cancel one build. The step was fixed when it was asked: the list may move beneath the question. */
export const cancelDialog: DialogKind<Extract<Dialog, { kind: 'cancel-build' }>> = {
  view: ({ step }, { state }, width) => ({
    title: 'Cancel this build?',
    tone: 'warn',
    rows: wrapText(`${nameOf(state, step)}: what is built of it so far is lost and dropped.`, width).map((text) =>
      row(text),
    ),
    answers: 'y: cancel it   any other key: no',
    top: 0,
  }),
  answer: ({ step }, stroke, { state }) =>
    stroke === 'y'
      ? {
          dialog: null,
          effects: [{ type: 'send', command: { type: 'cancel-build', step }, what: `cancel ${nameOf(state, step)}` }],
        }
      : close,
  stands: ({ step }, { state }) => stepOf(state, step)?.status === 'building',
};
