import type { Link } from '../../src/client/feed.ts';
import type { RunState, Sample } from '../../src/run/index.ts';
import { concerns } from '../../src/ui/model/attention.ts';
import { type Row, rowText } from '../../src/ui/model/row.ts';

export const textOf = (line: Row): string => rowText(line);

export const attentionOf = (state: RunState, sample: Sample | null, link: Link, now: number): string[] =>
  concerns({ state, sample, link, events: [] }, now).map((item) => item.text);
