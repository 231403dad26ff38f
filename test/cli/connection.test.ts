import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Environment } from '../../src/cli/connection/environment.ts';
import type { ConnectionFlags } from '../../src/cli/connection/flags.ts';
import { findPassword, readPassfile } from '../../src/cli/connection/passfile.ts';
import { connectionSettings, type Machine } from '../../src/cli/connection/settings.ts';
import { UsageError } from '../../src/cli/errors.ts';

let home: string;
let sockets: string;
let machine: Machine;

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'indexdeck-home-'));
  sockets = mkdtempSync(join(tmpdir(), 'indexdeck-sockets-'));
  writeFileSync(join(sockets, '.s.PGSQL.5555'), '');
  machine = { home, user: () => 'me', socketFolders: [sockets] };
  writeFileSync(
    join(home, '.pg_service.conf'),
    '# services\n[shop]\nhost=service-host\nport=7777\ndbname=service-db\n\n[typo]\nhots=x\n[nested]\nservice=shop\n',
  );
});

afterAll(() => {
  for (const folder of [home, sockets]) rmSync(folder, { recursive: true });
});

const settle = (flags: ConnectionFlags, env: Environment = {}) => {
  const { host, port, database, user, password, options } = connectionSettings(flags, env, machine).config;
  return { host, port, database, user, password, options };
};

describe('where the connection comes from', () => {
  const cases: [string, ConnectionFlags, Environment, object][] = [
    ['nothing is said', {}, {}, { host: 'localhost', port: 5432, user: 'me', database: 'me' }],
    ['a socket is on this machine', { port: '5555' }, {}, { host: 'SOCKETS', port: 5555 }],
    [
      'flags',
      { host: 'h', port: '1', username: 'u', dbname: 'd' },
      {},
      { host: 'h', port: 1, user: 'u', database: 'd' },
    ],
    ['the database is named as the user', { username: 'u' }, {}, { user: 'u', database: 'u' }],
    [
      'variables',
      {},
      { PGHOST: 'h', PGPORT: '2', PGUSER: 'u', PGDATABASE: 'd', PGPASSWORD: 'p', PGOPTIONS: '-c x=1' },
      { host: 'h', port: 2, user: 'u', database: 'd', password: 'p', options: '-c x=1' },
    ],
    ['flags over variables', { host: 'flag' }, { PGHOST: 'variable', PGPORT: '3' }, { host: 'flag', port: 3 }],
    ['an empty variable says nothing', {}, { PGHOST: '', PGPORT: '' }, { host: 'localhost', port: 5432 }],
    ['a service', {}, { PGSERVICE: 'shop' }, { host: 'service-host', port: 7777, database: 'service-db' }],
    ['a service over variables', {}, { PGSERVICE: 'shop', PGHOST: 'variable' }, { host: 'service-host' }],
    ['flags over a service', { host: 'flag' }, { PGSERVICE: 'shop' }, { host: 'flag', port: 7777 }],
    ['a service in a string of -d', { dbname: 'service=shop user=u' }, {}, { host: 'service-host', user: 'u' }],
    ['a URI over other flags', { host: 'flag', dbname: 'postgres://uri/d' }, {}, { host: 'uri', database: 'd' }],
    [
      'a URI over variables',
      { dbname: 'postgres://uri' },
      { PGHOST: 'v', PGDATABASE: 'd' },
      { host: 'uri', database: 'd' },
    ],
    [
      'DATABASE_URL',
      {},
      { DATABASE_URL: 'postgres://u:p@h:9/d' },
      { host: 'h', port: 9, user: 'u', database: 'd', password: 'p' },
    ],
    [
      'DATABASE_URL with a password beside it',
      {},
      { DATABASE_URL: 'postgres://u@h/d', PGPASSWORD: 'p' },
      { host: 'h', password: 'p' },
    ],
    [
      'not DATABASE_URL when -d names a database',
      { dbname: 'other' },
      { DATABASE_URL: 'postgres://prod/d' },
      { host: 'localhost', database: 'other' },
    ],
    [
      'not DATABASE_URL when a variable says where',
      {},
      { DATABASE_URL: 'postgres://prod/d', PGHOST: 'h' },
      { host: 'h', database: 'me' },
    ],
    ['an address beside the name', {}, { PGHOST: 'name', PGHOSTADDR: '10.0.0.5' }, { host: '10.0.0.5' }],
  ];
  test.each(cases)('%s', (_what, flags, env, expected) => {
    const there = Object.fromEntries(
      Object.entries(expected).map(([key, value]) => [key, value === 'SOCKETS' ? sockets : value]),
    );
    expect(settle(flags, env)).toMatchObject(there);
  });
});

