"""Suggested matches, decisions about them, runs that suggest, and automatic links.

All tables are new. Foreign keys and the trigger need locks, which are acquired in the order of the
writers.
"""

from pricebook.db.migrations import run_sql

revision = "0026"
down_revision = "0025"


LOCK = "LOCK TABLE suppliers, supplier_items, products IN SHARE ROW EXCLUSIVE MODE"


def upgrade() -> None:
    """Create the tables and the trigger."""
    run_sql(LOCK)
    run_sql(RUNS)
    run_sql(SUGGESTIONS)
    run_sql(DECISIONS)
    run_sql(CLUSTERS)
    run_sql(TOKENS)
    run_sql(LINKS)


def downgrade() -> None:
    """Drop them: links stay, suggestions and decisions about them are lost."""
    run_sql(LOCK)
    run_sql("""
        DROP TRIGGER item_link_changed ON supplier_items;
        DROP FUNCTION item_link_changed();
        DROP TABLE outdated_product_tokens, product_tokens, match_cluster_items, match_clusters,
            match_decisions, match_batches, match_suggestions, match_items, match_models,
            match_runs, auto_links;
        DROP TYPE match_band, match_action, match_batch_kind, match_run_state;
    """)


RUNS = """
    CREATE TYPE match_run_state AS ENUM ('queued', 'running', 'succeeded', 'failed');
    CREATE TABLE match_runs (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        supplier_id uuid REFERENCES suppliers ON DELETE CASCADE,
        item_ids uuid[],
        with_unchanged boolean NOT NULL DEFAULT false,
        creates_products boolean NOT NULL DEFAULT false,
        state match_run_state NOT NULL DEFAULT 'queued',
        requested_by varchar(255) NOT NULL,
        attempts integer NOT NULL DEFAULT 0,
        lease_expires_at timestamptz,
        started_at timestamptz,
        completed_at timestamptz,
        items_total integer,
        items_done integer NOT NULL DEFAULT 0,
        count_certain integer NOT NULL DEFAULT 0,
        count_likely integer NOT NULL DEFAULT 0,
        count_possible integer NOT NULL DEFAULT 0,
        count_linked integer NOT NULL DEFAULT 0,
        count_created integer NOT NULL DEFAULT 0,
        error text,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now()
    );
    CREATE UNIQUE INDEX match_runs_running_key ON match_runs ((true)) WHERE state = 'running';
    CREATE INDEX match_runs_due_idx ON match_runs (created_at, id)
        WHERE state IN ('queued', 'running');
    CREATE INDEX match_runs_newest_idx ON match_runs (created_at, id);
    CREATE INDEX match_runs_supplier_idx ON match_runs (supplier_id)
        WHERE supplier_id IS NOT NULL;
    CREATE TRIGGER set_updated_at BEFORE UPDATE ON match_runs
        FOR EACH ROW EXECUTE FUNCTION set_updated_at();
    COMMENT ON TABLE match_runs IS 'runs that suggest products for unmatched items; one at a time';
    COMMENT ON COLUMN match_runs.creates_products IS
        'true: certain matches are linked, and items without a likely one become products';
    COMMENT ON COLUMN match_runs.with_unchanged IS
        'false: only items that are new or changed since they were examined';

    CREATE TABLE match_models (
        version integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        model jsonb NOT NULL,
        decisions integer NOT NULL,
        is_active boolean NOT NULL,
        created_by varchar(255) NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now()
    );
    CREATE UNIQUE INDEX match_models_active_key ON match_models ((true)) WHERE is_active;
    COMMENT ON TABLE match_models IS
        'weights learnt from decisions; none is active: the weights of the release';

    CREATE TABLE auto_links (
        supplier_id uuid PRIMARY KEY REFERENCES suppliers ON DELETE CASCADE,
        switched_on_by varchar(255) NOT NULL,
        switched_on_at timestamptz NOT NULL DEFAULT now(),
        switched_off_at timestamptz
    );
    COMMENT ON TABLE auto_links IS 'suppliers whose certain matches are linked by themselves';
"""

