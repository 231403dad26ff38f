import { setTimeout as delay } from 'node:timers/promises';
import type { RecordConfig } from '../engine/config.ts';
import type { Recorder } from '../engine/recorder.ts';
import { logEntry, makeReport, type Report } from '../report/index.ts';
import { duration, type RecordResult, type RunEvent, replay } from '../run/index.ts';
import { appendEntry } from './execution-log.ts';
import { Hooks } from './hooks.ts';
import { postMessage } from './webhook.ts';

/** What still runs at the end has this long. Another engine on the run waits for it. */
const LAST_HOOKS_MS = 8_000;

/** A file system that hangs holds the run's end up no longer than this. */
const LOG_MS = 10_000;

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Keeps the record of a run outside of it: execution log, message, hooks. Its troubles are its own. */
export class Keeper implements Recorder {
  readonly #config: RecordConfig;
  readonly #hooks: Hooks;
  readonly #log: (line: string) => void;

  constructor(config: RecordConfig, log: (line: string) => void) {
    this.#config = config;
    this.#log = log;
    this.#hooks = new Hooks(config.hooks, log);
  }

  recorded(event: RunEvent): void {
    this.#hooks.recorded(event);
  }

  async keep(events: readonly RunEvent[]): Promise<RecordResult[]> {
    const path = replay(events)?.options.log ?? null;
    try {
      const report = makeReport(events, { keepLiterals: false });
      if (report === null) return [];
      const results = await Promise.all([this.#append(path, report), this.#post(report)]);
      return results.flat();
    } catch (error) {
      // A fault of the program: it costs the record, and never the run.
      this.#log(`no record could be made: ${error instanceof Error ? error.stack : String(error)}`);
      return path === null ? [] : [{ what: 'log', where: path, problem: messageOf(error) }];
    }
  }

  async close(): Promise<void> {
    await this.#hooks.close(LAST_HOOKS_MS);
  }

  async #append(path: string | null, report: Report): Promise<RecordResult[]> {
    if (path === null) return [];
    const written = appendEntry(path, logEntry(report), this.#config.umask).then(() => null, messageOf);
    const late = delay(LOG_MS, `the file system did not answer within ${duration(LOG_MS)}`, { ref: false });
    const problem = await Promise.race([written, late]);
    this.#log(problem === null ? `written down in ${path}` : `not written down in ${path}: ${problem}`);
    return [{ what: 'log', where: path, problem }];
  }

  async #post(report: Report): Promise<RecordResult[]> {
    const { webhook } = this.#config;
    if (webhook === null) return [];
    const url = new URL(webhook);
    const problem = await postMessage(url, report);
    this.#log(problem === null ? `message posted to ${url.host}` : `message not posted to ${url.host}: ${problem}`);
    return [{ what: 'webhook', where: url.host, problem }];
  }
}
