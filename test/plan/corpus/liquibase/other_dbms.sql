-- LIQUIBASE FORMATTED SQL
-- changeset bob:mysql dbms:mysql
CREATE INDEX idx_a ON t (a) USING BTREE;
-- changeset bob:pg dbms:postgresql,h2 runInTransaction:false
CREATE INDEX CONCURRENTLY idx_a ON t (a);
