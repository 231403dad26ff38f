import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { defineQuery } from '../../src/queries/define.ts';

const answering = (rows: unknown[]) => ({ query: () => Promise.resolve(rows) });

test('a row of another shape names the file', async () => {
  const run = defineQuery('monitor/backend_alive.sql', z.object({ alive: z.boolean() }));
  expect(await run(answering([{ alive: true }]))).toEqual([{ alive: true }]);
  await expect(run(answering([{ alive: 'yes' }]))).rejects.toThrow('sql/monitor/backend_alive.sql');
});

const folder = new URL('../../sql/', import.meta.url);

describe.each(['session', 'monitor'])('sql/%s', (room) => {
  test.each(readdirSync(new URL(`${room}/`, folder)))('%s says what it is for, and holds one statement', (file) => {
    const text = readFileSync(new URL(`${room}/${file}`, folder), 'utf8');
    expect(text.startsWith('-- ')).toBe(true);
    expect(text.replaceAll(/--.*$/gm, '')).not.toContain(';');
  });
});
