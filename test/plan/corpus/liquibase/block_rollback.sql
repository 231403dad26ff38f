--liquibase formatted sql
--changeset "Eva Maria":"two words" runInTransaction:false
CREATE INDEX CONCURRENTLY idx_b ON t (b);
/* liquibase rollback
DROP INDEX CONCURRENTLY idx_b;
DROP INDEX CONCURRENTLY idx_c;
*/
