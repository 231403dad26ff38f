-- add_index :visits, :account_id, algorithm: :concurrently
BEGIN;
CREATE INDEX index_visits_on_account_id ON ONLY public.visits USING btree (account_id);
COMMIT;
CREATE INDEX CONCURRENTLY index_visits_202601_on_account_id ON public.visits_202601 USING btree (account_id);
ALTER INDEX public.index_visits_on_account_id ATTACH PARTITION public.index_visits_202601_on_account_id;
