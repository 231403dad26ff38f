create extension if not exists pg_trgm with schema extensions;
create index concurrently notes_trgm on public.notes using gin (title extensions.gin_trgm_ops);
