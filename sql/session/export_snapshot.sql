-- The name under which pg_dump --snapshot takes what this transaction sees; it holds until the transaction ends. To be
-- sent in a REPEATABLE READ transaction. In psql: BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; \g
select pg_export_snapshot() as snapshot
