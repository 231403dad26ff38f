/** What was handed over instead of SQL, or got into it, by how its lines look. */
const KINDS: readonly (readonly [line: RegExp, why: string])[] = [
  [
    /^(?:<{7}|={7}|>{7})(?: .*)?$/m,
    'a merge conflict stands here that nobody has resolved: keep one of the two versions',
  ],
  [/^(?:@@ -\d|\+\+\+ )/m, 'this is a diff, not the script that it makes: hand over the script itself'],
  [/^[ \t]*(?:```|~~~)/m, 'this is Markdown: hand over the SQL alone, without what stands around it'],
  [/^[\w.-]+[=-][!*?^]?[#>][ \t]+[A-Za-z]/m, "a prompt of psql stands here: take out prompts and psql's answers"],
  [
    /^(?:(?:psql|pg_dump|pg_dumpall|pg_restore|ERROR|FATAL|NOTICE|WARNING|LOG|HINT|DETAIL)(?::[^:\n]+:\d+)?:[ \t])/m,
    'what a program has printed stands here: take it out',
  ],
  [/^\s*(?:\{\s*"|\[\s*[{"[])/, 'this is JSON: hand over the SQL in it'],
  [/^\s*<(?:\?xml|databaseChangeLog|!DOCTYPE|html)\b/i, 'this is XML: hand over the SQL in it'],
];

/** Why a text that PostgreSQL cannot read is none of SQL at all, and where that shows; null when it may be. */
export function notSql(text: string): { why: string; at: number } | null {
  for (const [line, why] of KINDS) {
    const found = line.exec(text);
    if (found !== null) return { why, at: found.index };
  }
  return null;
}
