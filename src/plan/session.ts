import type { Setting } from './types.ts';

/** What the SET statements so far have put in force, for the steps that come after them. */
export class Session {
  private readonly lasting = new Map<string, Setting>();
  private readonly local = new Map<string, Setting>();
  private readonly paths = new Map<'lasting' | 'local', string[] | null>();
  private inTransaction = false;
  /** Made anew only after a change, so that thousands of steps share it. */
  private shown: Setting[] = [];

  get settings(): Setting[] {
    return this.shown;
  }

  get searchPath(): string[] | null {
    return this.paths.get('local') ?? this.paths.get('lasting') ?? null;
  }

  get open(): boolean {
    return this.inTransaction;
  }

  set(setting: Setting, searchPath: string[] | null, local: boolean): void {
    const target = local ? this.local : this.lasting;
    if (!local) this.local.delete(setting.name);
    target.delete(setting.name);
    target.set(setting.name, setting);
    if (setting.name === 'search_path') {
      if (!local) this.paths.delete('local');
      this.paths.set(local ? 'local' : 'lasting', searchPath);
    }
    this.show();
  }

  resetAll(): void {
    this.lasting.clear();
    this.local.clear();
    this.paths.clear();
    this.show();
  }

  transaction(word: 'begin' | 'commit'): void {
    this.inTransaction = word === 'begin';
    if (word === 'begin' || this.local.size === 0) return;
    this.local.clear();
    this.paths.delete('local');
    this.show();
  }

  private show(): void {
    const merged = new Map(this.lasting);
    for (const [name, setting] of this.local) {
      merged.delete(name);
      merged.set(name, setting);
    }
    this.shown = [...merged.values()];
  }
}
