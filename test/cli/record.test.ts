import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, onTestFinished, test } from 'vitest';
import { reportSchema } from '../../src/report/index.ts';
import { ledgerOf } from '../support/ledger.ts';
import { idleInTransaction } from '../support/locks.ts';
import { poll } from '../support/poll.ts';
import { place } from './place.ts';
import { file, folder, indexdeck, line, start } from './program.ts';

const SECRET = 'T0KEN-that-nobody-may-see';

const chat = async (): Promise<{ url: string; bodies: Record<string, string>[] }> => {
  const bodies: Record<string, string>[] = [];
  const server = createServer(async (request, response) => {
    bodies.push(JSON.parse(await text(request)));
    response.end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/${SECRET}`, bodies };
};

const runDirectory = (journal: string): string => join(journal, readdirSync(journal)[0] ?? '');

const allFiles = (dir: string): string =>
  readdirSync(dir)
    .filter((name) => statSync(join(dir, name)).isFile())
    .map((name) => readFileSync(join(dir, name), 'utf8'))
    .join('\n');

/** The last entry of a log, which is set off from the ones before it. */
const entries = (log: string): string[] => log.split(/^---\n\n/m).filter((entry) => entry !== '');

describe('deploy', () => {
  test('appends what report --format md prints, posts the message, runs hooks, and tells nobody the URL', async () => {
    const { args, env, journal, database } = await place();
    const cwd = folder();
    const { url, bodies } = await chat();
    const log = join(cwd, 'EXECUTION_LOG.md');
    writeFileSync(log, '# The log of this database\n');
    const hooks = ['build.finished=cat >> built', 'run.finished=cat > finished; echo told everybody'];
    const more = hooks.flatMap((hook) => ['--exec', hook]);
    const ended = await indexdeck([...args, ...more], { env: { ...env, INDEXDECK_WEBHOOK: url }, cwd });
    expect(ended.status).toBe(0);
    expect(ended.stdout).toMatch(/written down in .*EXECUTION_LOG\.md\n.*the message was posted to 127\.0\.0\.1:/);
    expect(ended.stdout).toMatch(
      /run finished with status 0.*\n\nFor the war room:\n {2}INDEXES DEPLOYED[\s\S]*\n\nHand-off:\n {2}Status: COMPLETE \(0\)/,
    );

    const written = readFileSync(log, 'utf8');
    const printed = await indexdeck(['report', '--journal', journal]);
    expect(printed).toMatchObject({ status: 0, stderr: '' });
    expect(written).toBe(`# The log of this database\n${printed.stdout}\n\n---\n\n`);
    expect(written).toMatch(/^STATUS: COMPLETE$/m);
    expect(bodies).toEqual([expect.objectContaining({ status: 'complete', database: database.name })]);
    expect(written).toContain(bodies[0]?.text);

    const dir = runDirectory(journal);
    await poll(() => existsSync(join(cwd, 'finished')));
    const lines = readFileSync(join(dir, 'journal.jsonl'), 'utf8').split('\n');
    expect(readFileSync(join(cwd, 'finished'), 'utf8').trim()).toBe(lines.at(-2));
    expect(readFileSync(join(cwd, 'built'), 'utf8').trim().split('\n')).toEqual(
      lines.filter((each) => each.includes('"build.finished"')),
    );
    await poll(() =>
      /hook run\.finished, event \d+: told everybody/.test(readFileSync(join(dir, 'engine.log'), 'utf8')),
    );
    const ledger = await ledgerOf(database);
    for (const text of [written, allFiles(dir), ended.stdout, ended.stderr, JSON.stringify(ledger)])
      expect(text).not.toContain(SECRET);
  });

  test('a run that failed is written down too, behind the one before', async () => {
    const { args, env, database } = await place();
    const log = join(folder(), 'log.md');
    await database.sql('CREATE INDEX idx_dishes_course ON dishes (id)');
    expect((await indexdeck([...args, '--log', log, '--on-error', 'skip'], { env })).status).toBe(1);
    await database.sql('DROP INDEX idx_dishes_course');
    expect((await indexdeck([...args, '--log', log], { env })).status).toBe(0);
    const written = entries(readFileSync(log, 'utf8'));
    expect(written.map((entry) => /^STATUS: (.*)$/m.exec(entry)?.[1])).toEqual(['FAILED', 'COMPLETE']);
    expect(written[0]).toMatch(/`idx_dishes_course`: failed/);
    expect(written[0]).toMatch(/DEPLOYED IN PART/);
  });

  test('one that preflight blocks, too', async () => {
    const { args, env, database } = await place();
    const log = join(folder(), 'log.md');
    await database.sql('DROP TABLE courses');
    expect((await indexdeck([...args, '--log', log], { env })).status).toBe(3);
    expect(readFileSync(log, 'utf8')).toMatch(/^STATUS: FAILED$[\s\S]*NOT BEGUN/m);
  });

  test('a log and a webhook that fail are said, and harm nothing', async () => {
    const { args, env } = await place();
    const log = join(folder(), 'log.md');
    // Whoever makes it a folder meanwhile: the check before was right.
    const hook = `run.approved=rm -f ${log}; mkdir ${log}`;
    const more = ['--log', log, '--exec', hook, '--webhook', `http://127.0.0.1:1/${SECRET}`];
    const { status, stdout } = await indexdeck([...args, ...more], { env });
    expect(status).toBe(0);
    expect(stdout).toMatch(/NOT WRITTEN DOWN in .*log\.md: .*EISDIR.*report \S+ --format md prints/);
    expect(stdout).toMatch(/the message was not posted to 127\.0\.0\.1:1: /);
    expect(stdout).not.toContain(SECRET);
  });

  test('a screen that is gone changes nothing: the engine writes it down', async () => {
    const { args, env, journal } = await place();
    const log = join(folder(), 'log.md');
    const running = start([...args, '--log', log, '--on-disconnect', 'continue'], { env });
    await line(running, /go, said/);
    running.child.kill('SIGKILL');
    await poll(() => existsSync(log), 30_000);
    await poll(() => /run\.finished/.test(readFileSync(join(runDirectory(journal), 'journal.jsonl'), 'utf8')), 30_000);
    expect(readFileSync(log, 'utf8')).toMatch(/^STATUS: COMPLETE$/m);
  });

  test('a rollback is written into the log of its run', async () => {
    const { args, env, journal } = await place();
    const log = join(folder(), 'log.md');
    expect((await indexdeck([...args, '--log', log], { env })).status).toBe(0);
    const back = await indexdeck(['rollback', '--yes', '--ui', 'plain', '--journal', journal], { env });
    expect(back.status).toBe(0);
    const [, second = ''] = entries(readFileSync(log, 'utf8'));
    expect(second).toMatch(/^STATUS: ROLLED BACK$/m);
    expect(second).toMatch(/Rollback: took .*: 3 indexes dropped/);
    expect(second).toMatch(/- \[x\] what was to be dropped is gone/);
    expect(second).not.toMatch(/- \[x\] every planned index is there/);
  });
});

