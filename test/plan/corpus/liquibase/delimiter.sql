--liquibase formatted sql
--changeset a:1 endDelimiter:/ splitStatements:true
CREATE INDEX CONCURRENTLY i ON t (a)
/
