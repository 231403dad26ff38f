--
-- Name: orders_pk; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.orders_placed_idx ATTACH PARTITION public.orders_2025_placed_at_idx;


--
-- Name: orders_pk; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.orders_placed_idx ATTACH PARTITION public.orders_2026_placed_at_idx;
