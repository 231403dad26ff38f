DO $$
DECLARE r record;
BEGIN
  FOR r IN SELECT indexrelid::regclass AS i FROM pg_index WHERE NOT indisvalid LOOP
    EXECUTE 'REINDEX INDEX ' || r.i;
  END LOOP;
END $$;
-- REINDEX INDEX CONCURRENTLY not_live;
REINDEX INDEX CONCURRENTLY live;
