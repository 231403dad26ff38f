import { createHash } from 'node:crypto';
import { clipBytes, MAX_NAME_BYTES, quoteIdent, quoteQualified } from './ident.ts';
import { retargetIndex } from './index-statement.ts';
import { meets } from './lint-drops.ts';
import type { CreateIndexStep, DropIndexStep, RenameIndexStep, Section, SectionStep } from './types.ts';

const MARK_DIGITS = 6;

/**
 * The name that a replacement is built under: the same for the same plan, so that whoever goes on with it finds it, and never
 * one of `taken`. It fits into 63 bytes.
 */
export function passingName(create: Pick<CreateIndexStep, 'name' | 'buildSql'>, taken: ReadonlySet<string>): string {
  for (let n = 0; ; n++) {
    const hash = createHash('sha256').update(`${n} ${create.name} ${create.buildSql}`).digest('hex');
    const end = `_new_${hash.slice(0, MARK_DIGITS)}`;
    const name = clipBytes(create.name, MAX_NAME_BYTES - end.length) + end;
    if (!taken.has(name)) return name;
  }
}

interface Replacement {
  drop: DropIndexStep;
  create: CreateIndexStep;
}

/** Each drop with the first build after it that is about the same name, as far as the script alone tells. */
function replacements(steps: readonly SectionStep[]): Replacement[] {
  return steps.flatMap((drop, at) => {
    if (drop.kind !== 'drop-index') return [];
    const create = steps.slice(at).find((step) => step.kind === 'create-index' && meets(drop, step));
    return create?.kind === 'create-index' ? [{ drop, create }] : [];
  });
}

function renameOf(create: CreateIndexStep, passing: string): RenameIndexStep {
  const { file, line, column, schema, table, name, searchPath } = create;
  const sql = `ALTER INDEX ${quoteQualified(schema, passing)} RENAME TO ${quoteIdent(name)}`;
  return {
    kind: 'rename-index',
    file,
    line,
    column,
    sql,
    settings: [],
    searchPath,
    schema,
    table,
    from: passing,
    name,
  };
}

/**
 * The sections with each replacement in the safe order: the new index is built under a passing name, then the old one is dropped,
 * then the new one gets its name. There is an index at every moment.
 */
export function safelyReplaced(sections: readonly Section[]): Section[] {
  const all = sections.flatMap(({ steps }) => steps);
  const found = replacements(all);
  const taken = new Set(all.flatMap((step) => ('name' in step ? [step.name] : [])));
  const inOrder = (step: SectionStep): SectionStep[] => {
    if (found.some(({ drop }) => drop === step)) return [];
    const replacement = found.find(({ create }) => create === step);
    if (replacement === undefined) return [step];
    const { create, drop } = replacement;
    const passing = passingName(create, taken);
    taken.add(passing);
    const buildSql = retargetIndex(create.buildSql, { name: passing });
    return [
      { ...create, name: passing, replaces: create.name, buildSql },
      { ...drop, replacedBy: passing },
      renameOf(create, passing),
    ];
  };
  return sections
    .map((section) => ({ ...section, steps: section.steps.flatMap(inOrder) }))
    .filter(({ steps }) => steps.length > 0);
}
