import { compareIndexes } from './compare.ts';
import type { CreateIndexStep, Plan, SectionStep, ValidationStep } from './types.ts';

/** One statement that two plans do not have in common. Lines are those of the plan that has the statement. */
export type PlanDifference =
  | { kind: 'added' | 'removed'; line: number; what: string }
  | { kind: 'changed'; line: number; what: string; how: string }
  /** The same statements, but not in the same order or under the same settings. */
  | { kind: 'order' };

type Statement = SectionStep | ValidationStep;

const statements = (plan: Plan): Statement[] => [...plan.sections.flatMap(({ steps }) => steps), ...plan.validations];

const shortened = (sql: string): string => {
  const text = sql.replace(/\s+/g, ' ').trim();
  return text.length > 100 ? `${text.slice(0, 99)}…` : text;
};

const isCreate = (statement: Statement): statement is CreateIndexStep => statement.kind === 'create-index';

/** What makes two statements the same one, changed or not: an index's name and table, a dropped one's name, or else all of its text. */
const keyOf = (statement: Statement): string => {
  if (isCreate(statement)) return `index ${JSON.stringify([statement.name, statement.schema, statement.table])}`;
  if (statement.kind === 'drop-index') return `drop ${JSON.stringify([statement.name, statement.schema])}`;
  if (statement.kind === 'reindex')
    return `reindex ${JSON.stringify([statement.of, statement.name, statement.schema])}`;
  return `${statement.kind} ${statement.sql.replace(/\s+/g, ' ').trim()}`;
};

const nameOf = (statement: Statement): string => {
  if (isCreate(statement)) return `index ${statement.name} on ${statement.table}`;
  if (statement.kind === 'reindex') return `rebuild of ${statement.name}`;
  return statement.kind === 'drop-index' ? `drop of ${statement.name}` : shortened(statement.sql);
};

/**
 * How `now` differs from `before`, statement by statement; empty exactly when both have one fingerprint. `loadParser` must
 * have been awaited once.
 */
export const diffPlans = (before: Plan, now: Plan): PlanDifference[] => {
  if (before.fingerprint === now.fingerprint) return [];
  const left = new Map(statements(before).map((statement) => [keyOf(statement), statement]));
  const right = new Map(statements(now).map((statement) => [keyOf(statement), statement]));
  const removed = [...left].filter(([key]) => !right.has(key));
  const added = [...right].filter(([key]) => !left.has(key));
  const changed = [...right].flatMap(([key, statement]): PlanDifference[] => {
    const former = left.get(key);
    if (former === undefined || !isCreate(former) || !isCreate(statement)) return [];
    const comparison = compareIndexes(former.buildSql, statement.buildSql);
    if (comparison.equal) return [];
    return [{ kind: 'changed', line: statement.line, what: nameOf(statement), how: comparison.differences.join('; ') }];
  });
  const differences: PlanDifference[] = [
    ...removed.map(([, statement]) => ({ kind: 'removed' as const, line: statement.line, what: nameOf(statement) })),
    ...added.map(([, statement]) => ({ kind: 'added' as const, line: statement.line, what: nameOf(statement) })),
    ...changed,
  ];
  return differences.length > 0 ? differences : [{ kind: 'order' }];
};

/** A difference as a line for a person. */
export const describeDifference = (difference: PlanDifference): string => {
  switch (difference.kind) {
    case 'removed':
      return `- line ${difference.line} before: ${difference.what}`;
    case 'added':
      return `+ line ${difference.line} now: ${difference.what}`;
    case 'changed':
      return `~ line ${difference.line} now: ${difference.what}: ${difference.how}`;
    case 'order':
      return 'the statements are the same, but their order, their settings or their sections are not';
  }
};
