import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseList } from '../../../src/engine/backup/archive.ts';
import { digestOf } from '../../../src/engine/backup/index.ts';
import { folder } from '../../cli/program.ts';

test('the head of a list', () => {
  const list = `;
; Archive created at 2026-11-23 19:20:11 UTC
;     dbname: shop: the second
;     TOC Entries: 12
;     Compression: -1
;     Dumped from database version: 15.18
;     Dumped by pg_dump version: 16.2
;
3320; 0 16386 TABLE DATA public dishes postgres`;
  expect(parseList(list)).toEqual({
    database: 'shop: the second',
    createdAt: new Date(2026, 10, 23, 19, 20, 11).toISOString(),
    tocEntries: 12,
    tables: 1,
    serverVersion: '15.18',
    toolVersion: '16.2',
  });
  expect(parseList('nonsense')).toEqual({
    database: null,
    createdAt: null,
    tocEntries: null,
    tables: 0,
    serverVersion: null,
    toolVersion: null,
  });
});

test('the checksum of a file is what sha256sum says, of a directory that of the list of its files', async () => {
  const dir = join(folder(), 'archive');
  mkdirSync(dir);
  writeFileSync(join(dir, 'b'), 'abc');
  writeFileSync(join(dir, 'a'), '');
  const abc = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
  expect(await digestOf(join(dir, 'b'))).toEqual({ sha256: abc, bytes: 3 });
  // (LC_ALL=C sha256sum * | sha256sum)
  expect(await digestOf(dir)).toEqual({
    sha256: 'bf6e2103d6cbead28abb7d3fec372bc25d03a35b1647e83e090248eb08d0adae',
    bytes: 3,
  });
});
