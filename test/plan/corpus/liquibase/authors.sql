--liquibase formatted sql

--changeset Anna Maria Berg:add index runInTransaction:false
CREATE INDEX CONCURRENTLY a ON t (a);

--changeset "berg, a.":"two words" runInTransaction:false splitStatements:true
CREATE INDEX CONCURRENTLY b ON t (b);
--rollback DROP INDEX CONCURRENTLY b;

-- changeset berg: 3 runInTransaction:false
CREATE INDEX CONCURRENTLY c ON t (c);
