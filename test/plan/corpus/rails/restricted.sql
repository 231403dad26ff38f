\restrict abcDEF123
SET statement_timeout = 0;
CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public;
COMMENT ON EXTENSION pg_trgm IS 'text similarity; CREATE INDEX helps';
CREATE INDEX index_cats_on_name_trgm ON public.cats USING gin (name public.gin_trgm_ops);
\unrestrict abcDEF123
INSERT INTO "schema_migrations" (version) VALUES ('2');
