-- The newest reading of each run's metrics, written over in place once a second at most: not logged, since a crash may
-- take it, and with room in its pages for the next one.
create unlogged table if not exists samples (
  run text primary key references runs on delete cascade,
  at timestamptz not null,
  sample json not null
) with (fillfactor = 10)
