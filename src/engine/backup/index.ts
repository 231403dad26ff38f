export { type ArchiveFacts, listArchive, listText, parseList, readArchive } from './archive.ts';
export { digestOf } from './digest.ts';
export { BackupCancelled, BackupLeft, BackupRefused, BackupUnproven, BackupUnrecorded } from './errors.ts';
export type { BackupEvent } from './events.ts';
export { type Located, locateBackup, type ProofRequest, proveBackup } from './prove-backup.ts';
export { type BackupFormat, type BackupRecord, BadRecord, manifestPath, readRecord } from './record.ts';
export { findBackup } from './registry.ts';
export { type BackupRequest, takeBackup } from './take-backup.ts';
