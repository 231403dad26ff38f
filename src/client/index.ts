export { engineIsAlive, enginePid, processExists } from './engine-alive.ts';
export {
  type Feed,
  type FeedView,
  isAbandoned,
  type Link,
  type LiveFeed,
  type Reply,
  type WaitingOrder,
} from './feed.ts';
export { JournalFeed } from './journal-feed.ts';
export { readJournal } from './journal-file.ts';
export { LedgerFeed, type LedgerFeedOptions, type LedgerSession } from './ledger-feed.ts';
export { type LedgerRun, type LedgerRunRow, listLedgerRuns, readLedger } from './ledger-reader.ts';
export { RunClient, type RunClientOptions } from './run-client.ts';
export { chooseRun, type FoundRun, findRun, listRuns, type RunEntry } from './runs.ts';
