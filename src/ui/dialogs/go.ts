import { invalidLeftovers, type RunState, shownDrops, whatIsAhead } from '../../run/index.ts';
import { plainText } from '../../run/plain-text.ts';
import { plural } from '../model/format.ts';
import { row, seg, wrapText } from '../model/row.ts';
import type { Dialog, Effect } from '../model/ui-state.ts';
import { close, type DialogAnswer, type DialogContext, type DialogKind, stay } from './dialog.ts';
import { nameRows, typedName } from './typed-name.ts';

type Confirm = Extract<Dialog, { kind: 'confirm' }>;

/** What is missing between the operator's y and the first build: a question more, or the command itself. */
const afterLeftovers = (state: RunState, preflight: number, replaceInvalid: number[]): DialogAnswer => {
  const drops = shownDrops(state);
  if (state.options.environment === 'production')
    return stay({ kind: 'confirm', preflight, replaceInvalid, drops, text: '', wrong: false });
  return { dialog: null, effects: [go(replaceInvalid, null, drops)] };
};

const go = (replaceInvalid: number[], confirm: string | null, drops: number[]): Effect => ({
  type: 'send',
  command: { type: 'go', replaceInvalid, confirm, ...(drops.length === 0 ? {} : { drops }) },
  what: 'go',
});

/** The operator said y to the plan: ask for the leftovers, then for the name of a production database, then go. */
export const startGo = (state: RunState, preflight: number): DialogAnswer => {
  const oids = invalidLeftovers(state).map((leftover) => leftover.oid);
  if (oids.length === 0 || state.options.replaceInvalid) return afterLeftovers(state, preflight, oids);
  return stay({ kind: 'leftovers', preflight });
};

const stands = ({ preflight }: { preflight: number }, context: DialogContext): boolean =>
  context.state?.phase === 'ready' && context.preflight === preflight;

/** Invalid leftovers are dropped for nobody who did not agree to these very ones. */
export const leftoversDialog: DialogKind<Extract<Dialog, { kind: 'leftovers' }>> = {
  view: (_dialog, { state }, width) => {
    const leftovers = state === null ? [] : invalidLeftovers(state);
    const policy = state?.options.onError ?? 'pause';
    const lead = `${plural(leftovers.length, 'invalid index stands', 'invalid indexes stand')} where the plan wants to build. Drop and rebuild exactly:`;
    return {
      title: 'Drop invalid leftovers?',
      tone: 'warn',
      rows: [
        ...wrapText(lead, width).map((text) => row(text)),
        ...leftovers.map(({ create: { name, table }, oid, ready }) =>
          row(
            seg(`  ${plainText(name)}`, 'strong'),
            ` on ${plainText(table)}, oid ${oid}${ready ? ', costs every write now' : ''}`,
          ),
        ),
        ...wrapText(`Without it each of them counts as a failed index (on error: ${policy}).`, width).map((text) =>
          row(seg(text, 'dim')),
        ),
      ],
      answers: 'y: drop and rebuild them   n: build, but leave them   Esc: back',
      top: 0,
    };
  },
  answer: (dialog, stroke, { state }) => {
    if (state === null || stroke === 'escape') return close;
    const oids = invalidLeftovers(state).map((leftover) => leftover.oid);
    if (stroke === 'y') return afterLeftovers(state, dialog.preflight, oids);
    if (stroke === 'n') return afterLeftovers(state, dialog.preflight, []);
    return stay(dialog);
  },
  stands,
};

/** Production: the database's name, typed in full. Enter alone is a no; pasting is not typing. */
export const confirmDialog: DialogKind<Confirm> = {
  view: (dialog, { state }, width) => {
    const name = plainText(state?.database.database ?? '');
    const host = plainText(state?.database.host ?? '');
    return {
      title: 'PRODUCTION: type the name of the database',
      tone: 'bad',
      rows: [
        ...wrapText(
          `You are about to ${state === null ? 'build' : whatIsAhead(state)} on ${host}/${name}. Type its name in full, then press Enter.`,
          width,
        ).map((line) => row(line)),
        ...nameRows(dialog, state, 'nothing was started'),
      ],
      answers: 'Enter: go, if the name is right   Esc: back',
      top: 0,
    };
  },
  ...typedName<Confirm>({
    no: close,
    yes: ({ replaceInvalid, drops, text }) => ({ dialog: null, effects: [go(replaceInvalid, text, drops)] }),
  }),
  stands,
};