describe('forms of a connection string', () => {
  const cases: [string, object][] = [
    ['postgresql://h', { host: 'h', database: 'me' }],
    [
      'postgres://u:p%40ss%2Fw%25@h:5433/d%20b',
      { user: 'u', password: 'p@ss/w%', host: 'h', port: 5433, database: 'd b' },
    ],
    ['postgres://u:p?w#x@h/d', { password: 'p?w#x', host: 'h', database: 'd' }],
    ['postgres://%2Fvar%2Frun%2Fpg/d', { host: '/var/run/pg', database: 'd' }],
    ['postgres:///d?host=/tmp/pg&port=6000', { host: '/tmp/pg', port: 6000, database: 'd' }],
    ['postgres://[::1]:5433/d', { host: '::1', port: 5433 }],
    ['postgres://[2001:db8::1]/d', { host: '2001:db8::1' }],
    [
      'postgres://h/d?user=other&password=x%20y&options=-c%20a%3Db',
      { user: 'other', password: 'x y', options: '-c a=b' },
    ],
    ['postgres://h/d?application_name=me&channel_binding=require', { host: 'h', database: 'd' }],
    ["host=h dbname='my db' password='it\\'s' port = 9", { host: 'h', database: 'my db', password: "it's", port: 9 }],
    ['postgres://', { host: 'localhost' }],
  ];
  test.each(cases)('%s', (dbname, expected) => {
    expect(settle({ dbname })).toMatchObject(expected);
  });
});

describe('what cannot be understood is bad usage, and says no secret', () => {
  const cases: [string, ConnectionFlags, Environment, RegExp][] = [
    ['a bad %', { dbname: 'postgres://u:secret%zz@h/d' }, {}, /two hexadecimal digits/],
    ['%00', { dbname: 'postgres://u:secret@h/d%00' }, {}, /%00/],
    ['an unknown parameter', { dbname: 'postgres://u:secret@h/d?hots=x' }, {}, /unknown parameter: "hots"/],
    ['a parameter without a value', { dbname: 'postgres://u:secret@h/d?x' }, {}, /without a value/],
    ['a broken string', { dbname: "password=secret host='x" }, {}, /name=value/],
    ['a port of letters', { port: 'abc' }, {}, /port "abc"/],
    ['a port too high', { port: '70000' }, {}, /65535/],
    ['several hosts', { host: 'a,b' }, {}, /several hosts/],
    ['an unknown service', {}, { PGSERVICE: 'nowhere' }, /"nowhere" is not in/],
    ['a service file that is not there', {}, { PGSERVICE: 'x', PGSERVICEFILE: '/nowhere' }, /\/nowhere is not there/],
    ['an unknown keyword of a service', {}, { PGSERVICE: 'typo' }, /line 8 .* "hots"/],
    ['a service that names another', {}, { PGSERVICE: 'nested' }, /cannot refer to another/],
    ['an unknown sslmode', {}, { PGSSLMODE: 'maybe' }, /sslmode "maybe"/],
    ['a certificate that is not there', {}, { PGSSLMODE: 'verify-full', PGSSLROOTCERT: '/no.crt' }, /\/no\.crt/],
    ['a bad timeout', {}, { PGCONNECT_TIMEOUT: 'soon' }, /number of seconds/],
  ];
  test.each(cases)('%s', (_what, flags, env, message) => {
    const attempt = () => connectionSettings(flags, env, machine);
    expect(attempt).toThrow(UsageError);
    expect(attempt).toThrow(message);
    expect(attempt).not.toThrow(/secret/);
  });
});

