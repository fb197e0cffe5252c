-- The channel catalog_changed is notified of every change that is visible in the public catalog.
-- PostgreSQL sends one notification a transaction, after its commit is visible. Updates of drafts and
-- without effect are not notified; those of target prices alone have a payload, which a catalog that
-- does not show target prices ignores. Items are public only as aggregates of products.
CREATE OR REPLACE FUNCTION catalog_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NOTIFY catalog_changed;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION catalog_after_update() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM new_products AS new_product
        FULL JOIN old_products AS old_product USING (id)
        WHERE 'active' IN (new_product.status, old_product.status)
            AND (new_product.status, new_product.internal_sku, new_product.name,
                new_product.category_id, new_product.min_price, new_product.max_price,
                new_product.supplier_count, new_product.created_at)
            IS DISTINCT FROM
                (old_product.status, old_product.internal_sku, old_product.name,
                old_product.category_id, old_product.min_price, old_product.max_price,
                old_product.supplier_count, old_product.created_at)
    ) THEN
        NOTIFY catalog_changed;
    ELSIF EXISTS (
        SELECT FROM new_products AS new_product
        JOIN old_products AS old_product USING (id)
        WHERE new_product.status = 'active'
            AND new_product.target_price IS DISTINCT FROM old_product.target_price
    ) THEN
        NOTIFY catalog_changed, 'target_price';
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER catalog_after_insert AFTER INSERT ON products
    FOR EACH STATEMENT EXECUTE FUNCTION catalog_changed();
CREATE OR REPLACE TRIGGER catalog_after_update AFTER UPDATE ON products
    REFERENCING OLD TABLE AS old_products NEW TABLE AS new_products
    FOR EACH STATEMENT EXECUTE FUNCTION catalog_after_update();
CREATE OR REPLACE TRIGGER catalog_after_delete AFTER DELETE ON products
    FOR EACH STATEMENT EXECUTE FUNCTION catalog_changed();
CREATE OR REPLACE TRIGGER catalog_after_truncate AFTER TRUNCATE ON products
    FOR EACH STATEMENT EXECUTE FUNCTION catalog_changed();
CREATE OR REPLACE TRIGGER catalog_after_change AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON categories
    FOR EACH STATEMENT EXECUTE FUNCTION catalog_changed();