describe('report', () => {
  test('is the same to the byte from journal and ledger, in every format; its JSON is as published', async () => {
    const { args, env, journal, database } = await place();
    expect((await indexdeck(args, { env })).status).toBe(0);
    for (const format of ['md', 'json', 'html']) {
      const here = await indexdeck(['report', '--format', format, '--journal', journal], {});
      const output = join(folder(), 'report');
      const elsewhere = ['report', '--format', format, '--journal', folder(), '-d', database.name, '--output', output];
      expect(await indexdeck(elsewhere, { env })).toMatchObject({ status: 0, stdout: '', stderr: '' });
      expect(here.status).toBe(0);
      expect(readFileSync(output, 'utf8')).toBe(`${here.stdout}\n`);
      if (format === 'json') expect(reportSchema.safeParse(JSON.parse(here.stdout)).error).toBeUndefined();
    }
    const nowhere = await indexdeck(['report', '2020', '--journal', folder(), '-d', database.name], { env });
    expect(nowhere).toMatchObject({ status: 2, stderr: expect.stringMatching(/neither in .* nor in the ledger/) });
  });

  test('--refresh looks again, where the run was recorded or the flags lead, and without it nothing is new', async () => {
    const { args, env, journal, database } = await place();
    expect((await indexdeck(args, { env })).status).toBe(0);
    const report = async (...more: string[]) => {
      const ended = await indexdeck(['report', '--journal', journal, '--format', 'json', ...more], { env });
      expect(ended).toMatchObject({ status: 0, stderr: '' });
      return reportSchema.parse(JSON.parse(ended.stdout));
    };
    const plain = await report();
    for (const flags of [[], ['-d', database.name]]) {
      const { usage, ...rest } = await report('--refresh', ...flags);
      expect(rest).toEqual(plain);
      expect(usage?.database.database).toBe(database.name);
      expect(usage?.indexes.map(({ name, standing, unused }) => [name, standing, unused])).toEqual([
        ['idx_dishes_course', 'valid', true],
        ['idx_courses_name', 'valid', true],
        ['idx_dishes_id', 'valid', true],
      ]);
      expect(usage?.indexes[2]?.words).toMatch(/UNIQUE/);
    }
    for (const format of ['md', 'html']) {
      const { stdout } = await indexdeck(['report', '--journal', journal, '--format', format, '--refresh'], { env });
      expect(stdout).toMatch(/Since the run/);
    }
    const elsewhere = await indexdeck(['report', plain.run, '--journal', journal, '--refresh', '-d', 'postgres'], {
      env,
    });
    expect(elsewhere).toMatchObject({
      status: 2,
      stdout: '',
      stderr: expect.stringMatching(/the connection is to "postgres"/),
    });
    const closed = ['report', plain.run, '--journal', journal, '--refresh', '-d', database.name, '-p', '1'];
    const gone = await indexdeck(closed, { env });
    expect(gone.status).not.toBe(0);
    expect(gone.stdout).toBe('');
  });

  test('of a run that goes on', async () => {
    const { args, env, journal, database } = await place();
    const forgotten = await idleInTransaction(database);
    const running = start(args, { env });
    await line(running, /waiting for old snapshots/);
    const { status, stdout } = await indexdeck(['report', '--journal', journal]);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^STATUS: UNFINISHED$/m);
    await forgotten.release();
    expect((await running.ended).status).toBe(0);
  });
});

