import { describe, expect, it } from 'vitest';
import { Core, createIndex, options, planOf, section, serverError } from '../support/core.ts';

const twoTables = () =>
  planOf(
    section('one', [createIndex('a1', 'a'), createIndex('a2', 'a'), createIndex('b1', 'b')]),
    section('two', [createIndex('c1', 'c')]),
  );

const finishAll = (core: Core): void => {
  for (let guard = 0; guard < 100 && core.state.phase === 'running'; guard++)
    for (const key of core.underWay) {
      const step = Number(key.split(':')[1]);
      if (key.startsWith('inspect:')) core.found(step);
      else if (key.startsWith('build:')) core.built(step);
      else if (key.startsWith('drop:')) core.dropped(step);
    }
};

const verifyAll = (core: Core): void => {
  const results = core.state.steps.map(({ id }) => ({ step: id, ok: true, problems: [], oid: 1, bytes: 1 }));
  core.end('verify', { kind: 'verified', results });
};

describe('a deployment', () => {
  it('looks first, and does nothing until the operator says go', () => {
    const core = new Core(twoTables());
    expect(core.underWay).toEqual(['preflight']);
    core.preflighted();
    expect(core.state.phase).toBe('ready');
    expect(core.underWay).toEqual([]);
    core.pass(60_000);
    expect(core.begun.map((effect) => effect.kind)).toEqual(['preflight']);
  });

  it('builds largest table first, two at a time, never two on a table, section by section', () => {
    const core = new Core(twoTables());
    core.go();
    expect(core.underWay).toEqual(['inspect:0', 'inspect:2']);
    expect(core.begun.at(-2)).toMatchObject({ kind: 'inspect', step: 2 });
    core.found(0);
    core.found(2);
    expect(core.underWay).toEqual(['build:0', 'build:2']);
    core.built(2);
    // The other table is still held, and the next section has to wait.
    expect(core.underWay).toEqual(['build:0']);
    core.built(0);
    expect(core.underWay).toEqual(['inspect:1']);
    core.found(1);
    core.built(1);
    expect(core.types().filter((type) => type.startsWith('section.'))).toEqual([
      'section.started',
      'section.finished',
      'section.started',
    ]);
    expect(core.underWay).toEqual(['inspect:3']);
  });

  it('verifies at the end and finishes with 0 only then', () => {
    const core = new Core(twoTables());
    core.go();
    finishAll(core);
    expect(core.state.phase).toBe('verifying');
    verifyAll(core);
    expect(core.inflight.get('finish')).toMatchObject({ status: 0 });
  });

  it('finishes with 1 when the verification finds something', () => {
    const core = new Core(planOf(section('one', [createIndex('a1', 'a')])));
    core.go();
    finishAll(core);
    core.end('verify', {
      kind: 'verified',
      results: [{ step: 0, ok: false, problems: ['it is gone'], oid: null, bytes: null }],
    });
    expect(core.inflight.get('finish')).toMatchObject({ status: 1 });
  });

  const invalidAt = (oid: number) => {
    const core = new Core(planOf(section('one', [createIndex('a1', 'a')])));
    core.go();
    finishAll(core);
    const problems = ['it is not valid: queries do not use it'];
    core.end('verify', { kind: 'verified', results: [{ step: 0, ok: false, problems, oid, bytes: 1, invalid: true }] });
    return core;
  };

  it('what it built and is not valid any more is dropped and built again, and verified anew', () => {
    const core = invalidAt(5000);
    expect(core.state.created).toEqual([]);
    expect(core.underWay).toEqual(['drop:0']);
    expect(core.inflight.get('drop:0')).toMatchObject({ oid: 5000 });
    finishAll(core);
    verifyAll(core);
    expect(core.inflight.get('finish')).toMatchObject({ status: 0 });
  });

  it('an invalid index of another OID is not touched', () => {
    const core = invalidAt(4999);
    expect(core.begun.filter(({ kind }) => kind === 'drop')).toEqual([]);
    expect(core.inflight.get('finish')).toMatchObject({ status: 1 });
  });

  it('records the intent before the act and the outcome after it', () => {
    const core = new Core(planOf(section('one', [createIndex('a1', 'a')])));
    core.go();
    core.found(0);
    expect(core.types().at(-1)).toBe('build.started');
    expect(core.events.at(-1)).toMatchObject({ pid: 101, attempt: 1, name: 'a1' });
    core.built(0);
    expect(core.types()).toContain('build.finished');
  });

  it('is the same state when its events are read again', () => {
    const core = new Core(twoTables());
    core.go();
    core.found(0);
    core.buildEnds(0, { kind: 'failed', error: serverError('40P01'), leftover: null });
    finishAll(core);
    expect(core.replayed()).toEqual(core.state);
  });

  it('skips an index that is there already, and says so', () => {
    const core = new Core(planOf(section('one', [createIndex('a1', 'a')])));
    core.go();
    core.found(0, { kind: 'equal', oid: 7, definition: '', bytes: 1 });
    expect(core.state.steps[0]?.status).toBe('equal');
    expect(core.state.phase).toBe('verifying');
    expect(core.state.created).toEqual([]);
  });

  it('never begins anything without the advisory lock', () => {
    const core = new Core(twoTables());
    core.lockHeld = false;
    core.go();
    expect(core.underWay).toEqual([]);
    core.lockHeld = true;
    core.pass(1000);
    expect(core.underWay).toEqual(['inspect:0', 'inspect:2']);
  });

  it('ends with 3 when something blocks and nobody is there to look again', () => {
    const blocks = { level: 'blocks' as const, code: 'x', what: 'x', why: 'x', advice: 'x' };
    const core = new Core(twoTables(), options({ interactive: false }));
    core.preflighted({ findings: [blocks] });
    expect(core.inflight.get('finish')).toMatchObject({ status: 3 });
  });

  it('looks again on the operator’s word, and refuses go while something blocks', () => {
    const blocks = { level: 'blocks' as const, code: 'x', what: 'x', why: 'x', advice: 'x' };
    const core = new Core(twoTables());
    core.preflighted({ findings: [blocks] });
    expect(core.command({ type: 'go', replaceInvalid: [], confirm: null }).ok).toBe(false);
    expect(core.command({ type: 'recheck' }).ok).toBe(true);
    expect(core.underWay).toEqual(['preflight']);
    core.preflighted();
    expect(core.state.phase).toBe('ready');
  });

  it('asks production for the name of the database', () => {
    const core = new Core(twoTables(), options({ environment: 'production' }));
    core.preflighted();
    expect(core.command({ type: 'go', replaceInvalid: [], confirm: 'y' }).ok).toBe(false);
    expect(core.command({ type: 'go', replaceInvalid: [], confirm: 'menuca' }).ok).toBe(true);
  });

  it('runs ANALYZE after the builds of its table and COMMENT after its index', () => {
    const place = { file: 'plan.sql', line: 1, column: 1, settings: [], searchPath: null };
    const core = new Core(
      planOf(
        section('one', [
          createIndex('a1', 'a'),
          { ...place, kind: 'analyze', sql: 'ANALYZE a', tables: [{ schema: null, table: 'a' }] },
          { ...place, kind: 'comment', sql: "COMMENT ON INDEX a1 IS 'x'", schema: null, name: 'a1' },
          createIndex('a2', 'a'),
        ]),
      ),
    );
    core.go();
    expect(core.underWay).toEqual(['inspect:0']);
    core.found(0);
    core.built(0);
    expect(core.underWay).toEqual(['statement:1', 'statement:2']);
    core.end('statement:1', { kind: 'statement-ended', step: 1, outcome: { kind: 'done', durationMs: 1 } });
    expect(core.underWay).toContain('inspect:3');
  });
});