SUGGESTIONS = """
    CREATE TYPE match_band AS ENUM ('certain', 'likely', 'possible');
    CREATE TABLE match_items (
        supplier_item_id uuid PRIMARY KEY REFERENCES supplier_items ON DELETE CASCADE,
        supplier_id uuid NOT NULL,
        texts_digest text NOT NULL,
        suggestions smallint NOT NULL,
        best_band match_band,
        best_score double precision,
        examined_at timestamptz NOT NULL DEFAULT now(),
        CHECK ((suggestions > 0) = (best_band IS NOT NULL)
            AND (best_band IS NULL) = (best_score IS NULL))
    );
    CREATE INDEX match_items_best_idx
        ON match_items (best_band, (-best_score), supplier_item_id) WHERE suggestions > 0;
    CREATE INDEX match_items_supplier_idx
        ON match_items (supplier_id, best_band, (-best_score), supplier_item_id)
        WHERE suggestions > 0;
    COMMENT ON TABLE match_items IS 'unmatched items that a run has examined';
    COMMENT ON COLUMN match_items.texts_digest IS 'of what was compared: an item with another one is examined again';

    CREATE TABLE match_suggestions (
        supplier_item_id uuid NOT NULL REFERENCES match_items ON DELETE CASCADE,
        product_id uuid NOT NULL REFERENCES products ON DELETE CASCADE,
        place smallint NOT NULL,
        score double precision NOT NULL,
        band match_band NOT NULL,
        reasons text[] NOT NULL,
        objections text[] NOT NULL,
        features jsonb NOT NULL,
        PRIMARY KEY (supplier_item_id, product_id)
    );
    CREATE INDEX match_suggestions_product_idx ON match_suggestions (product_id);
    COMMENT ON COLUMN match_suggestions.features IS 'numbers by name, from which the score follows';
"""  # noqa: E501 (a comment is one text)

DECISIONS = """
    CREATE TYPE match_action AS ENUM ('accept', 'reject');
    CREATE TYPE match_batch_kind AS ENUM ('decisions', 'auto_link', 'new_product');
    CREATE TABLE match_batches (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        kind match_batch_kind NOT NULL,
        created_by varchar(255) NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        undone_by varchar(255),
        undone_at timestamptz
    );
    CREATE INDEX match_batches_newest_idx ON match_batches (created_at, id);

    CREATE TABLE match_decisions (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        batch_id uuid NOT NULL REFERENCES match_batches ON DELETE CASCADE,
        supplier_item_id uuid NOT NULL REFERENCES supplier_items ON DELETE CASCADE,
        product_id uuid NOT NULL REFERENCES products ON DELETE CASCADE,
        action match_action NOT NULL,
        score double precision,
        band match_band,
        features jsonb,
        superseded_at timestamptz,
        undone_at timestamptz
    );
    CREATE INDEX match_decisions_batch_idx ON match_decisions (batch_id, id);
    CREATE INDEX match_decisions_item_idx ON match_decisions (supplier_item_id);
    CREATE UNIQUE INDEX match_decisions_rejected_key
        ON match_decisions (supplier_item_id, product_id)
        WHERE action = 'reject' AND undone_at IS NULL;
    CREATE INDEX match_decisions_product_idx ON match_decisions (product_id);
    COMMENT ON COLUMN match_decisions.superseded_at IS
        'time at which the link of an accepted pair was changed by another request';
"""

CLUSTERS = """
    CREATE TABLE match_clusters (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        score double precision NOT NULL,
        reasons text[] NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now()
    );
    CREATE INDEX match_clusters_best_idx ON match_clusters ((-score), id);
    CREATE TABLE match_cluster_items (
        supplier_item_id uuid PRIMARY KEY REFERENCES supplier_items ON DELETE CASCADE,
        cluster_id uuid NOT NULL REFERENCES match_clusters ON DELETE CASCADE
    );
    CREATE INDEX match_cluster_items_cluster_idx ON match_cluster_items (cluster_id);
    COMMENT ON TABLE match_clusters IS
        'unmatched items of several suppliers that are likely one article';
"""

TOKENS = """
    CREATE TABLE product_tokens (
        product_id uuid PRIMARY KEY REFERENCES products ON DELETE CASCADE,
        version smallint NOT NULL,
        texts_digest text NOT NULL,
        tokens integer[] NOT NULL
    );
    COMMENT ON TABLE product_tokens IS
        'the index by which runs find products: the ids of their tokens';
    CREATE TABLE outdated_product_tokens (product_id uuid NOT NULL);
    COMMENT ON TABLE outdated_product_tokens IS
        'products whose items changed; rows are only added, so that no writer waits for another';
"""

LINKS = """
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

    REVOKE EXECUTE ON FUNCTION item_link_changed() FROM PUBLIC;

    CREATE OR REPLACE TRIGGER item_link_changed AFTER UPDATE OF product_id ON supplier_items
        FOR EACH ROW WHEN (OLD.product_id IS DISTINCT FROM NEW.product_id)
        EXECUTE FUNCTION item_link_changed();
"""
