COPY public.cats (id, name) FROM stdin;
1	CREATE INDEX x ON t (a);
2	\N
\.

CREATE INDEX CONCURRENTLY index_cats_on_id ON public.cats (id);
INSERT INTO "schema_migrations" (version) VALUES ('3');
