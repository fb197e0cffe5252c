"""A preview of product changes stores which products it leaves out, not only how many.

The table is new and empty: those of earlier previews are not known.
"""

from pricebook.db.migrations import run_sql

revision = "0066"
down_revision = "0065"


def upgrade() -> None:
    """Create the table; waits for running writes of bulk changes."""
    run_sql("""
        CREATE TABLE product_batch_left_out (
            batch_id uuid NOT NULL REFERENCES product_batches ON DELETE CASCADE,
            reason text NOT NULL,
            product_ids uuid[] NOT NULL,
            PRIMARY KEY (batch_id, reason)
        );
        COMMENT ON TABLE product_batch_left_out IS
            'selected products that a batch does not change, by reason; deleted ones stay in it';
        COMMENT ON COLUMN product_batch_left_out.product_ids IS
            'by SKU; an array, as most products of a preview may be left out: 16 bytes for each';
    """)


def downgrade() -> None:
    """Drop the table; the numbers by reason stay."""
    run_sql("DROP TABLE product_batch_left_out")
