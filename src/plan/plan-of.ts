import { lint } from './lint.ts';
import { type Reader, WHOLE_FILE } from './reader.ts';
import { safelyReplaced } from './safe-replace.ts';
import type { Plan, PlanOptions, Problem, SourceFile } from './types.ts';

/** What a reader makes of the files, put together. The reader must be new. */
export function planOf(reader: Reader, files: readonly SourceFile[], options: PlanOptions): Plan {
  for (const file of files) reader.read(file);
  reader.finish();
  if (nothingAtAll(reader)) reader.problems.push(nothing(files, reader));
  const { sections, validations, leftOut, problems, fingerprint, migrations } = reader;
  return {
    fingerprint: fingerprint.hex(),
    files: reader.files,
    sections: options.safeReplace === true ? safelyReplaced(sections.all) : sections.all,
    validations,
    leftOut,
    problems,
    findings: lint(reader, options.safeReplace === true),
    ...(migrations.all.length > 0 ? { migrations: migrations.all } : {}),
    ...(options.onlyIndexes === true ? { onlyIndexes: true } : {}),
    ...(options.allowDrops === true ? { allowDrops: true } : {}),
    ...(options.safeReplace === true ? { safeReplace: true } : {}),
  };
}

function nothingAtAll({ sections, validations, problems }: Reader): boolean {
  return sections.all.length === 0 && validations.length === 0 && problems.length === 0;
}

function nothing(files: readonly SourceFile[], { leftOut, commentedOut }: Reader): Problem {
  const file = files[0]?.path ?? '';
  const live = leftOut.filter(({ what }) => what !== WHOLE_FILE);
  const what =
    live.length === 0
      ? 'no statement at all, outside of comments'
      : 'all that it says is left out, and the reasons are listed';
  const [first] = commentedOut;
  const lines = commentedOut.length === 1 ? 'a line' : `${commentedOut.length} comments`;
  const taken =
    first === undefined ? '' : ` CREATE INDEX stands in ${lines} that somebody took out, first at line ${first.line}.`;
  const message = `There is nothing to deploy in it: ${what}.${taken}`;
  return { file, line: 1, column: 1, code: 'nothing-to-deploy', what: '', message };
}
