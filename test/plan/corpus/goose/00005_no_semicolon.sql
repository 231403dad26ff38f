-- +goose NO TRANSACTION
-- +goose Up
CREATE INDEX CONCURRENTLY idx_t_a ON t (a)
-- +goose Down
DROP INDEX CONCURRENTLY idx_t_a
