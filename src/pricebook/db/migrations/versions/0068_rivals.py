"""Suggestions have rivals: other products of the item, and other items of the supplier, as likely.

What the release before has examined has none that are known. It is accepted with nothing else at
once until a run has examined it again, which is queued. Products wait for running writes.
"""

from pathlib import Path

from pricebook.db.migrations import run_sql

revision = "0068"
down_revision = "0067"

FUNCTIONS = Path(__file__).with_name("0068_rivals.sql")


def upgrade() -> None:
    """Add the table of products to compare, the triggers that fill it, and the columns."""
    run_sql(UNCOMPARED)
    run_sql("LOCK TABLE products IN SHARE ROW EXCLUSIVE MODE")
    run_sql(FUNCTIONS.read_text("utf-8"))
    run_sql(COLUMNS)


def downgrade() -> None:
    """Drop them; suggestions stay."""
    run_sql(DROPPED)


UNCOMPARED = """
    CREATE TABLE uncompared_products (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        product_id uuid NOT NULL
    );
    COMMENT ON TABLE uncompared_products IS
        'new and changed products that no run has compared with examined items yet';
    INSERT INTO match_runs (requested_by)
    SELECT 'upgrade' WHERE EXISTS (SELECT FROM match_items WHERE suggestions > 0);
"""

COLUMNS = """
    ALTER TABLE match_suggestions ADD COLUMN rivals uuid[], ADD COLUMN rival_items uuid[];
    ALTER TABLE match_items ADD COLUMN best_rivals smallint;
    COMMENT ON COLUMN match_suggestions.rivals IS
        'products behind this one that the item may be about as well, the likeliest first; or null';
    COMMENT ON COLUMN match_suggestions.rival_items IS
        'other items of the supplier that may be this product, the likeliest first; or null';
    COMMENT ON COLUMN match_items.best_rivals IS
        'number of rivals of the best suggestion, some of which may be decided since; null before'
        ' the next run';
"""

DROPPED = """
    DROP TRIGGER product_deleted_from_matches ON products;
    DROP TRIGGER product_changed_to_compare ON products;
    DROP TRIGGER products_made_to_compare ON products;
    DROP FUNCTION product_deleted_from_matches(), products_to_compare();
    DROP TABLE uncompared_products;
    ALTER TABLE match_items DROP COLUMN best_rivals;
    ALTER TABLE match_suggestions DROP COLUMN rivals, DROP COLUMN rival_items;
"""
