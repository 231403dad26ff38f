import { describe, expect, test } from 'vitest';
import { plan } from './support.ts';

const INDEX = 'CREATE INDEX CONCURRENTLY i ON t (a);';

function titles(sql: string): string[] {
  return plan(sql).sections.map(({ title, line }) => `${line} ${title}`);
}

describe('a heading comment makes a section', () => {
  test.each([
    ['-- SECTION 3: INGREDIENT GROUP INDEXES (Priority 1)', '1 INGREDIENT GROUP INDEXES (Priority 1)'],
    ['-- Section 3 - Title', '1 Title'],
    ['--Section 3. Title', '1 Title'],
    ['-- section 12 Title of it', '1 Title of it'],
    ['-- SECTION 3', '1 SECTION 3'],
    ['-- === SECTION 3: TITLE ===', '1 TITLE'],
    ['-- Part II: Users', '1 Users'],
    ['-- Step 2/10: Users', '1 Users'],
    ['---- SECTION 1: X ----', '1 X'],
    ['-- ====\n-- SECTION 1: X\n-- ====', '2 X'],
    ['-- ====\n-- SECTION 1: X\n-- Critical for the menu;\n-- do it first\n-- ====', '2 X'],
    ['-- =========\n-- Title\n-- =========', '2 Title'],
    ['-----------\n-- Title\n-----------', '2 Title'],
    ['-- *********\n-- *  Title  *\n-- *********', '2 Title'],
    ['-- #########\n-- # 2. Title #\n-- #########', '2 Title'],
    ['-- Title\n-- -----', '1 Title'],
    ['-- ===== Title =====', '1 Title'],
    ['-- ┌────────┐\n-- │ Größe │\n-- └────────┘', '2 Größe'],
    ['/* Title */', '1 Title'],
    ['/* SECTION 2: TITLE */', '1 TITLE'],
    ['/*\n * Title\n * and notes.\n */', '2 Title'],
    ['/*************\n * Title     *\n *************/', '2 Title'],
    ['/* ==========\n   Title\n   ========== */', '2 Title'],
    ['-- =========\r\n-- SECTION 1: Title\r\n-- =========', '2 Title'],
    ['-- ====\n-- ANALYZE\n-- ====', '2 ANALYZE'],
    ['-- ====\n-- CREATE INDEXES FOR USERS\n-- ====', '2 CREATE INDEXES FOR USERS'],
  ])('%j', (comment, expected) => {
    expect(titles(`${comment}\n\n${INDEX}`)).toEqual([expected]);
  });
});

describe('what makes none', () => {
  test.each([
    '-- a mere remark',
    '-- CREATE INDEX CONCURRENTLY x ON t (a);',
    '/* CREATE INDEX CONCURRENTLY x ON t (a); */',
    '/* CREATE INDEX CONCURRENTLY x\n   ON t (a) */',
    '-- ====\n-- DROP INDEX x;\n-- ====',
    '-- step 2 is slow',
    '-- =======',
    '/* This one makes the menu load faster. */',
    '-- Section 1: A\n-- Section 2: B\n-- Section 3: C',
    '-- +goose Up',
    '--> statement-breakpoint',
  ])('%j', (comment) => {
    expect(titles(`${comment}\n${INDEX}`)).toEqual([`${comment.split('\n').length + 1} t`]);
  });

  test('a comment inside a statement, behind one, or in a string', () => {
    const inside = 'CREATE INDEX CONCURRENTLY i\n-- SECTION 1: X\nON t (a); -- SECTION 2: Y\n';
    expect(titles(`${inside}${INDEX}\nSELECT '\n-- SECTION 3: Z\n';\n${INDEX}`)).toEqual(['1 t']);
  });

  test('a heading without steps', () => {
    const sql = `-- SECTION 1: A\n${INDEX}\n-- SECTION 2: NOTHING\n-- ====\n-- ROLLBACK\n-- ====\n-- DROP INDEX i;\n-- SECTION 3: VALIDATION\nSELECT 1;\n/* END */`;
    expect(titles(sql)).toEqual(['1 A']);
  });
});

test('what stands before the first heading has a section by the name of the file', () => {
  expect(titles(`${INDEX}\n-- SECTION 1: A\n${INDEX}`)).toEqual(['1 plan.sql', '2 A']);
});

test('two headings of one title are two sections', () => {
  expect(titles(`-- SECTION 1: A\n${INDEX}\n-- SECTION 2: A\n${INDEX}`)).toEqual(['1 A', '3 A']);
});

test('a title cannot steer a terminal', () => {
  expect(titles(`-- SECTION 1: A\u001b[2J\u009bB\n${INDEX}`)).toEqual(['1 A?[2J?B']);
});
