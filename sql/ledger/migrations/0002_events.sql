-- The events of the runs, as they are in their journals. `json`, not `jsonb`: it keeps the text to the letter. They are
-- only ever added: a second event with the number of another one is refused by the key, and that is how an engine whose
-- run was taken over learns of it.
create table if not exists events (
  run text not null references runs on delete cascade,
  seq int not null check (seq > 0),
  at timestamptz not null,
  type text not null,
  event json not null,
  primary key (run, seq)
)
