/** A line of `pg_restore --list` that is an entry: `216; 1259 16388 TABLE indexdeck migrations postgres`. */
const ENTRY = /^\d+; \d+ \d+ (.+)$/;

/** The entries' lines, without the head. */
export const entryLines = (list: string): string[] => list.split('\n').filter((line) => ENTRY.test(line));

/** What an entry is, without the numbers that are other ones in each database: `TABLE indexdeck migrations postgres`. */
export const entryName = (line: string): string => ENTRY.exec(line)?.[1] ?? '';

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** Whether an entry is the schema itself, or its comment, label or rights. */
const isOfSchema = (name: string, schema: string): boolean =>
  new RegExp(`^(SCHEMA - |(COMMENT|ACL|SECURITY LABEL) - SCHEMA )${escaped(schema)} `).test(`${name} `);

/** Whether it stands in a schema: kinds are in capitals. */
const isInSchema = (name: string, schema: string): boolean => new RegExp(`^[A-Z ]+ ${escaped(schema)} `).test(name);

/**
 * The entries but those of these schemas. `others`: the list that pg_restore itself makes without what is in them. Only
 * what is missing there goes, so that a schema whose name begins alike keeps what is in it. Its own list cannot be used:
 * with --exclude-schema it leaves out the rights on `public` too, and keeps the schema itself.
 */
export const withoutSchemas = (
  lines: readonly string[],
  others: readonly string[],
  schemas: readonly string[],
): string[] => {
  const kept = new Set(others);
  return lines.filter((line) => {
    const name = entryName(line);
    return !schemas.some((schema) => isOfSchema(name, schema) || (!kept.has(line) && isInSchema(name, schema)));
  });
};

/** Kinds that say what there is, and not what is in it. What is left out is data, or belongs to the whole database. */
const NO_OBJECT =
  /^(TABLE DATA|SEQUENCE SET|BLOBS?|BLOB METADATA|BLOB COMMENTS|LARGE OBJECTS?|STATISTICS DATA|MATERIALIZED VIEW DATA|DATABASE|DATABASE PROPERTIES|ENCODING|STDSTRINGS|SEARCHPATH|(ACL|COMMENT|SECURITY LABEL) - (DATABASE|LARGE OBJECTS?) .*|ACL - BLOB .*) /;

const objects = (lines: readonly string[], owners: boolean): Map<string, number> => {
  const found = new Map<string, number>();
  for (const line of lines) {
    const full = entryName(line);
    if (NO_OBJECT.test(`${full} `)) continue;
    const name = owners ? full : full.replace(/ \S*$/, '');
    found.set(name, (found.get(name) ?? 0) + 1);
  }
  return found;
};

const minus = (left: Map<string, number>, right: Map<string, number>): string[] =>
  [...left].flatMap(([name, count]) => (count > (right.get(name) ?? 0) ? [name] : []));

/** How a database differs from an archive, as names of entries; `owners`: an object of another owner is another one. */
export const compareObjects = (
  archived: readonly string[],
  present: readonly string[],
  owners: boolean,
): { missing: string[]; extra: string[]; same: number } => {
  const [wanted, found] = [objects(archived, owners), objects(present, owners)];
  const missing = minus(wanted, found);
  return { missing, extra: minus(found, wanted), same: wanted.size - missing.length };
};

/** Tables of a database that an archive does not hold. A name may contain spaces, and is followed by its owner. */
export const tablesNotIn = (
  lines: readonly string[],
  tables: readonly { schema: string; table: string }[],
): { schema: string; table: string }[] => {
  const names = lines.map(entryName).filter((name) => name.startsWith('TABLE '));
  // By its beginnings at each space: thousands of tables are looked up in thousands of entries.
  const beginnings = new Set(
    names.flatMap((name) => [...name.matchAll(/ /g)].map(({ index }) => name.slice(0, index))),
  );
  return tables.filter(({ schema, table }) => !beginnings.has(`TABLE ${schema} ${table}`));
};
