-- The engine looks for the orders that wait, and for no others.
create index if not exists commands_pending on commands (run, id) where state = 'pending'
