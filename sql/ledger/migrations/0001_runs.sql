-- The runs, a row for each: what the events that are in the ledger say of it. `seq` is the newest of them.
create table if not exists runs (
  run text primary key,
  version text not null,
  started_at timestamptz not null,
  host text not null,
  port int not null,
  "user" text not null,
  operator text not null,
  fingerprint text not null,
  phase text not null,
  status int,
  seq int not null,
  updated_at timestamptz not null default now()
) with (fillfactor = 50)
