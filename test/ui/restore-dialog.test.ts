import { describe, expect, test } from 'vitest';
import type { NamedBackup, RunState } from '../../src/run/index.ts';
import type { DialogContext } from '../../src/ui/dialogs/dialog.ts';
import { restoreDialog } from '../../src/ui/dialogs/restore.ts';
import { commandFor } from '../../src/ui/keymap.ts';
import { rowText } from '../../src/ui/model/row.ts';

const context = (backup: Partial<NamedBackup> | null): DialogContext => ({
  state: {
    ...{ phase: 'running', steps: [], options: { backup } },
    database: { host: 'db1', port: 5432, database: 'shop', user: 'me' },
  } as unknown as RunState,
  ...{ role: 'operator', preflight: 1, page: 10 },
});

const BACKUP = { id: 'bk-1', path: '/b', takenAt: '2026-11-23T19:00:00.000Z' };
const empty = { kind: 'restore', text: '', wrong: false } as const;

describe('B', () => {
  test('an observer does not have it', () => {
    expect(commandFor('B', 'running', 'operator')).toBe('restore');
    expect(commandFor('B', 'finished', 'operator')).toBe('restore');
    expect(commandFor('B', 'running', 'observer')).toBe(null);
    expect(commandFor('B', 'aborting', 'operator')).toBe(null);
  });

  test('the name, and nothing but the name', () => {
    const at = context(BACKUP);
    expect(restoreDialog.answer(empty, 'enter', at)).toMatchObject({ dialog: { wrong: true }, effects: [] });
    expect(restoreDialog.answer({ ...empty, text: 'sho' }, 'enter', at).effects).toEqual([]);
    expect(restoreDialog.answer(empty, 'y', at)).toMatchObject({ dialog: { text: 'y' }, effects: [] });
    expect(restoreDialog.answer({ ...empty, text: 'shop' }, 'escape', at)).toEqual({ dialog: null, effects: [] });
    expect(restoreDialog.text?.(empty, 'shop', true)).toMatchObject({ dialog: { text: '' } });
    expect(restoreDialog.answer({ ...empty, text: 'shop' }, 'enter', at)).toEqual({
      dialog: null,
      effects: [{ type: 'exit', exit: { how: 'restore' } }],
    });
  });

  test('it says what will happen, and without a backup how to name one', () => {
    const said = (backup: Partial<NamedBackup> | null) =>
      restoreDialog.view(empty, context(backup), 70).rows.map(rowText).join(' ');
    expect(said(BACKUP)).toMatch(/bk-1, as of 2026.*is lost.*The run is aborted/);
    expect(said(null)).toMatch(/indexdeck backup --output/);
    expect(restoreDialog.answer({ ...empty, text: 'shop' }, 'enter', context(null)).effects).toEqual([]);
  });
});
