import type { Phase } from '../../run/index.ts';
import { bindingsFor, type UiCommand } from '../keymap.ts';
import type { Role } from './header.ts';
import { fitRow, type Row, type Segment, seg, textWidth } from './row.ts';

/** These stay when it gets narrow: acting first, then help and the way out. */
const ALWAYS: readonly UiCommand[] = ['help', 'quit'];

/** Keys that act on a failed or running step are offered only while there is one. */
export interface FooterInput {
  phase: Phase | null;
  role: Role;
  failed: boolean;
  building: boolean;
  paused: boolean;
  /** Something of this run is there to be dropped. */
  droppable: boolean;
  /** An order of this screen waits for the engine. */
  waiting: boolean;
}

const useful = (command: UiCommand, { failed, building, paused, waiting, droppable }: FooterInput): boolean => {
  if (command === 'skip' || command === 'retry') return failed;
  if (command === 'cancel-build') return building;
  if (command === 'continue') return paused;
  if (command === 'withdraw') return waiting;
  if (command === 'rollback') return droppable;
  return true;
};

/** The last row, made from the keymap: as many keys as fit, help and quit always. */
export const footerRow = (input: FooterInput, width: number): Row => {
  const offered = bindingsFor(input.phase, input.role).filter(
    (binding) => binding.short !== undefined && useful(binding.command, input),
  );
  const draw = ({ label, short }: (typeof offered)[number]): Segment[] => [seg(label, 'key'), seg(` ${short}  `)];
  const size = (parts: Segment[]): number => parts.reduce((sum, part) => sum + textWidth(part.text), 0);
  const last = offered.filter((binding) => ALWAYS.includes(binding.command));
  let room = width - 1 - last.reduce((sum, binding) => sum + size(draw(binding)), 0);
  const first = offered
    .filter((binding) => !ALWAYS.includes(binding.command))
    .filter((binding) => {
      const needed = size(draw(binding));
      if (needed > room) return false;
      room -= needed;
      return true;
    });
  return fitRow([seg(' '), ...[...first, ...last].flatMap(draw)], width);
};
