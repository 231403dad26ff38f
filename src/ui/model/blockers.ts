import type { Backend, RunState, Sample } from '../../run/index.ts';
import { plainText } from '../../run/plain-text.ts';
import { stepName } from '../../run/steps.ts';
import { SYMBOL } from '../theme.ts';
import { age, since } from './format.ts';
import { backendDoes, backendName } from './people.ts';
import { fitRow, type Row, row, seg, wrapText } from './row.ts';

/** Deeper than this nobody reads on, and a chain may be endless. */
const MAX_DEPTH = 8;

export interface TreeLine {
  depth: number;
  backend: Backend;
}

/** The blockers of our builds when nobody has read the whole tree. */
const fromBuilds = (sample: Sample): Backend[] => {
  const known = new Map<string, Backend>();
  for (const build of sample.builds)
    for (const blocker of build.blockers)
      known.set(`${blocker.pid} ${blocker.backendStart ?? blocker.application}`, blocker);
  return [...known.values()];
};

/** Who waits for whom, those that wait for nobody first. Each session stands there once, so that a circle ends. */
export const blockerTree = (sample: Sample): TreeLine[] => {
  const backends = sample.blockers?.backends ?? fromBuilds(sample);
  const pids = new Set(backends.map((backend) => backend.pid));
  const seen = new Set<Backend>();
  const lines: TreeLine[] = [];
  const visit = (backend: Backend, depth: number): void => {
    if (seen.has(backend) || depth > MAX_DEPTH) return;
    seen.add(backend);
    lines.push({ depth, backend });
    if (backend.pid === 0) return;
    for (const child of backends) if (child.blockedBy.includes(backend.pid)) visit(child, depth + 1);
  };
  for (const backend of backends)
    if (!backend.blockedBy.some((pid) => pids.has(pid) && pid !== backend.pid)) visit(backend, 0);
  // What is left waits in a circle.
  for (const backend of backends) visit(backend, 0);
  return lines;
};

const ourName = (backend: Backend, state: RunState): string | null => {
  if (backend.step === null) return null;
  const step = state.steps[backend.step];
  return step === undefined ? 'our build' : `our build ${plainText(stepName(step.step))}`;
};

const waits = (backend: Backend): string => {
  if (backend.waitingS === null && backend.waitsFor === null) return '';
  const what = backend.waitsFor === null ? '' : ` for ${plainText(backend.waitsFor)}`;
  return `, waits${backend.waitingS === null ? '' : ` ${age(backend.waitingS)}`}${what}`;
};

/** One session in one line. */
export const backendLine = (backend: Backend, state: RunState): string => {
  const ours = ourName(backend, state);
  const who = ours === null ? `${backendName(backend)}, ${backendDoes(backend)}` : `pid ${backend.pid} ${ours}`;
  return `${who}${waits(backend)}`;
};

/** The tree as text, with the queries whole: for the details. */
export const blockerDetails = (sample: Sample | null, state: RunState): string[] =>
  sample === null
    ? ['no reading yet']
    : blockerTree(sample).flatMap(({ depth, backend }) => {
        const from = backend.client === null ? '' : `, from ${plainText(backend.client)}`;
        const head = `${'  '.repeat(depth)}${depth === 0 ? '' : `${SYMBOL.branch} `}${backendLine(backend, state)}${from}`;
        return [head, ...(backend.query === null ? [] : [`${'  '.repeat(depth + 1)}${plainText(backend.query)}`])];
      });

/** The rows of the blockers pane from line `top` on. */
export const blockerRows = (
  state: RunState,
  sample: Sample | null,
  now: number,
  width: number,
  height: number,
  top: number,
): { rows: Row[]; count: number } => {
  if (sample === null) return { rows: [row(seg(' no reading yet', 'dim'))], count: 1 };
  const tree = blockerTree(sample);
  if (tree.length === 0)
    return { rows: [row(seg(' nobody waits for a lock, and no build waits for anybody', 'dim'))], count: 1 };
  const lines = tree.flatMap(({ depth, backend }): Row[] => {
    const indent = ' '.repeat(1 + depth * 2);
    const branch = depth === 0 ? '' : `${SYMBOL.branch} `;
    const room = Math.max(10, width - indent.length - branch.length);
    const tone = backend.step !== null ? 'info' : depth === 0 ? 'warn' : 'plain';
    const [head = '', ...more] = wrapText(backendLine(backend, state), room);
    const query =
      backend.query === null || backend.step !== null
        ? []
        : [row(seg(`${indent}  ${plainText(backend.query)}`, 'dim'))];
    return [
      row(`${indent}${branch}`, seg(head, tone)),
      ...more.map((text) => row(`${indent}  `, seg(text, tone))),
      ...query,
    ];
  });
  const left = sample.blockers?.leftOut ?? 0;
  const read =
    sample.blockers === null
      ? []
      : [
          row(
            seg(
              ` read ${age(since(sample.blockers.at, now) / 1000)} ago${left > 0 ? `; ${left} more sessions wait` : ''}`,
              'dim',
            ),
          ),
        ];
  const all = [...lines, ...read];
  const from = Math.max(0, Math.min(top, all.length - height));
  return { rows: all.slice(from, from + height).map((line) => fitRow(line, width)), count: all.length };
};
