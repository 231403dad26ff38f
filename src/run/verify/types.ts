/** Indexes of the baseline's schemas, and those of them named idx_%. */
export interface IndexCounts {
  indexes: number;
  idxIndexes: number;
}

/** An index that must be there in the end, by the config file's word. */
export interface CriticalIndex {
  /** As it was named. */
  name: string;
  ok: boolean;
  /** What is wrong; null when ok. */
  problem: string | null;
}

/** What a verification says besides each index's own result; journals of old have none of it. */
export interface VerifyCounts {
  /** Null when there is no baseline to compare with. */
  counts: { before: IndexCounts; after: IndexCounts; difference: IndexCounts } | null;
  critical: CriticalIndex[];
  /**
   * pass: all that was asked is there. review: the difference in idx_% indexes is under the config file's pass and not under
   * its review. fail: under that, an index has failed, or a critical one is missing. Only a pass verifies a run.
   */
  verdict: 'pass' | 'review' | 'fail';
  /** The rule that gave the verdict, as a sentence. */
  rule: string;
}
