import type { Backend } from '../../run/index.ts';
import { blockerTree } from './blockers.ts';
import { backendDoes, backendName } from './people.ts';
import { type Blocker, type Pressed, type Snapshot, say, type UiState } from './ui-state.ts';

/** Those that others wait for and that can be ended: a session of somebody else's, whose start is known. */
const endable = ({ live }: { live: Snapshot }): { found: Blocker[]; hidden: number; prepared: number } => {
  const { sample } = live.view;
  const tree = sample === null ? [] : blockerTree(sample);
  const waitedFor = new Set([
    ...tree.flatMap(({ backend }) => backend.blockedBy),
    ...(sample?.builds ?? []).flatMap(({ blockers }) => blockers.map(({ pid }) => pid)),
  ]);
  const builds = (sample?.builds ?? []).flatMap(({ blockers }) => blockers);
  const all = [...tree.map(({ backend }) => backend), ...builds].filter(
    (backend, at, list) => list.findIndex(({ pid }) => pid === backend.pid) === at,
  );
  const others = all.filter((backend: Backend) => backend.step === null && waitedFor.has(backend.pid));
  const found = others.flatMap((backend): Blocker[] => {
    const { pid, backendStart } = backend;
    if (pid === 0 || backendStart === null) return [];
    const who = backendName(backend);
    return [{ pid, backendStart, who, line: `${who}, ${backendDoes(backend)}` }];
  });
  const prepared = others.filter(({ pid }) => pid === 0).length;
  return { found, prepared, hidden: others.length - found.length - prepared };
};

/** K: which session, if there are several; then its name is asked for. */
export const askEndBlocker = (ui: UiState, live: Snapshot): Pressed => {
  const { found, hidden, prepared } = endable({ live });
  const [first, ...more] = found;
  if (first === undefined) {
    const why =
      hidden > 0
        ? 'who blocks is not shown to this role: grant it pg_monitor'
        : prepared > 0
          ? 'a prepared transaction blocks: ROLLBACK PREPARED ends it, in psql'
          : 'nobody waits for a session of somebody else’s';
    return { ui: say(ui, why, live.now), effects: [] };
  }
  const dialog =
    more.length === 0
      ? ({ kind: 'end-session', blocker: first, text: '', wrong: false } as const)
      : ({ kind: 'blockers', found, at: 0 } as const);
  return { ui: { ...ui, dialog }, effects: [] };
};
