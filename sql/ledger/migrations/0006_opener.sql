-- What opens the notifications of the engine that writes the run, for whoever may read it.
alter table runs add column if not exists opener text
