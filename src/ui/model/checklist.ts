import { type Finding, findingKeys, type Level, type RunState } from '../../run/index.ts';
import { since } from './format.ts';

/** A finding that went away is shown as cleared for so long, and a new one as new, in milliseconds. */
const CLEARED_MS = 10 * 60_000;
const NEW_MS = 60_000;

/** One line of the checklist that the cursor can be on. */
export interface CheckItem {
  /** The same from look to look, so that the cursor stays. */
  key: string;
  finding: Finding;
  /** The group it stands in: a cleared one stays where it was. */
  group: Level;
  mark: 'new' | 'cleared' | 'waived' | null;
  /** When it appeared or was cleared, ISO; null: it was there at the first look. */
  at: string | null;
}

const GROUPS: readonly Level[] = ['blocks', 'warning', 'note', 'ok'];

const markOf = (finding: Finding, at: string | null, now: number): CheckItem['mark'] => {
  if (at !== null && since(at, now) < NEW_MS) return 'new';
  return finding.waived ? 'waived' : null;
};

/** Everything that preflight says now, and what it said until a while ago: by level, the worst first, each in its place. */
export const checkItems = (state: RunState, now: number): CheckItem[] => {
  const { checklist } = state;
  const findings = state.preflight?.findings ?? state.plan.findings;
  const keys = findingKeys(findings);
  const cleared = checklist.cleared
    .filter(({ at }) => since(at, now) < CLEARED_MS)
    .map(({ key, finding, at }): CheckItem => ({ key, finding, group: finding.level, mark: 'cleared', at }));
  const gone = new Set(cleared.map(({ key }) => key));
  const there = findings.flatMap((finding, index): CheckItem[] => {
    const key = keys[index] ?? '';
    if (gone.has(key)) return [];
    const at = checklist.appeared[key] ?? null;
    return [{ key, finding, group: finding.level, mark: markOf(finding, at, now), at }];
  });
  const place = new Map(checklist.order.map((key, index) => [key, index]));
  const all = [...there, ...cleared].sort((a, b) => (place.get(a.key) ?? 0) - (place.get(b.key) ?? 0));
  return GROUPS.flatMap((level) => all.filter(({ group }) => group === level));
};

/** The item that the cursor is on: the first one until somebody moves it. */
export const checkedItem = (items: readonly CheckItem[], cursor: string | null): CheckItem | null =>
  items.find(({ key }) => key === cursor) ?? items[0] ?? null;

/** The key of the item so many lines further down. */
export const movedTo = (items: readonly CheckItem[], cursor: string | null, by: number): string | null => {
  const current = checkedItem(items, cursor);
  const from = current === null ? 0 : items.indexOf(current);
  return items[Math.max(0, Math.min(from + by, items.length - 1))]?.key ?? null;
};
