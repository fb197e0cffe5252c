"""Prices that somebody left out of an import are left out again when they are listed again.

The table is new and empty. Its foreign key locks suppliers against writers for a moment.
"""

from pricebook.db.migrations import run_sql

revision = "0067"
down_revision = "0066"


def upgrade() -> None:
    """Create the table."""
    run_sql("""
        CREATE TABLE left_out_prices (
            supplier_id uuid NOT NULL REFERENCES suppliers ON DELETE CASCADE,
            supplier_sku varchar(255) NOT NULL,
            price numeric NOT NULL,
            currency varchar(3),
            task_id uuid NOT NULL,
            created_at timestamptz NOT NULL DEFAULT now(),
            PRIMARY KEY (supplier_id, supplier_sku)
        );
        COMMENT ON TABLE left_out_prices IS
            'prices that somebody left out of an import: left out again until another is listed';
        COMMENT ON COLUMN left_out_prices.price IS 'comparable cost, in the currency of the list';
        COMMENT ON COLUMN left_out_prices.currency IS 'null: that of the catalog';
        COMMENT ON COLUMN left_out_prices.task_id IS
            'the task whose rejected row it is; it may be deleted';
    """)


def downgrade() -> None:
    """Drop the table: prices that were left out are imported when they are listed again."""
    run_sql("DROP TABLE left_out_prices")
