CREATE INDEX CONCURRENTLY index_cats_on_name ON public.cats USING btree (name);
INSERT INTO "schema_migrations" (version) VALUES ('1');
