alter table public.profiles enable row level security;
create policy "Own profile" on public.profiles for select using (auth.uid() = id);
create index concurrently profiles_owner_idx on public.profiles (owner);
