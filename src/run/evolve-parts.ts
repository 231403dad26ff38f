import type { FoundParts, PlannedPart } from './events.ts';
import { newStep } from './new-step.ts';
import type { RunnableStep, RunState, SectionState, StepState } from './state.ts';

/** What a part does and to which table: the same one, whenever it is looked for. An index that is rebuilt keeps its name. */
const keyOf = (step: RunnableStep, tableOid: number | null): string =>
  step.kind === 'reindex'
    ? `${step.kind} ${JSON.stringify([step.schema, step.name])}`
    : `${step.kind} ${step.kind === 'create-index' && step.only} ${tableOid}`;

/** What has been done for it, or is under way, counts whatever becomes of its table. */
const isOpen = ({ status }: StepState): boolean => status === 'queued' || status === 'failed';

/** The parts that are known: what is still to be done as it was found now, and left alone if it was not. */
const knownAs = (part: StepState, wanted: ReadonlyMap<string, PlannedPart>): StepState => {
  const now = wanted.get(keyOf(part.step, part.tableOid));
  if (!isOpen(part)) return part.gone ? { ...part, gone: false } : part;
  return { ...part, gone: now === undefined, step: now?.step ?? part.step };
};

/** Those of these parts that the step does not have yet, or that are left alone. */
export const newParts = (steps: readonly StepState[], whole: number, parts: readonly PlannedPart[]): PlannedPart[] => {
  const known = new Set(
    steps.filter(({ parent, gone }) => parent === whole && !gone).map((part) => keyOf(part.step, part.tableOid)),
  );
  return parts.filter(({ step, tableOid }) => !known.has(keyOf(step, tableOid)));
};

const added = (steps: readonly StepState[], whole: StepState, parts: readonly PlannedPart[]): StepState[] => {
  const known = new Set(
    steps.filter(({ parent }) => parent === whole.id).map((part) => keyOf(part.step, part.tableOid)),
  );
  return parts
    .filter(({ step, tableOid }) => !known.has(keyOf(step, tableOid)))
    .map(({ step, tableOid }, at) => ({
      ...newStep(steps.length + at, whole.section, step, whole.id),
      tableOid,
    }));
};

/** A section's steps with the parts of each right behind it. */
const withPartsOf = (section: SectionState, steps: readonly StepState[]): SectionState => ({
  ...section,
  steps: section.steps
    .filter((id) => steps[id]?.parent === null)
    .flatMap((id) => [id, ...steps.filter(({ parent }) => parent === id).map((part) => part.id)]),
});

/**
 * The steps with what was found to be parts of them: those that are new behind all others. `others`: what has parts and is
 * not among `found` needs none of what is still open.
 */
export const withParts = (
  state: Pick<RunState, 'steps' | 'sections'>,
  found: readonly FoundParts[],
  others: boolean,
): Pick<RunState, 'steps' | 'sections'> => {
  const wanted = new Map(
    found.map(({ step, parts }) => [step, new Map(parts.map((part) => [keyOf(part.step, part.tableOid), part]))]),
  );
  const none: ReadonlyMap<string, PlannedPart> = new Map();
  const known = state.steps.map((step) => {
    if (step.parent === null) return step;
    const looked = wanted.get(step.parent) ?? (others ? none : null);
    return looked === null ? step : knownAs(step, looked);
  });
  const steps = [...known];
  for (const { step: id, parts } of found) {
    const whole = steps[id];
    if (whole !== undefined) steps.push(...added(steps, whole, parts));
  }
  const touched = new Set([...wanted.keys()].map((id) => steps[id]?.section));
  return {
    steps,
    sections: state.sections.map((section, at) => (touched.has(at) ? withPartsOf(section, steps) : section)),
  };
};
