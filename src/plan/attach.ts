import { quoteQualified } from './ident.ts';

/** An index by its name; a null schema is for the search path. */
export interface IndexName {
  schema: string | null;
  name: string;
}

interface RangeVar {
  schemaname?: string;
  relname?: string;
}

const nameOf = ({ schemaname, relname }: RangeVar): IndexName => ({ schema: schemaname ?? null, name: relname ?? '' });

/** What ALTER INDEX ... ATTACH PARTITION attaches to what, of a parsed AlterTableStmt; null when it is anything else. */
export function attachedBy(body: Record<string, unknown>): { parent: IndexName; partition: IndexName } | null {
  if (body.objtype !== 'OBJECT_INDEX') return null;
  const commands = (body.cmds ?? []) as {
    AlterTableCmd?: { subtype?: string; def?: { PartitionCmd?: { name?: RangeVar } } };
  }[];
  const [only] = commands;
  const partition = only?.AlterTableCmd?.def?.PartitionCmd?.name;
  if (commands.length !== 1 || only?.AlterTableCmd?.subtype !== 'AT_AttachPartition' || partition === undefined)
    return null;
  return { parent: nameOf((body.relation ?? {}) as RangeVar), partition: nameOf(partition) };
}

/** The statement that attaches a partition's index to its parent's. */
export const attachSql = (parent: IndexName, partition: IndexName): string =>
  `ALTER INDEX ${quoteQualified(parent.schema, parent.name)} ATTACH PARTITION ${quoteQualified(partition.schema, partition.name)}`;
