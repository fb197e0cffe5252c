"""Links taken back, items that no product fits, and what the undo of a batch restores.

Columns are null and have no default: no table is rewritten. The index on decisions has no row at
first; building it reads the table once, a second at 2,000,000 decisions, while no decision is
stored.
"""

from pricebook.db.migrations import run_sql

revision = "0035"
down_revision = "0034"


def upgrade() -> None:
    """Add the actions, the columns, the table, and the trigger that writes it."""
    run_sql("LOCK TABLE suppliers, supplier_items, products IN SHARE ROW EXCLUSIVE MODE")
    run_sql(UNLINKED)
    run_sql(DECISIONS)
    run_sql(SUGGESTIONS)
    run_sql(LINKS)
    run_sql(AUDIT)


def downgrade() -> None:
    """Drop them: decisions that the release before does not know are lost."""
    run_sql(FORMER_LINKS)
    run_sql(DROPPED)


DECISIONS = """
    ALTER TYPE match_action ADD VALUE 'unlink';
    ALTER TYPE match_action ADD VALUE 'none';
    ALTER TABLE match_decisions ALTER COLUMN product_id DROP NOT NULL,
        ADD COLUMN replaced_by uuid;
    CREATE UNIQUE INDEX match_decisions_none_key ON match_decisions (supplier_item_id)
        WHERE product_id IS NULL AND undone_at IS NULL;
    COMMENT ON COLUMN match_decisions.product_id IS 'null: no product fits the item';
    COMMENT ON COLUMN match_decisions.replaced_by IS
        'batch that linked the item instead; its undo restores the rejection';
    ALTER TABLE match_batches ADD COLUMN product_id uuid, ADD COLUMN product_digest text;
    COMMENT ON COLUMN match_batches.product_id IS 'product that the batch made of its items';
    COMMENT ON COLUMN match_batches.product_digest IS
        'of its fields when it was made: a changed product is not archived by an undo';
"""

UNLINKED = """
    CREATE TABLE match_unlinked_pairs (
        supplier_item_id uuid NOT NULL REFERENCES supplier_items ON DELETE CASCADE,
        product_id uuid NOT NULL REFERENCES products ON DELETE CASCADE,
        unlinked_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (supplier_item_id, product_id)
    );
    CREATE INDEX match_unlinked_pairs_product_idx ON match_unlinked_pairs (product_id);
    COMMENT ON TABLE match_unlinked_pairs IS 'links that were taken back: auto-link leaves them';
"""

SUGGESTIONS = """
    ALTER TABLE match_items ADD COLUMN best_product_id uuid, ADD COLUMN best_objections smallint;
    COMMENT ON COLUMN match_items.best_objections IS
        'number of objections against the best suggestion; null before the next run';
    CREATE INDEX match_items_without_idx ON match_items (supplier_item_id) WHERE suggestions = 0;
    ALTER TABLE match_runs ADD COLUMN weights integer;
    COMMENT ON COLUMN match_runs.weights IS 'version of the weights in use, 0: of the release';
    ALTER TABLE auto_links ADD COLUMN switched_off_by varchar(255),
        ADD COLUMN switched_off_reason text;
"""

LINKS = """
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
"""

# A condition with the new actions could not be used in the transaction that adds them.
AUDIT = """
    CREATE OR REPLACE TRIGGER audit_rejection_restored AFTER UPDATE OF undone_at ON match_decisions
        FOR EACH ROW WHEN (NEW.action = 'reject' AND OLD.undone_at IS NOT NULL
            AND NEW.undone_at IS NULL)
        EXECUTE FUNCTION audit_row('item.match_rejected', 'supplier_item_id', '', 'product_id');
    CREATE OR REPLACE TRIGGER audit_dismissed AFTER INSERT ON match_decisions
        FOR EACH ROW WHEN (NEW.product_id IS NULL)
        EXECUTE FUNCTION audit_row('item.dismissed', 'supplier_item_id', '', 'action');
    CREATE OR REPLACE TRIGGER audit_dismissal_undone AFTER UPDATE OF undone_at ON match_decisions
        FOR EACH ROW WHEN (NEW.product_id IS NULL AND OLD.undone_at IS NULL
            AND NEW.undone_at IS NOT NULL)
        EXECUTE FUNCTION audit_row('item.dismissal_undone', 'supplier_item_id', '', 'undone_at');
    CREATE OR REPLACE TRIGGER audit_dismissal_restored AFTER UPDATE OF undone_at ON match_decisions
        FOR EACH ROW WHEN (NEW.product_id IS NULL AND OLD.undone_at IS NOT NULL
            AND NEW.undone_at IS NULL)
        EXECUTE FUNCTION audit_row('item.dismissed', 'supplier_item_id', '', 'action');
"""

