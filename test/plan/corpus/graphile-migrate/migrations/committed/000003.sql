--! Previous: sha1:a
--! Hash: sha1:b

--!include functions/x.sql
create index concurrently c on t (c);
