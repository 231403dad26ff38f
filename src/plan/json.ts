import type { CreateIndexStep, Finding, LeftOut, Migration, Plan, Problem, Section, Step } from './types.ts';

/** One step as scripts read it; keys that do not belong to its kind are missing. */
export type StepJson = Record<string, unknown> & {
  file: string;
  line: number;
  column: number;
  kind: string;
  sql: string;
};

export interface PlanJson {
  fingerprint: string;
  files: string[];
  sections: (Omit<Section, 'steps'> & { steps: StepJson[] })[];
  validations: StepJson[];
  leftOut: LeftOut[];
  problems: Problem[];
  findings: Finding[];
  migrations: Migration[];
}

/** The plan as the one object that `plan --ui json` prints and reports hold. */
export function planToJson(plan: Plan): PlanJson {
  return {
    fingerprint: plan.fingerprint,
    files: plan.files,
    sections: plan.sections.map(({ title, file, line, notes, byTable, steps }) => ({
      title,
      file,
      line,
      ...(notes === undefined ? {} : { notes }),
      ...(byTable === undefined ? {} : { byTable }),
      steps: steps.map(stepToJson),
    })),
    validations: plan.validations.map(stepToJson),
    leftOut: plan.leftOut,
    problems: plan.problems,
    findings: plan.findings,
    migrations: plan.migrations ?? [],
  };
}

function stepToJson(step: Step): StepJson {
  const { file, line, column, kind, sql } = step;
  const place = { line, kind };
  const rest = { sql, file, column };
  switch (step.kind) {
    case 'create-index':
      return { ...place, ...indexKeys(step), ...rest };
    case 'drop-index': {
      const { schema, name, concurrently, madeConcurrent, ifExists, replacedBy } = step;
      const replaced = replacedBy === undefined ? {} : { replacedBy };
      return { ...place, schema, name, concurrently, madeConcurrent, ifExists, ...replaced, ...rest };
    }
    case 'reindex': {
      const { of, schema, name, concurrently, madeConcurrent } = step;
      const named = of === 'index' ? { name } : { table: name };
      return { ...place, of, schema, ...named, concurrently, madeConcurrent, ...rest };
    }
    case 'rename-index':
      return { ...place, schema: step.schema, table: step.table, from: step.from, name: step.name, ...rest };
    case 'attach-partition':
      return { ...place, schema: step.schema, name: step.name, partition: step.partition, ...rest };
    case 'analyze':
      return { ...place, tables: step.tables, ...rest };
    case 'set':
      return { ...place, name: step.setting.name, value: step.setting.value, local: step.local, ...rest };
    case 'comment':
      return { ...place, schema: step.schema, name: step.name, ...rest };
    default:
      return { ...place, ...rest };
  }
}

function indexKeys(step: CreateIndexStep) {
  const { schema, table, name, nameIsDefault, unique, concurrently, madeConcurrent, ifNotExists, method, only } = step;
  const { partialOrExpression, buildSql, replaces } = step;
  return {
    schema,
    table,
    name,
    nameIsDefault,
    unique,
    concurrently,
    madeConcurrent,
    ifNotExists,
    method,
    only,
    partialOrExpression,
    buildSql,
    ...(replaces === undefined ? {} : { replaces }),
  };
}
