-- Orders to a run from elsewhere. Who gives one inserts `run`, `command` and `ordered_by`; `role` is the server's word
-- for who that was. The rest is the engine's answer.
create table if not exists commands (
  id bigint generated always as identity primary key,
  run text not null references runs on delete cascade,
  command json not null check (json_typeof(command) = 'object'),
  ordered_by text not null check (length(ordered_by) <= 200),
  role name not null default session_user,
  ordered_at timestamptz not null default now(),
  state text not null default 'pending' check (state in ('pending', 'done', 'refused', 'superseded', 'withdrawn')),
  answer text,
  answered_at timestamptz
)
