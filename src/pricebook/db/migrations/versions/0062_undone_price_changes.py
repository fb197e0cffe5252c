"""An undo of an import gives products the last change of their lowest price from before it.

An import keeps these in a table of its own. Products whose prices an import before the migration
changed have none after its undo. Creating the trigger waits for running writes of products; readers
go on.
"""

import re
from pathlib import Path

from pricebook.db.migrations import run_sql

revision = "0062"
down_revision = "0061"

FUNCTIONS = Path(__file__).with_name("0062_undone_price_changes.sql")
FORMER = Path(__file__).with_name("0046_undone_prices.sql")


def upgrade() -> None:
    """Create the table and the trigger, and replace the functions."""
    run_sql(TABLE)
    run_sql(FUNCTIONS.read_text("utf-8"))


def downgrade() -> None:
    """Drop them; the functions are as before."""
    run_sql("DROP TRIGGER keep_price_changes ON products")
    run_sql("DROP FUNCTION keep_price_changes()")
    run_sql(SET_PRICE_CHANGE_BEFORE)
    text = FORMER.read_text("utf-8")
    pattern = r"CREATE OR REPLACE FUNCTION undo_import\(.*?\nEND \$\$;\n"
    if (found := re.search(pattern, text, re.DOTALL)) is not None:
        run_sql(found[0])
    run_sql("DROP TABLE import_product_changes")


TABLE = """
    CREATE TABLE import_product_changes (
        task_id uuid NOT NULL,
        product_id uuid NOT NULL,
        min_price numeric,
        price_change_percentage numeric,
        price_changed_at timestamptz,
        PRIMARY KEY (task_id, product_id)
    );
    COMMENT ON TABLE import_product_changes IS
        'the products whose lowest price a task has changed: price and last change before';
"""

SET_PRICE_CHANGE_BEFORE = """
    CREATE OR REPLACE FUNCTION set_price_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        NEW.price_change_percentage := round(
            (NEW.min_price - OLD.min_price) * 100 / nullif(OLD.min_price, 0), 2);
        NEW.price_changed_at := now();
        RETURN NEW;
    END $$;
"""
