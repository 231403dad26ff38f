import type { Finding } from '../../plan/types.ts';
import type { Found, PreflightChange, PreflightFacts } from '../events.ts';
import { findingsByKey, isOpen } from './keys.ts';

/** Texts alone (ages, counts) are recorded no more often than this, in milliseconds. */
const TEXTS_EVERY_MS = 60_000;

type StepFacts = PreflightFacts['steps'][number];

/** Sizes and the like move by themselves. */
const essence = ({ tableOid, found }: StepFacts): string => JSON.stringify([tableOid, found && still(found)]);

const still = (found: Found): Found => {
  if (found.kind === 'equal') return { ...found, bytes: 0 };
  if (found.kind !== 'to-drop' || found.record === null) return found;
  return { ...found, record: { ...found.record, bytes: 0, scans: 0, lastScan: null } };
};

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

const standing = (tables: PreflightFacts['tables']): string =>
  JSON.stringify(tables.map(({ oid, schema, name }) => [oid, schema, name]));

const rank = ({ level }: Finding): number => ['ok', 'note', 'warning', 'blocks'].indexOf(level);

/** Texts that say the same with other numbers in them are worth an event now and then, those of what is in order never. */
const worthTelling = (before: Finding, now: Finding): boolean => isOpen(now) && !same(before, now);

/**
 * What a look found that the one before had not: only what changed, so that a quiet server adds nothing to the journal. Null:
 * nothing that is worth an event. `sinceMs`: since the newest event about preflight.
 */
export const preflightChange = (
  before: PreflightFacts,
  now: PreflightFacts,
  sinceMs: number,
): PreflightChange | null => {
  const [old, current] = [findingsByKey(before.findings), findingsByKey(now.findings)];
  const cleared = [...old].flatMap(([key, finding]) => {
    const left = current.get(key);
    const isGone = left === undefined || (isOpen(finding) && !isOpen(left));
    const { code, level, what } = finding;
    return isGone ? [{ key, code, level, what, gone: left === undefined }] : [];
  });
  const added = [...current].flatMap(([key, finding]) => {
    const had = old.get(key);
    return had === undefined || (isOpen(finding) && rank(finding) > rank(had)) ? [key] : [];
  });
  const moved = [...current].some(([key, finding]) => {
    const had = old.get(key);
    return had !== undefined && (had.level !== finding.level || had.waived !== finding.waived);
  });
  const oldSteps = new Map(before.steps.map((step) => [step.step, essence(step)]));
  const steps = now.steps.filter((step) => oldSteps.get(step.step) !== essence(step));
  const tables = standing(before.tables) === standing(now.tables) ? {} : { tables: now.tables };
  const parts = same(before.parts, now.parts) ? {} : { parts: now.parts ?? [] };
  const settings = same(before.settings, now.settings) ? {} : { settings: now.settings };
  const server = same(before.server, now.server) ? {} : { server: now.server };
  const estimates =
    now.estimates === undefined || same(before.estimates, now.estimates) ? {} : { estimates: now.estimates };
  const isMaterial =
    cleared.length + added.length + steps.length > 0 ||
    moved ||
    Object.keys({ ...tables, ...parts, ...settings, ...server }).length > 0;
  const isTold = [...current].some(([key, finding]) => {
    const had = old.get(key);
    return had !== undefined && worthTelling(had, finding);
  });
  if (!isMaterial && !(isTold && sinceMs >= TEXTS_EVERY_MS)) return null;
  const findings = [...current].flatMap(([key, finding]) => (same(old.get(key), finding) ? [] : [finding]));
  const changed = new Set(findings);
  const keys = [...current].flatMap(([key, finding]) => (changed.has(finding) ? [key] : []));
  return {
    cleared,
    added,
    keys,
    findings,
    ...(steps.length === 0 ? {} : { steps }),
    ...tables,
    ...parts,
    ...settings,
    ...server,
    ...estimates,
  };
};

/** The findings after a change: in their places, new ones at the end. */
export const changedFindings = (findings: readonly Finding[], change: PreflightChange): Finding[] => {
  const all = findingsByKey(findings);
  for (const { key, gone } of change.cleared) if (gone) all.delete(key);
  for (const [at, key] of change.keys.entries()) {
    const finding = change.findings[at];
    if (finding !== undefined) all.set(key, finding);
  }
  return [...all.values()];
};

/** The facts after a change. */
export const changedFacts = (facts: PreflightFacts, change: PreflightChange): PreflightFacts => {
  const steps = new Map(facts.steps.map((step) => [step.step, step]));
  for (const step of change.steps ?? []) steps.set(step.step, step);
  const parts = change.parts ?? facts.parts;
  return {
    ...facts,
    findings: changedFindings(facts.findings, change),
    steps: [...steps.values()],
    tables: change.tables ?? facts.tables,
    ...(parts === undefined ? {} : { parts }),
    settings: change.settings ?? facts.settings,
    server: change.server ?? facts.server,
    ...(change.estimates && { estimates: change.estimates }),
  };
};
