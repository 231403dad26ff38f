-- +migrate Up
-- +migrate StatementBegin
DO $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_indexes WHERE indexname = 'idx_people_city') THEN
    CREATE INDEX idx_people_city ON people (city);
  END IF;
END $$;
-- +migrate StatementEnd
