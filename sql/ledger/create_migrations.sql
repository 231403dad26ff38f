-- Which of the numbered files in sql/ledger/migrations were applied, and by which indexdeck. It is made before all else,
-- and its column indexdeck_version is what a ledger is known by.
-- In psql: set search_path to indexdeck;
create table if not exists migrations (
  version int primary key,
  name text not null,
  indexdeck_version text not null,
  applied_at timestamptz not null default now()
)
