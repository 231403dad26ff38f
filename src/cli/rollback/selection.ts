import { partsOf, type RunState, type StepState, type SurveyedIndex } from '../../run/index.ts';
import { UsageError } from '../errors.ts';

/** Which of the run's indexes are meant; all of them when nothing is said. */
export interface Selection {
  only?: string[];
  section?: string[];
  table?: string[];
}

export const isWhole = ({ only, section, table }: Selection): boolean =>
  only === undefined && section === undefined && table === undefined;

const indexSteps = (state: RunState): StepState[] =>
  state.steps.filter(({ step }) => step.kind === 'create-index' || step.kind === 'drop-index');

/** A name, or a schema and a name, as the plan or the catalog has it. */
const isNamed = (wanted: string, name: string, schema: string | null): boolean =>
  wanted === name || (schema !== null && wanted === `${schema}.${name}`);

const byName = (state: RunState, wanted: string): StepState[] =>
  indexSteps(state).filter((step) => {
    const schema = [...state.created, ...state.removed].find((index) => index.step === step.id)?.schema ?? null;
    return 'name' in step.step && isNamed(wanted, step.step.name, schema);
  });

const byTable = (state: RunState, wanted: string): StepState[] =>
  indexSteps(state).filter(({ step, tableOid }) => {
    const table = state.tables.find(({ oid }) => oid === tableOid);
    const schema = table?.schema ?? ('schema' in step ? step.schema : null);
    const name =
      'table' in step ? step.table : state.removed.find((index) => index.tableOid === tableOid)?.record.table;
    return name !== undefined && isNamed(wanted, name, schema);
  });

/** A section by its number, by its title, or by words that its title alone has. */
const bySection = (state: RunState, wanted: string): StepState[] => {
  const number = /^\d+$/.test(wanted) ? Number(wanted) - 1 : null;
  const words = wanted.toLowerCase();
  const where = (fits: (title: string, at: number) => boolean): number[] =>
    state.sections.flatMap(({ title }, at) => (fits(title.toLowerCase(), at) ? [at] : []));
  const exact = where((title, at) => (number === null ? title === words : at === number));
  const fitting = exact.length > 0 || number !== null ? exact : where((title) => title.includes(words));
  if (fitting.length > 1)
    throw new UsageError(`--section ${wanted} fits several sections: ${fitting.map((at) => at + 1).join(', ')}`);
  return indexSteps(state).filter(({ section }) => fitting.includes(section));
};

/** The steps that are meant, by number; null: all. Refuses what names nothing that this run has made. */
export const selectSteps = (state: RunState, selection: Selection): Set<number> | null => {
  if (isWhole(selection)) return null;
  const chosen = new Set<number>();
  const add = (flag: string, wanted: string, steps: readonly StepState[]): void => {
    if (steps.length === 0) throw new UsageError(`${flag} ${wanted}: the plan of run ${state.run} has nothing of that`);
    for (const { id } of steps) for (const each of [id, ...partsOf(state, id).map((part) => part.id)]) chosen.add(each);
  };
  for (const name of selection.only ?? []) add('--only', name, byName(state, name));
  for (const section of selection.section ?? []) add('--section', section, bySection(state, section));
  for (const table of selection.table ?? []) add('--table', table, byTable(state, table));
  const made = state.steps.some(({ id, lost }) => chosen.has(id) && lost);
  if (!made && ![...state.created, ...state.removed].some(({ step }) => chosen.has(step)))
    throw new UsageError(`run ${state.run} has created none of these: there is nothing to roll back`);
  return chosen;
};

export const chosenOf = (indexes: readonly SurveyedIndex[], steps: Set<number> | null): SurveyedIndex[] =>
  indexes.filter(({ step }) => steps === null || steps.has(step));
