import type { Plan, Section, SectionStep } from '../types.ts';

/** Where two plans differ in what they do and show, as a place in words; null when they are the same plan. */
export function planDiffers(a: Plan, b: Plan): string | null {
  if (b.problems.length > 0) return `a problem: ${b.problems[0]?.message}`;
  if (a.fingerprint !== b.fingerprint) return 'the fingerprint';
  for (const [i, section] of a.sections.entries()) {
    if (sectionText(section) !== sectionText(b.sections[i])) return `section ${i + 1}, ${section.title}`;
  }
  if (a.sections.length !== b.sections.length) return 'the number of sections';
  const validations = (plan: Plan) =>
    JSON.stringify(plan.validations.map(({ kind, sql, settings }) => [kind, sql, settings]));
  return validations(a) === validations(b) ? null : 'the validations';
}

function sectionText(section: Section | undefined): string {
  if (section === undefined) return '';
  const { title, notes = [], steps } = section;
  return JSON.stringify([title, notes.filter((note) => note !== ''), steps.map(stepText)]);
}

/** What is sent of a step; CONCURRENTLY may have been added to its text. */
function stepText(step: SectionStep): unknown {
  if (step.kind === 'drop-index') {
    const { schema, name, ifExists, settings, searchPath } = step;
    return [step.kind, schema, name, ifExists, settings, searchPath];
  }
  if (step.kind === 'reindex') {
    const { of, schema, name, settings, searchPath } = step;
    return [step.kind, of, schema, name, settings, searchPath];
  }
  const sql = step.kind === 'create-index' ? step.buildSql : step.sql;
  return [step.kind, sql, step.settings, step.searchPath];
}