describe('sslmode as libpq has it', () => {
  const attempts = (env: Environment, flags: ConnectionFlags = { host: 'h' }) =>
    connectionSettings(flags, env, machine).sslAttempts;
  const unverified = { rejectUnauthorized: false };
  test('what is tried, and in which order', () => {
    expect(attempts({ PGSSLMODE: 'disable' })).toEqual([false]);
    expect(attempts({ PGSSLMODE: 'allow' })).toEqual([false, unverified]);
    expect(attempts({})).toEqual([unverified, false]);
    expect(attempts({ PGSSLMODE: 'require' })).toEqual([unverified]);
    expect(attempts({ PGSSLMODE: 'verify-full' })).toEqual([{ rejectUnauthorized: true }]);
  });
  test('a socket is never encrypted', () => {
    expect(attempts({ PGSSLMODE: 'require' }, { host: '/tmp' })).toEqual([false]);
  });
  test('with a root certificate, require verifies too', () => {
    const root = join(home, 'ca.crt');
    writeFileSync(root, 'CA');
    expect(attempts({ PGSSLMODE: 'require', PGSSLROOTCERT: root })).toEqual([{ rejectUnauthorized: true, ca: 'CA' }]);
    expect(attempts({ PGSSLROOTCERT: root })).toEqual([unverified, false]);
  });
  test('the name is verified, not the address', () => {
    const [ssl] = attempts({ PGSSLMODE: 'verify-full', PGHOSTADDR: '10.0.0.5' });
    expect(ssl).toMatchObject({ servername: 'h' });
  });
  test('a client certificate', () => {
    const [cert, key] = [join(home, 'c.crt'), join(home, 'c.key')];
    writeFileSync(cert, 'CERT');
    writeFileSync(key, 'KEY');
    const [ssl] = attempts({ PGSSLMODE: 'require', PGSSLCERT: cert, PGSSLKEY: key });
    expect(ssl).toMatchObject({ cert: 'CERT', key: 'KEY' });
  });
});

describe('the password file', () => {
  const wanted = { host: 'h', port: '5432', database: 'd', user: 'u' };
  const cases: [string, string, string | null][] = [
    ['an exact line', 'h:5432:d:u:pw', 'pw'],
    ['stars', '*:*:*:*:pw', 'pw'],
    ['the first that fits', 'x:*:*:*:no\nh:*:*:u:first\nh:*:*:u:second', 'first'],
    ['a comment', '#h:5432:d:u:no\nh:5432:d:u:yes', 'yes'],
    ['a colon and a backslash, escaped', 'h:5432:d:u:a\\:b\\\\c', 'a:b\\c'],
    ['a colon in the password as it is', 'h:5432:d:u:a:b', 'a:b'],
    ['an escaped field', '\\h:5432:d:u:pw', 'pw'],
    ['another user', 'h:5432:d:other:pw', null],
    ['too few fields', 'h:5432:d', null],
    ['windows line ends', 'h:5432:d:u:pw\r\n', 'pw'],
  ];
  test.each(cases)('%s', (_what, text, expected) => {
    expect(findPassword(text, wanted)).toBe(expected);
  });
  test('one that others may read is not used, and that is said', () => {
    const path = join(home, '.pgpass');
    writeFileSync(path, '*:*:*:*:pw');
    chmodSync(path, 0o644);
    const said: string[] = [];
    expect(readPassfile(path, wanted, (text) => said.push(text))).toBeNull();
    expect(said).toEqual([expect.stringContaining('chmod 0600')]);
    chmodSync(path, 0o600);
    expect(readPassfile(path, wanted, (text) => said.push(text))).toBe('pw');
    expect(readPassfile(join(home, 'nowhere'), wanted, (text) => said.push(text))).toBeNull();
    expect(said).toHaveLength(1);
  });
});
