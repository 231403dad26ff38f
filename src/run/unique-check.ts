/** How far the data is read for duplicates before UNIQUE indexes are built. */
export interface UniqueCheckOptions {
  /** Largest table that is read, in bytes; 0: none. */
  upTo: number;
  /** The operator named a size, and so takes the time. */
  asked: boolean;
  /** Keep three of the values that are there more than once, shortened. */
  examples: boolean;
}

/** What is read in a few seconds. */
export const UNIQUE_CHECK: UniqueCheckOptions = { upTo: 256 * 1024 ** 2, asked: false, examples: true };
