-- Enter migration here
drop index if exists idx_streams_day;
create index idx_streams_day on streams (day);
