--liquibase formatted sql
--changeset a:1 runInTransaction:false
--preconditions onFail:MARK_RAN
--precondition-sql-check expectedResult:0 SELECT count(*) FROM pg_indexes WHERE indexname = 'i'
CREATE INDEX CONCURRENTLY i ON t (a);
--ignoreLines:start
\echo only for psql
CREATE INDEX CONCURRENTLY j ON t (b);
--ignoreLines:end
CREATE INDEX CONCURRENTLY k ON t (c);
