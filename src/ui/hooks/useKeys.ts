import { useInput, usePaste } from 'ink';
import { useState } from 'react';
import type { Stroke } from '../keymap.ts';
import { makeSplitGuard, readKey } from '../keys.ts';
import type { Clock } from '../store.ts';

/** The keyboard: one key at a time; several characters at once and pastes are text. */
export const useKeys = (
  clock: Clock,
  inField: boolean,
  on: { key(stroke: Stroke): void; text(text: string, pasted: boolean): void },
): void => {
  const [guard] = useState(() => makeSplitGuard(clock));
  useInput((input, key) => {
    const typed = guard(readKey(input, key), input, key, inField);
    if (typed.kind === 'stroke') on.key(typed.stroke);
    if (typed.kind === 'text') on.text(typed.text, false);
  });
  usePaste((text) => on.text(text, true));
};
