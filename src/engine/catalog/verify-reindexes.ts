import { definitionTail, type RunState, type VerifyResult } from '../../run/index.ts';
import type { Session } from '../session.ts';
import { inspectReindexes, type ReindexInspection, type ReindexTarget } from './inspect-reindexes.ts';

type Reindexed = RunState['reindexed'][number];

/**
 * Verifies each index that was rebuilt: its name stands for a valid index of the same definition, and of another OID than before. One
 * that somebody else has rebuilt since is as good.
 */
export async function verifyReindexes(session: Session, state: RunState): Promise<VerifyResult[]> {
  const gone = new Set(state.removed.map(({ oid }) => oid));
  const due = state.reindexed.filter(({ oid }) => !gone.has(oid));
  const targets = due.flatMap((index): ReindexTarget[] => {
    const reindex = state.steps[index.step]?.step;
    const { step, schema, name } = index;
    return reindex?.kind === 'reindex' ? [{ step, reindex: { ...reindex, of: 'index', schema, name } }] : [];
  });
  const inspections = await inspectReindexes(session, targets);
  return due.map((index) => resultOf(index, inspections.get(index.step)));
}

function resultOf(index: Reindexed, inspection: ReindexInspection | undefined): VerifyResult {
  const found = inspection?.found;
  if (found?.kind !== 'to-reindex')
    return { step: index.step, ok: false, problems: [`there is no index ${index.name}`], oid: null, bytes: null };
  const { oid } = found;
  const problems = problemsOf(index, found);
  const half = found.index?.others.find((other) => other.oid === index.oid);
  return {
    step: index.step,
    ok: problems.length === 0,
    problems,
    oid,
    bytes: found.index?.bytes ?? null,
    ...(found.index?.valid === false ? { invalid: true as const } : {}),
    ...(half === undefined ? {} : { half: { ...half, schema: found.schema } }),
  };
}

function problemsOf(
  { was, definition }: Reindexed,
  { oid, index }: Extract<ReindexInspection['found'], { kind: 'to-reindex' }>,
): string[] {
  if (index === null) return ['its definition could not be read'];
  return [
    ...(oid === was ? [`it is the index of before (oid ${was})`] : []),
    ...(index.valid ? [] : ['it is not valid: queries do not use it']),
    ...(definitionTail(index.definition) === definitionTail(definition) ? [] : ['it is not defined as before']),
    ...(index.bytes === 0 ? ['its size is zero'] : []),
  ];
}
