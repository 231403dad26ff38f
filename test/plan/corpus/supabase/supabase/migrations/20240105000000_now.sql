create index concurrently recent on public.notes (at) where at > now() - interval '30 days';
