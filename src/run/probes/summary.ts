import type { PlanSummary, ProbeBuffers, SequentialScan, UsedIndex } from './types.ts';

/** A node of EXPLAIN (FORMAT JSON): its keys are the server's words. */
type PlanNode = Record<string, unknown>;

const isNode = (value: unknown): value is PlanNode =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);
const number = (value: unknown): number => (typeof value === 'number' ? value : 0);

/** The top node of what EXPLAIN (FORMAT JSON) gave for one statement. */
export const topNode = (explained: unknown): PlanNode | null =>
  isNode(explained) && isNode(explained.Plan) ? explained.Plan : null;

/** Every node from the top down. Not recursive: a plan over thousands of partitions can be deep. */
const nodesOf = (top: PlanNode): PlanNode[] => {
  const nodes = [top];
  for (const node of nodes) if (Array.isArray(node.Plans)) nodes.push(...node.Plans.filter(isNode));
  return nodes;
};

/** Rows that a node has read in all its loops, those it threw away among them; null where it was only planned. */
const rowsRead = (node: PlanNode): number | null => {
  if (typeof node['Actual Rows'] !== 'number') return null;
  const each =
    number(node['Actual Rows']) + number(node['Rows Removed by Filter']) + number(node['Rows Removed by Join Filter']);
  return Math.round(each * number(node['Actual Loops']));
};

const sequential = (node: PlanNode): SequentialScan[] => {
  const table = text(node['Relation Name']);
  if (node['Node Type'] !== 'Seq Scan' || table === null) return [];
  const loops = typeof node['Actual Loops'] === 'number' ? node['Actual Loops'] : null;
  const buffers = loops === null ? null : buffersOf({ Plan: node });
  const blocks = buffers && buffers.hit + buffers.read;
  return [{ schema: text(node.Schema), table, rows: rowsRead(node), loops, blocks }];
};

const used = (node: PlanNode): UsedIndex[] => {
  const name = text(node['Index Name']);
  if (name === null) return [];
  return [{ name, scan: text(node['Node Type']) ?? '', table: text(node['Relation Name']) }];
};

/** How a plan reads its tables; null for something that is no plan. */
export const summaryOf = (explained: unknown): PlanSummary | null => {
  const top = topNode(explained);
  if (top === null) return null;
  const nodes = nodesOf(top);
  return { top: text(top['Node Type']) ?? '', indexes: nodes.flatMap(used), sequential: nodes.flatMap(sequential) };
};

/** Buffers of a plan: a node's numbers hold those of all below it. Null when they were not counted. */
export const buffersOf = (explained: unknown): ProbeBuffers | null => {
  const top = topNode(explained);
  if (top === null || typeof top['Shared Hit Blocks'] !== 'number') return null;
  const both = (what: string): number => number(top[`Shared ${what} Blocks`]) + number(top[`Local ${what} Blocks`]);
  return {
    hit: both('Hit'),
    read: both('Read'),
    dirtied: both('Dirtied'),
    written: both('Written'),
    tempRead: number(top['Temp Read Blocks']),
    tempWritten: number(top['Temp Written Blocks']),
  };
};

/** Rows that the statement gave; null when it was only planned. */
export const rowsOf = (explained: unknown): number | null => {
  const top = topNode(explained);
  return top === null || typeof top['Actual Rows'] !== 'number'
    ? null
    : Math.round(top['Actual Rows'] * Math.max(1, number(top['Actual Loops'])));
};
