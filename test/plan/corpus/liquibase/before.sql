--liquibase formatted sql
CREATE INDEX CONCURRENTLY nobody ON t (a);
--changeset a:1
CREATE INDEX CONCURRENTLY i ON t (a);
