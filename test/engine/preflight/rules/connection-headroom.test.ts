import { describe, expect, test } from 'vitest';
import { connectionHeadroom } from '../../../../src/engine/preflight/rules/connection-headroom.ts';
import type { OwnGate } from '../../../../src/run/index.ts';
import { factsWhere } from '../facts.ts';
import { runOptions } from '../support.ts';

const levelWhere = (server: Parameters<typeof factsWhere>[0] & object) => connectionHeadroom(factsWhere(server))[0];

describe('two jobs need seven sessions, and three are open', () => {
  test.each([
    ['just enough', 93, 'ok'],
    ['one too few', 94, 'blocks'],
  ])('%s', (_, connections, level) => {
    expect(levelWhere({ server: { connections } })).toMatchObject({ level });
  });

  test('reserved connections count for those who may use them', () => {
    const reserved = { connections: 91, reserved_for_role: 3 };
    expect(levelWhere({ server: reserved })).toMatchObject({ level: 'blocks' });
    expect(levelWhere({ server: { ...reserved, may_use_reserved: true } })).toMatchObject({ level: 'ok' });
    expect(levelWhere({ server: { connections: 96, superuser: true } })).toMatchObject({ level: 'ok' });
  });

  test('limits of the role and of the database, which do not bind a superuser', () => {
    const role = { role_limit: 5, role_connections: 3 };
    expect(levelWhere({ server: role })).toMatchObject({
      level: 'blocks',
      what: '2 connections are free by the CONNECTION LIMIT of the role deployer, and 4 more are needed (7 in all).',
    });
    expect(levelWhere({ server: { ...role, superuser: true } })).toMatchObject({ level: 'ok' });
    expect(levelWhere({ server: { database_limit: 11, database_connections: 10 } })).toMatchObject({ level: 'blocks' });
  });

  test('each own gate that asks the server needs one, unless it is off', () => {
    const sql = {
      name: 'errors',
      source: { kind: 'sql', sql: 'SELECT 1' } as const,
      everyMs: 10_000,
      timeoutMs: 5_000,
      thresholds: { warn: 1, pause: null, abort: null },
      below: false,
      unit: null,
    };
    const off = { ...sql, name: 'off', thresholds: { warn: null, pause: null, abort: null } };
    const command = { ...sql, name: 'disk', source: { kind: 'command', command: 'x', cwd: '/' } as const };
    const server = { connections: 93 };
    const needing = (ownGates: OwnGate[]) => levelWhere({ server, options: runOptions({ ownGates }) });
    expect(needing([off, command])).toMatchObject({ level: 'ok' });
    expect(needing([off, command, sql])).toMatchObject({ level: 'blocks' });
  });

  test('a ledger needs one more', () => {
    const options = runOptions({ ledger: { schema: 'indexdeck' } });
    const [tight, room] = [93, 92].map((connections) => levelWhere({ server: { connections }, options })?.level);
    expect({ tight, room }).toEqual({ tight: 'blocks', room: 'ok' });
  });

  test('more jobs need more', () => {
    const options = runOptions({ jobs: 8 });
    expect(levelWhere({ server: { connections: 90 }, options })).toMatchObject({ level: 'blocks' });
  });
});
