-- +goose envsub off
-- +goose up
-- +goose NO  TRANSACTION
CREATE INDEX CONCURRENTLY i ON t (a);
-- +goose down
-- +goose envsub on
DROP INDEX ${NAME};
-- +goose envsub off
