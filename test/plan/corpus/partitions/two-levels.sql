SET search_path = shop;
-- 1. Parents
create unique index events_key on only events (tenant, at, id);
create unique index events_eu_key on only events_eu (tenant, at, id);
-- 2. Leaves
create unique index concurrently events_eu_1_key on events_eu_1 (tenant, at, id);
create unique index concurrently "Events US" on events_us (tenant, at, id);
-- 3. Attach
alter index events_eu_key attach partition events_eu_1_key;
alter index events_key attach partition shop.events_eu_key;
alter index events_key attach partition "Events US";
