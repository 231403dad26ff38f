export { CODES, type CodeAt, type CodedFinding, type FindingCode, type LevelOf } from './codes.ts';
export type { CodeEntry, Waiver } from './entry.ts';
export { findingsPage } from './page.ts';
export { waiveFindings } from './waive.ts';
