import { indexOutline } from './index-outline.ts';
import { firstWords, printable } from './printable.ts';
import type {
  CreateIndexStep,
  Finding,
  LeftOut,
  Migration,
  Place,
  Plan,
  Problem,
  Section,
  SectionStep,
} from './types.ts';

const WIDTH = 100;

/** The plan as `indexdeck plan` prints it: plain text, no colour, lines of at most 100 columns where words allow. */
export function describePlan(plan: Plan): string {
  const several = plan.files.length > 1;
  const where = (place: Place) => (several ? `${printable(place.file)}:${place.line}` : `line ${place.line}`);
  const parts = [
    summary(plan),
    ...plan.sections.map((section, i) => describeSection(section, i + 1, where)),
    list(
      'Validation, after the last section',
      plan.validations.map((step) => `  ${where(step)}  ${firstWords(step.sql, 70)}`),
    ),
    list(
      'Migrations: once deployed, each has to be marked as applied; indexdeck does not touch their history',
      (plan.migrations ?? []).flatMap((migration) => describeMigration(migration, where)),
    ),
    list(
      'Left out',
      plan.leftOut.flatMap((left) => describeLeftOut(left, where)),
    ),
    list(
      'Findings',
      plan.findings.flatMap((finding) => describeFinding(finding, where)),
    ),
    list(
      `Problems: nothing can be deployed until they are gone (${plan.problems.length})`,
      plan.problems.flatMap(describeProblem),
    ),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function summary(plan: Plan): string {
  const indexes = plan.sections.flatMap(({ steps }) => steps).filter((step) => step.kind === 'create-index');
  const tables = new Set(indexes.map((step) => `${step.schema ?? ''}.${step.table}`));
  const ofKind = (kind: SectionStep['kind']): number =>
    plan.sections.flatMap(({ steps }) => steps).filter((step) => step.kind === kind).length;
  const [drops, reindexes] = [ofKind('drop-index'), ofKind('reindex')];
  const counts = [
    count(indexes.length, 'index', 'indexes'),
    ...(drops === 0 ? [] : [`and ${count(drops, 'drop', 'drops')}`]),
    ...(reindexes === 0 ? [] : [`and ${count(reindexes, 'REINDEX', 'REINDEXes')}`]),
    `on ${count(tables.size, 'table', 'tables')}`,
    `in ${count(plan.sections.length, 'section', 'sections')};`,
    count(plan.validations.length, 'validation', 'validations'),
  ];
  return [`Plan ${plan.files.map(printable).join(', ')}`, counts.join(' '), `fingerprint ${plan.fingerprint}`].join(
    '\n',
  );
}

function count(n: number, one: string, many: string): string {
  return `${n} ${n === 1 ? one : many}`;
}

function list(title: string, lines: string[]): string {
  return lines.length === 0 ? '' : [title, ...lines].join('\n');
}

function describeSection(section: Section, number: number, where: (place: Place) => string): string {
  const indexes = section.steps.filter((step) => step.kind === 'create-index').length;
  const head = `${number}. ${section.title}  (${where({ ...section, column: 1 })}; ${count(indexes, 'index', 'indexes')})`;
  return [head, ...section.steps.flatMap((step) => describeStep(step, where))].join('\n');
}

function describeStep(step: SectionStep, where: (place: Place) => string): string[] {
  switch (step.kind) {
    case 'create-index':
      return describeIndex(step, where);
    case 'drop-index': {
      const { schema, name, concurrently, madeConcurrent, ifExists, replacedBy } = step;
      const traits = [
        concurrently ? (madeConcurrent ? 'made concurrent' : '') : 'NOT concurrent',
        ifExists ? 'if it is there' : '',
        replacedBy === undefined ? '' : `once ${replacedBy} is built`,
        where(step),
      ].filter((trait) => trait !== '');
      return wrapped('   ', printable(`DROP ${schema === null ? name : `${schema}.${name}`}, ${traits.join(', ')}`));
    }
    case 'reindex': {
      const { of, schema, name, concurrently, madeConcurrent } = step;
      const traits = [concurrently ? (madeConcurrent ? 'made concurrent' : '') : 'NOT concurrent', where(step)];
      const what = `${of === 'table' ? 'all indexes of table ' : ''}${schema === null ? name : `${schema}.${name}`}`;
      return wrapped('   ', printable(`rebuild ${what}, ${traits.filter((trait) => trait !== '').join(', ')}`));
    }
    case 'rename-index':
      return wrapped('   ', printable(`rename ${step.from} to ${step.name}, ${where(step)}`));
    case 'analyze': {
      const tables = step.tables.map(({ schema, table }) => (schema === null ? table : `${schema}.${table}`));
      return wrapped('   ', `analyze ${printable(tables.join(', ')) || 'the whole database'}, ${where(step)}`);
    }
    case 'set': {
      const { name, value } = step.setting;
      const text = value === null ? `reset ${name}` : `set ${step.local ? 'local ' : ''}${name} = ${value}`;
      return wrapped('   ', `${printable(text)}, ${where(step)}`);
    }
    case 'attach-partition': {
      const { schema, name } = step.partition;
      const partition = schema === null ? name : `${schema}.${name}`;
      return wrapped('   ', `${printable(`attach ${partition} to ${step.name}`)}, ${where(step)}`);
    }
    case 'comment':
      return wrapped('   ', `comment on index ${printable(step.name)}, ${where(step)}`);
  }
}

function describeIndex(step: CreateIndexStep, where: (place: Place) => string): string[] {
  const outline = indexOutline(step.buildSql);
  const table = step.schema === null ? step.table : `${step.schema}.${step.table}`;
  const traits = [
    step.unique ? 'unique' : '',
    step.method,
    outline.partial ? 'partial' : '',
    step.only ? 'on the parent only' : '',
    step.concurrently || step.only ? (step.madeConcurrent ? 'made concurrent' : '') : 'NOT concurrent',
    step.nameIsDefault ? 'default name' : '',
    step.replaces === undefined ? '' : `to take the place of ${step.replaces}`,
  ];
  const columns = outline.columns.replace(/\s+/g, ' ');
  const first = `${step.name} on ${table} ${columns}`;
  const second = [...traits.filter((trait) => trait !== ''), where(step)].join(', ');
  const one = printable(`${first}  ${second}`);
  if (one.length + 3 <= WIDTH) return [`   ${one}`];
  return [...wrapped('   ', printable(first)), `       ${second}`];
}

function describeLeftOut({ what, why, ...place }: LeftOut, where: (place: Place) => string): string[] {
  return wrapped('  ', `${where(place)}  ${what}: ${why}`);
}

function describeFinding(
  { level, code, what, why, advice, place }: Finding,
  where: (place: Place) => string,
): string[] {
  const at = place === undefined ? '' : ` (${where(place)})`;
  const sentences = [`${printable(what)}${at}.`, why, advice, `[${code}]`].filter((text) => text !== '');
  return wrapped('  ', `${level}: ${sentences.map(printable).join(' ')}`);
}

function describeProblem(problem: Problem): string[] {
  const { file, line, column, what } = problem;
  const head = `  ${printable(file)}:${line}:${column}${what === '' ? '' : `  ${what}`}`;
  return [head, ...problemLines(problem).map((text) => `      ${text}`)];
}

/** What is wrong, where exactly, and what was probably meant, in lines. */
export function problemLines({ message, excerpt = [], fix, inside = [] }: Problem): string[] {
  return [
    ...wrapped('', message),
    ...excerpt.map((text) => `  ${text}`),
    ...(fix === undefined ? [] : ['  Perhaps:', ...fix.split('\n').map((text) => `    ${printable(text)}`)]),
    ...(inside.length === 0 ? [] : ['  In it:']),
    ...inside.flatMap(({ line, sql }) => wrapped('    ', `line ${line}  ${firstWords(sql, 200)};`)),
  ];
}

const TRANSACTIONS: Readonly<Record<Migration['transaction'], string>> = {
  on: 'in a transaction',
  off: 'without a transaction',
  'one-query': 'as one query',
  'as-written': 'with the transactions that it says',
  detected: 'without a transaction where CONCURRENTLY is in it',
};

function describeMigration(migration: Migration, where: (place: Place) => string): string[] {
  const { tool, file, version, transaction, command, how, down } = migration;
  const mark = command === null ? how : `mark it with: ${command}${how === '' ? '' : ` (${how})`}`;
  return [
    ...wrapped('  ', printable(`${file}: ${tool} ${version}, run ${TRANSACTIONS[transaction]} there`)),
    ...wrapped('      ', printable(mark)),
    ...down.flatMap((back) => wrapped('      ', `way back, not run: ${where(back)}  ${back.what}`)),
  ];
}

/** Words in lines that fit; what follows the first line is set in further. */
function wrapped(indent: string, text: string): string[] {
  const lines: string[] = [];
  let line = indent;
  let empty = true;
  for (const word of text.split(' ')) {
    if (!empty && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = `${indent}    `;
      empty = true;
    }
    line += empty ? word : ` ${word}`;
    empty = false;
  }
  lines.push(line);
  return lines;
}
