--! Previous: -
--! Hash: sha1:5ce589461e01529c078972b4eb0fa29f92237c08

--! no-transaction
CREATE INDEX CONCURRENTLY idx_streams_user ON streams (user_id);
