create index concurrently if not exists profiles_name_idx on public.profiles using btree (name);
