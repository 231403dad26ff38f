--! Previous: sha1:5ce589461e01529c078972b4eb0fa29f92237c08
--! Hash: sha1:e034ea3b9f59714b2a1de57c21b27c02273ebaf1
--! Message: two of them

--! split: 0001-a.sql
create index concurrently a on t (a);
--! split: 0002-b.sql
create index concurrently b on t (b);
