-- Whichever program links an item or takes a link back: the item waits for no decision, or again for
-- one; earlier links of it by a batch are no longer those of the batch; the tokens of the products are
-- outdated. A link by auto_link that somebody changes switches auto_link of its supplier off. A link
-- that is taken back is noted, so that auto_link leaves the pair, and a run examines its item again.
--
-- The writer has locked the item, so that the rows of one item are written by one transaction at a
-- time. Rights: see product_aggregates.sql.
CREATE OR REPLACE FUNCTION item_link_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    DELETE FROM match_items WHERE supplier_item_id = NEW.id;
    INSERT INTO outdated_product_tokens (product_id)
        SELECT id FROM unnest(ARRAY[OLD.product_id, NEW.product_id]) AS id WHERE id IS NOT NULL;
    IF OLD.product_id IS NOT NULL THEN
        INSERT INTO match_unlinked_pairs (supplier_item_id, product_id)
        SELECT NEW.id, id FROM products WHERE id = OLD.product_id
        ON CONFLICT DO NOTHING;
    END IF;
    IF NEW.product_id IS NULL AND NEW.absent_since IS NULL THEN
        INSERT INTO match_runs (requested_by, supplier_id)
        SELECT 'unlink', NEW.supplier_id
        WHERE NOT EXISTS (
            SELECT FROM match_runs
            WHERE state = 'queued' AND item_ids IS NULL
                AND (supplier_id = NEW.supplier_id OR supplier_id IS NULL));
    END IF;
    WITH superseded AS (
        UPDATE match_decisions SET superseded_at = now()
        WHERE supplier_item_id = NEW.id AND action = 'accept' AND superseded_at IS NULL
        RETURNING batch_id, product_id
    )
    UPDATE auto_links SET switched_off_at = now(), switched_off_by = audit_actor('name'),
        switched_off_reason = format('the link of %s to %s was taken back', NEW.supplier_sku,
            (SELECT internal_sku FROM products WHERE id = OLD.product_id))
    WHERE supplier_id = NEW.supplier_id AND switched_off_at IS NULL AND EXISTS (
        SELECT FROM superseded JOIN match_batches AS batch ON batch.id = batch_id
        WHERE batch.kind = 'auto_link' AND superseded.product_id = OLD.product_id);
    RETURN NULL;
END $$;

REVOKE EXECUTE ON FUNCTION item_link_changed() FROM PUBLIC;

CREATE OR REPLACE TRIGGER item_link_changed AFTER UPDATE OF product_id ON supplier_items
    FOR EACH ROW WHEN (OLD.product_id IS DISTINCT FROM NEW.product_id)
    EXECUTE FUNCTION item_link_changed();
