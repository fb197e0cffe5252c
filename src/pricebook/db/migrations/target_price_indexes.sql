CREATE INDEX products_category_target_cheapest_idx ON products USING btree (category_id, COALESCE(target_price, 'Infinity'::numeric), id) WHERE (status = 'active'::product_status);
CREATE INDEX products_category_target_dearest_idx ON products USING btree (category_id, COALESCE(target_price, '-Infinity'::numeric), id) WHERE (status = 'active'::product_status);
CREATE INDEX products_target_cheapest_idx ON products USING btree (COALESCE(target_price, 'Infinity'::numeric), id) WHERE (status = 'active'::product_status);
CREATE INDEX products_target_dearest_idx ON products USING btree (COALESCE(target_price, '-Infinity'::numeric), id) WHERE (status = 'active'::product_status);
CREATE INDEX products_target_price_idx ON products USING btree (target_price, name, id) WHERE ((status = 'active'::product_status) AND (target_price IS NOT NULL));
