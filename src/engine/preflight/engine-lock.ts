/**
 * The advisory lock of an engine at work on a database, as sql/session/try_advisory_lock.sql takes it: class 'indx' in
 * ASCII, object 1. Advisory locks belong to a database, so no database is in the key.
 */
export const ENGINE_LOCK = { classId: 1768842360, objectId: 1 } as const;

export const engineLockKey = (): readonly [number, number] => [ENGINE_LOCK.classId, ENGINE_LOCK.objectId];
