BEGIN;

CREATE TABLE IF NOT EXISTS tags (id int PRIMARY KEY, name text);
CREATE INDEX idx_tags_name ON tags (name);

COMMIT;
