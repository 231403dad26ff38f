/** PostgreSQL's own programs that we run. */
export type ToolName = 'pg_dump' | 'pg_restore' | 'psql';

/** A folder of client programs, all of one version. */
export interface Installation {
  /** The folder that holds them. */
  dir: string;
  /** 15, as 15.18 or 16beta1 begin; 9 for 9.6. */
  major: number;
  /** As the programs say it, such as 15.18. */
  version: string;
  /** Which of them are there. */
  tools: readonly ToolName[];
}