describe('--matches', () => {
  const reportOf = async (journal: string): Promise<string> => {
    const path = join(folder(), 'staging.json');
    const { status } = await indexdeck(['report', '--format', 'json', '--output', path, '--journal', journal]);
    expect(status).toBe(0);
    return path;
  };

  test('the same script is let through, and the record says so; another is not, with its differences', async () => {
    const staging = await place();
    expect((await indexdeck(staging.args, { env: staging.env })).status).toBe(0);
    const report = await reportOf(staging.journal);

    const production = await place();
    const log = join(folder(), 'log.md');
    const more = ['--matches', report, '--log', log];
    const check = await indexdeck(['check', production.plan, '--matches', report], { env: production.env });
    expect(check).toMatchObject({ status: 0, stdout: expect.stringMatching(/The plan is that of the run \S+ on/) });
    expect((await indexdeck([...production.args, ...more], { env: production.env })).status).toBe(0);
    expect(readFileSync(log, 'utf8')).toMatch(/- \[x\] the script is the one of the staging run \(run \S+ on/);

    const other = readFileSync(production.plan, 'utf8')
      .replace('(course)', '(course, id)')
      .replace(/CREATE UNIQUE.*/, '');
    const changed = file('plan.sql', other);
    const refused = await indexdeck(['deploy', changed, '--yes', '--journal', folder(), ...more], {
      env: production.env,
    });
    expect(refused.status).toBe(3);
    expect(refused.stdout).toMatch(/not that of the run .*idx_dishes_id.*; .*idx_dishes_course/);
    expect(entries(readFileSync(log, 'utf8')).at(-1)).toMatch(
      /- \[ \] FAILED: the script is the one of the staging run/,
    );
  });
});
