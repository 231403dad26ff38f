import { findingSentence } from './findings/sentence.ts';
import { quoteIdent, quoteQualified } from './ident.ts';
import { indexOutline } from './index-outline.ts';
import { firstWords, printable } from './printable.ts';
import { WHOLE_FILE } from './reader.ts';
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

/** What it is printed for: how places are called, and how wide lines may be. */
interface Page {
  where: (place: Place) => string;
  width: number;
}

/** The plan as `indexdeck plan` prints it: plain text, no colour, lines of at most `width` columns where words allow. */
export function describePlan(plan: Plan, width = WIDTH): string {
  const several = plan.files.length > 1;
  const where = (place: Place) => (several ? `${printable(place.file)}:${place.line}` : `line ${place.line}`);
  const page: Page = { where, width };
  const parts = [
    summary(plan),
    ...plan.sections.map((section, i) => describeSection(section, i + 1, page)),
    list(
      'Validation, after the last section',
      plan.validations.map((step) => `  ${page.where(step)}  ${firstWords(step.sql, 70)}`),
    ),
    list(
      'Migrations: once deployed, each has to be marked as applied; indexdeck does not touch their history',
      (plan.migrations ?? []).flatMap((migration) => describeMigration(migration, page)),
    ),
    list(
      'Left out',
      leftOut(plan).flatMap((left) => describeLeftOut(left, page)),
    ),
    list(
      'Findings',
      plan.findings.flatMap((finding) => describeFinding(finding, page)),
    ),
    list(
      `Problems: nothing can be deployed until they are gone (${plan.problems.length})`,
      plan.problems.flatMap((problem) => describeProblem(problem, page)),
    ),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

/** A file of which nothing is live is said once: with the problem that it is, where it is the only one. */
function leftOut({ leftOut: all, problems, files }: Plan): LeftOut[] {
  const said = files.length === 1 && problems.some(({ code }) => code === 'nothing-to-deploy');
  return said ? all.filter(({ what }) => what !== WHOLE_FILE) : all;
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

function describeSection(section: Section, number: number, page: Page): string {
  const indexes = section.steps.filter((step) => step.kind === 'create-index').length;
  const head = `${number}. ${section.title}  (${page.where({ ...section, column: 1 })}; ${count(indexes, 'index', 'indexes')})`;
  return [head, ...section.steps.flatMap((step) => describeStep(step, page))].join('\n');
}

function describeStep(step: SectionStep, page: Page): string[] {
  switch (step.kind) {
    case 'create-index':
      return describeIndex(step, page);
    case 'drop-index': {
      const { schema, name, concurrently, madeConcurrent, ifExists, replacedBy } = step;
      const traits = [
        concurrently ? (madeConcurrent ? 'made concurrent' : '') : 'NOT concurrent',
        ifExists ? 'if it is there' : '',
        replacedBy === undefined ? '' : `once ${quoteIdent(replacedBy)} is built`,
        page.where(step),
      ].filter((trait) => trait !== '');
      return wrapped(page, '   ', printable(`DROP ${quoteQualified(schema, name)}, ${traits.join(', ')}`));
    }
    case 'reindex': {
      const { of, schema, name, concurrently, madeConcurrent } = step;
      const traits = [concurrently ? (madeConcurrent ? 'made concurrent' : '') : 'NOT concurrent', page.where(step)];
      const what = `${of === 'table' ? 'all indexes of table ' : ''}${quoteQualified(schema, name)}`;
      return wrapped(page, '   ', printable(`rebuild ${what}, ${traits.filter((trait) => trait !== '').join(', ')}`));
    }
    case 'rename-index':
      return wrapped(
        page,
        '   ',
        printable(`rename ${quoteIdent(step.from)} to ${quoteIdent(step.name)}, ${page.where(step)}`),
      );
    case 'analyze': {
      const tables = step.tables.map(({ schema, table }) => quoteQualified(schema, table));
      return wrapped(
        page,
        '   ',
        `analyze ${printable(tables.join(', ')) || 'the whole database'}, ${page.where(step)}`,
      );
    }
    case 'set': {
      const { name, value } = step.setting;
      const text = value === null ? `reset ${name}` : `set ${step.local ? 'local ' : ''}${name} = ${value}`;
      return wrapped(page, '   ', `${printable(text)}, ${page.where(step)}`);
    }
    case 'attach-partition': {
      const { schema, name } = step.partition;
      const partition = quoteQualified(schema, name);
      return wrapped(
        page,
        '   ',
        `${printable(`attach ${partition} to ${quoteIdent(step.name)}`)}, ${page.where(step)}`,
      );
    }
    case 'comment':
      return wrapped(page, '   ', `comment on index ${printable(quoteIdent(step.name))}, ${page.where(step)}`);
  }
}

function describeIndex(step: CreateIndexStep, page: Page): string[] {
  const outline = indexOutline(step.buildSql);
  const table = quoteQualified(step.schema, step.table);
  const traits = [
    step.unique ? 'unique' : '',
    step.method,
    outline.partial ? 'partial' : '',
    step.only ? 'on the parent only' : '',
    step.concurrently || step.only ? (step.madeConcurrent ? 'made concurrent' : '') : 'NOT concurrent',
    step.nameIsDefault ? 'default name' : '',
    step.replaces === undefined ? '' : `to take the place of ${quoteIdent(step.replaces)}`,
  ];
  const columns = outline.columns.replace(/\s+/g, ' ');
  const first = `${quoteIdent(step.name)} on ${table} ${columns}`;
  const second = [...traits.filter((trait) => trait !== ''), page.where(step)].join(', ');
  const one = printable(`${first}  ${second}`);
  if (one.length + 3 <= page.width) return [`   ${one}`];
  return [...wrapped(page, '   ', printable(first)), `       ${second}`];
}

function describeLeftOut({ what, why, ...place }: LeftOut, page: Page): string[] {
  return wrapped(page, '  ', `${page.where(place)}  ${what}: ${why}`);
}

function describeFinding({ level, code, what, why, advice, place }: Finding, page: Page): string[] {
  const at = place === undefined ? '' : ` (${page.where(place)})`;
  const sentences = [findingSentence(printable(what), at), why, advice, `[${code}]`].filter((text) => text !== '');
  return wrapped(page, '  ', `${level}: ${sentences.map(printable).join(' ')}`);
}

function describeProblem(problem: Problem, page: Page): string[] {
  const { file, line, column, what } = problem;
  const head = `  ${printable(file)}:${line}:${column}${what === '' ? '' : `  ${what}`}`;
  return [head, ...problemLines(problem, { width: Math.max(20, page.width - 6) }).map((text) => `      ${text}`)];
}

/** What is wrong, where exactly, and what was probably meant, in lines. */
export function problemLines(
  { message, excerpt = [], fix, inside = [] }: Problem,
  page: Pick<Page, 'width'> = { width: WIDTH },
): string[] {
  return [
    ...wrapped(page, '', message),
    ...excerpt.map((text) => `  ${text}`),
    ...(fix === undefined ? [] : ['  Perhaps:', ...fix.split('\n').map((text) => `    ${printable(text)}`)]),
    ...(inside.length === 0 ? [] : ['  In it:']),
    ...inside.flatMap(({ line, sql }) => wrapped(page, '    ', `line ${line}  ${firstWords(sql, 200)};`)),
  ];
}

const TRANSACTIONS: Readonly<Record<Migration['transaction'], string>> = {
  on: 'in a transaction',
  off: 'without a transaction',
  'one-query': 'as one query',
  'as-written': 'with the transactions that it says',
  detected: 'without a transaction where CONCURRENTLY is in it',
};

function describeMigration(migration: Migration, page: Page): string[] {
  const { tool, file, version, transaction, command, how, down } = migration;
  const mark = command === null ? how : `mark it with: ${command}${how === '' ? '' : ` (${how})`}`;
  return [
    ...wrapped(page, '  ', printable(`${file}: ${tool} ${version}, run ${TRANSACTIONS[transaction]} there`)),
    ...wrapped(page, '      ', printable(mark)),
    ...down.flatMap((back) => wrapped(page, '      ', `way back, not run: ${page.where(back)}  ${back.what}`)),
  ];
}

/** Words in lines that fit; what follows the first line is set in further. */
function wrapped({ width }: Pick<Page, 'width'>, indent: string, text: string): string[] {
  const lines: string[] = [];
  let line = indent;
  let empty = true;
  for (const word of text.split(' ')) {
    if (!empty && line.length + 1 + word.length > width) {
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
