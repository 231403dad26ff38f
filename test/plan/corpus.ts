import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Include, Plan, Problem, SectionStep } from '../../src/plan/index.ts';
import { loadParser, readPlan } from '../../src/plan/index.ts';

const ROOT = fileURLToPath(new URL('corpus', import.meta.url));

/** One file of the corpus; `path` from the corpus's folder, its first part is the kind. */
export interface Sample {
  path: string;
  kind: string;
  bytes: Uint8Array;
}

/** Every file of the corpus. */
export const corpus: Sample[] = readdirSync(ROOT, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.sql'))
  .sort()
  .map((path) => ({ path, kind: path.split('/')[0] ?? '', bytes: readFileSync(join(ROOT, path)) }));

/** Where the expected outline of a file is. */
export const expectedOf = ({ path }: Sample): string => join(ROOT, path.replace(/\.sql$/, '.expected'));

export const kinds = (): Map<string, number> => {
  const counts = new Map<string, number>();
  for (const { kind } of corpus) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return counts;
};

const nowhere: Include = () => ({ error: 'there is no such file' });

await loadParser();

/** Reads a sample, or other bytes under its path. */
export function readSample({ path }: Sample, bytes: Uint8Array, onlyIndexes = false, allowDrops = false): Plan {
  return readPlan([{ path, bytes }], nowhere, { makeConcurrent: false, onlyIndexes, allowDrops });
}

/** Whether it drops something that only --allow-drops lets it. */
export const wantsDrops = (plan: Plan): boolean =>
  plan.problems.some(({ kind }) => kind === 'drop-index' || kind === 'reindex');

const step = (each: SectionStep): string => {
  switch (each.kind) {
    case 'create-index':
      return `create-index ${each.name} on ${each.schema === null ? '' : `${each.schema}.`}${each.table}${each.only ? ', ON ONLY' : each.concurrently ? '' : ', NOT concurrent'}`;
    case 'drop-index':
      return `drop-index ${each.schema === null ? '' : `${each.schema}.`}${each.name}${each.concurrently ? '' : ', NOT concurrent'}${each.ifExists ? ', if it is there' : ''}`;
    case 'reindex':
      return `reindex ${each.of} ${each.schema === null ? '' : `${each.schema}.`}${each.name}${each.concurrently ? '' : ', NOT concurrent'}`;
    case 'rename-index':
      return `rename-index ${each.from} to ${each.name}`;
    case 'set':
      return `set ${each.setting.name} = ${each.setting.value}`;
    case 'analyze':
      return `analyze ${each.tables.map(({ table }) => table).join(', ')}`;
    case 'attach-partition':
      return `attach-partition ${each.partition.name} to ${each.name}`;
    case 'comment':
      return `comment ${each.name}`;
  }
};

const problem = ({ line, column, code, message, fix, inside = [], database, kind }: Problem): string[] => [
  `  ${line}:${column} ${code}${kind === undefined ? '' : ` [${kind}]`}${database === undefined ? '' : ` [${database}]`} ${message}`,
  ...(fix === undefined ? [] : fix.split('\n').map((text) => `      fix: ${text}`)),
  ...inside.map((found) => `      inside: line ${found.line} ${found.sql.replace(/\s+/g, ' ')}`),
];

/** What a plan says, in lines that a person can check against the file. */
export function outline(plan: Plan): string {
  const lines = [
    ...plan.sections.flatMap(({ title, line, notes = [], steps }) => [
      `section ${line} ${title}`,
      ...notes.map((note) => `  # ${note}`),
      ...steps.map((each) => `  ${each.line}:${each.column} ${step(each)}`),
    ]),
    ...plan.validations.map(({ line, kind }) => `validation ${line} ${kind}`),
    ...(plan.migrations ?? []).flatMap(({ tool, version, transaction, command, how, down }) => [
      `migration ${tool} ${version}, transaction ${transaction}`,
      `  mark: ${command ?? '-'}${how === '' ? '' : ` (${how})`}`,
      ...down.map((back) => `  way back ${back.line} ${back.what} -> ${back.drops.join(', ') || '-'}`),
    ]),
    ...(plan.leftOut.length > 0 ? ['left out'] : []),
    ...plan.leftOut.map(({ line, what, why }) => `  ${line} ${what}: ${why}`),
    ...(plan.findings.length > 0 ? ['findings'] : []),
    ...plan.findings.map(({ level, code, what }) => `  ${level} ${code}: ${what}`),
    ...(plan.problems.length > 0 ? ['problems'] : []),
    ...plan.problems.flatMap(problem),
  ];
  return lines.map((line) => line.trimEnd()).join('\n');
}
