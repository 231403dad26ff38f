import pg from 'pg';
import { expect, test } from 'vitest';
import { askUntilAnswered } from '../../src/engine/ask.ts';
import { KeptSession } from '../../src/engine/kept-session.ts';
import type { Session } from '../../src/engine/session.ts';

/** What KeptSession needs of a session, to be lost at will. */
const fake = () => {
  const listeners: ((cause: unknown) => void)[] = [];
  const session = {
    lost: false,
    onLost: (listener: (cause: unknown) => void) => listeners.push(listener),
    close: async () => {
      session.lost = true;
    },
    lose: () => {
      session.lost = true;
      for (const listener of listeners.splice(0)) listener(new Error('cut'));
    },
  };
  return session;
};

const keep = (hooks: { lost?: () => void } = {}) => {
  const opened: ReturnType<typeof fake>[] = [];
  const kept = new KeptSession(
    'test',
    async () => {
      const session = fake();
      opened.push(session);
      return session as unknown as Session;
    },
    { lost: hooks.lost ?? (() => undefined), restored: () => undefined },
  );
  return { kept, opened };
};

test('one connection at a time, whoever asks while it comes back', async () => {
  let asked: Promise<unknown>[] = [];
  const { kept, opened } = keep({
    lost: () => {
      asked = [kept.ready(), kept.start()];
    },
  });
  await kept.start();
  opened[0]?.lose();
  await Promise.all([...asked, kept.ready(), kept.start()]);
  expect(opened).toHaveLength(2);
  await kept.stop();
  expect(opened.every((session) => session.lost)).toBe(true);
});

const refusal = (code: string): pg.DatabaseError => Object.assign(new pg.DatabaseError('no', 2, 'error'), { code });

test('asks again after a lost connection, a cancelled question, a shutdown, and trouble of the system', async () => {
  const { kept, opened } = keep();
  await kept.start();
  const failures = ['57014', '57P01', '53200', '55P03'];
  const answer = await askUntilAnswered(kept, async () => {
    const code = failures.shift();
    if (code === '57P01') opened.at(-1)?.lose();
    if (code !== undefined) throw refusal(code);
    return 'known';
  });
  expect(answer).toBe('known');
  expect(failures).toEqual([]);
  await kept.stop();
});

test('a question that is wrong is not asked again, nor is a fault of our own', async () => {
  const { kept } = keep();
  await kept.start();
  const ask = (error: Error) =>
    askUntilAnswered(kept, async () => {
      throw error;
    });
  await expect(ask(refusal('42703'))).rejects.toThrow('no');
  await expect(ask(new TypeError('fault'))).rejects.toThrow('fault');
  await kept.stop();
});