FORMER_LINKS = """
    CREATE OR REPLACE FUNCTION item_link_changed() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    BEGIN
        DELETE FROM match_items WHERE supplier_item_id = NEW.id;
        INSERT INTO outdated_product_tokens (product_id)
            SELECT id FROM unnest(ARRAY[OLD.product_id, NEW.product_id]) AS id WHERE id IS NOT NULL;
        WITH superseded AS (
            UPDATE match_decisions SET superseded_at = now()
            WHERE supplier_item_id = NEW.id AND action = 'accept' AND superseded_at IS NULL
            RETURNING batch_id, product_id
        )
        UPDATE auto_links SET switched_off_at = now()
        WHERE supplier_id = NEW.supplier_id AND switched_off_at IS NULL AND EXISTS (
            SELECT FROM superseded JOIN match_batches AS batch ON batch.id = batch_id
            WHERE batch.kind = 'auto_link' AND superseded.product_id = OLD.product_id);
        RETURN NULL;
    END $$;
"""

# PostgreSQL removes no value of an enum: the type is made again.
DROPPED = """
    ALTER TABLE auto_links DROP COLUMN switched_off_by, DROP COLUMN switched_off_reason;
    ALTER TABLE match_runs DROP COLUMN weights;
    DROP INDEX match_items_without_idx;
    ALTER TABLE match_items DROP COLUMN best_product_id, DROP COLUMN best_objections;
    DROP TABLE match_unlinked_pairs;
    ALTER TABLE match_batches DROP COLUMN product_id, DROP COLUMN product_digest;
    DROP TRIGGER audit_rejection_restored ON match_decisions;
    DROP TRIGGER audit_dismissed ON match_decisions;
    DROP TRIGGER audit_dismissal_undone ON match_decisions;
    DROP TRIGGER audit_dismissal_restored ON match_decisions;
    DROP TRIGGER audit_rejected ON match_decisions;
    DROP TRIGGER audit_rejection_undone ON match_decisions;
    DROP INDEX match_decisions_none_key, match_decisions_rejected_key;
    DELETE FROM match_decisions WHERE action NOT IN ('accept', 'reject');
    ALTER TYPE match_action RENAME TO former_match_action;
    CREATE TYPE match_action AS ENUM ('accept', 'reject');
    ALTER TABLE match_decisions DROP COLUMN replaced_by,
        ALTER COLUMN product_id SET NOT NULL,
        ALTER COLUMN action TYPE match_action USING action::text::match_action;
    DROP TYPE former_match_action;
    CREATE UNIQUE INDEX match_decisions_rejected_key
        ON match_decisions (supplier_item_id, product_id)
        WHERE action = 'reject' AND undone_at IS NULL;
    CREATE TRIGGER audit_rejected AFTER INSERT ON match_decisions
        FOR EACH ROW WHEN (NEW.action = 'reject')
        EXECUTE FUNCTION audit_row('item.match_rejected', 'supplier_item_id', '', 'product_id');
    CREATE TRIGGER audit_rejection_undone AFTER UPDATE OF undone_at ON match_decisions
        FOR EACH ROW WHEN (NEW.action = 'reject' AND OLD.undone_at IS NULL
            AND NEW.undone_at IS NOT NULL)
        EXECUTE FUNCTION audit_row('item.match_rejection_undone', 'supplier_item_id', '',
            'undone_at');
"""
