-- +goose ENVSUB ON
-- +goose Up
CREATE INDEX CONCURRENTLY idx_t_a ON ${SCHEMA}.t (a);
-- +goose Down
DROP INDEX CONCURRENTLY ${SCHEMA}.idx_t_a;
