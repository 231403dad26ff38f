--LIQUIBASE FORMATTED SQL

--changeset berg:1 ignore:true
CREATE INDEX CONCURRENTLY never ON t (a);

--changeset berg:2 context:"prod and !test" labels:indexes runInTransaction:false
--preconditions onFail:MARK_RAN onError:HALT
--precondition-sql-check expectedResult:0 SELECT count(*) FROM pg_indexes WHERE indexname = 'only_in_production'
CREATE INDEX CONCURRENTLY only_in_production ON t (b);
--rollback empty

--changeset 3
CREATE INDEX CONCURRENTLY nobodys ON t (c);
