ALTER TABLE hits ADD INDEX i (url) TYPE bloom_filter GRANULARITY 4;
