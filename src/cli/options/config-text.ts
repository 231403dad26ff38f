import { dirname, resolve } from 'node:path';
import { isMap, isScalar, LineCounter, type Node, parseDocument } from 'yaml';
import type { OwnGate } from '../../run/index.ts';
import { UsageError } from '../errors.ts';
import { type ConfigIssue, checkConfig } from './config-schema.ts';
import type { GivenOptions } from './deploy-options.ts';

type Document = ReturnType<typeof parseDocument>;

/** Where in the text a path leads, or the innermost thing above it that is there. */
const offsetOf = (document: Document, path: readonly PropertyKey[]): number => {
  const node = document.getIn(path, true) as Node | undefined;
  if (node?.range) return node.range[0];
  return path.length === 0 ? 0 : offsetOf(document, path.slice(0, -1));
};

const keyOffset = (document: Document, path: readonly PropertyKey[], key: string): number => {
  const map = path.length === 0 ? document.contents : document.getIn(path, true);
  const pair = isMap(map) ? map.items.find((item) => isScalar(item.key) && item.key.value === key) : undefined;
  return (pair?.key as Node | undefined)?.range?.[0] ?? offsetOf(document, path);
};

const explain = (document: Document, issue: ConfigIssue): { at: number; what: string } => {
  if (issue.code === 'unrecognized_keys') {
    const [key = ''] = issue.keys;
    const where = issue.path.length === 0 ? '' : ` in ${issue.path.join('.')}`;
    const why =
      key === 'yes' || key === 'confirm'
        ? `${key} is given on the command line only`
        : `there is no option ${key}${where}`;
    return { at: keyOffset(document, issue.path, key), what: why };
  }
  const name = issue.path.length === 0 ? '' : `${issue.path.join('.')}: `;
  return { at: offsetOf(document, issue.path), what: `${name}${issue.message}` };
};

/** The options in a config file's text; `loadParser` first. `path` is for messages, and what relative paths in it start from. */
export const parseConfig = (text: string, path: string): GivenOptions => {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const fail = (at: number, what: string) => new UsageError(`${path}, line ${lines.linePos(at).line || 1}: ${what}`);
  const [error] = document.errors;
  if (error !== undefined) throw fail(error.pos[0], error.message);
  const checked = checkConfig(document.toJS() ?? {});
  if ('issues' in checked) {
    const [issue] = checked.issues;
    const { at, what } = issue === undefined ? { at: 0, what: 'not understood' } : explain(document, issue);
    throw fail(at, what);
  }
  return inFolder(checked.options, dirname(path));
};

/** What is relative in the file starts from its folder. */
const inFolder = (
  { journal, binDir, backup, ownGates, log, matches, hooks, ...options }: GivenOptions,
  folder: string,
): GivenOptions => ({
  ...options,
  ...(journal === undefined ? {} : { journal: resolve(folder, journal) }),
  ...(binDir === undefined ? {} : { binDir: resolve(folder, binDir) }),
  ...(log === undefined ? {} : { log: resolve(folder, log) }),
  ...(matches === undefined ? {} : { matches: resolve(folder, matches) }),
  ...(hooks === undefined ? {} : { hooks: hooks.map((hook) => ({ ...hook, cwd: resolve(folder, hook.cwd) })) }),
  // Without a slash it may be an ID or a label.
  ...(backup === undefined ? {} : { backup: backup.includes('/') ? resolve(folder, backup) : backup }),
  ...(ownGates === undefined ? {} : { ownGates: ownGates.map((gate) => placed(gate, folder)) }),
});

const placed = (gate: OwnGate, folder: string): OwnGate =>
  gate.source.kind === 'sql' ? gate : { ...gate, source: { ...gate.source, cwd: resolve(folder, gate.source.cwd) } };
