"""Staff lists: the items of a supplier by state and words, and what each supplier needs.

Each index is built beside readers and writers, in seconds for two million items. Those that replace
another one have its name in the end.
"""

from pricebook.db.migrations import run_sql
from pricebook.db.migrations.online import autocommit, create_index

revision = "0059"
down_revision = "0058"

WORDS = "search_fold(name || ' ' || supplier_sku)"
NEW = {
    "supplier_items_linked_search_idx": "ON supplier_items USING gin ((ARRAY[supplier_id]),"
    f" {WORDS} gin_trgm_ops) WHERE product_id IS NOT NULL",
    "supplier_items_linked_codes_idx": "ON supplier_items (supplier_id, supplier_sku)"
    " WHERE product_id IS NOT NULL",
    "supplier_items_unmatched_codes_idx": "ON supplier_items (supplier_id, supplier_sku)"
    " WHERE product_id IS NULL",
    "supplier_items_absent_idx": "ON supplier_items (supplier_id, supplier_sku, absent_since)"
    " WHERE absent_since IS NOT NULL",
    "supplier_items_made_idx": "ON supplier_items (supplier_id, created_at)",
    "quarantined_rows_open_of_supplier_idx": "ON quarantined_rows (supplier_id)"
    " WHERE state = 'open'",
}
REPLACED = {
    "supplier_items_unmatched_search_idx": "ON supplier_items USING gin ((ARRAY[supplier_id]),"
    f" {WORDS} gin_trgm_ops) WHERE product_id IS NULL",
    "ingestion_tasks_supplier_idx": "ON ingestion_tasks (supplier_id, enqueued_at, id)",
}
FORMER = {
    "supplier_items_unmatched_search_idx": f"ON supplier_items USING gin ({WORDS} gin_trgm_ops)"
    " WHERE product_id IS NULL",
    "ingestion_tasks_supplier_idx": "ON ingestion_tasks (supplier_id, enqueued_at)",
}


def upgrade() -> None:
    """Create the indexes, and replace two."""
    with autocommit():
        for name, definition in NEW.items():
            create_index(name, definition)
        _replace(REPLACED)


def downgrade() -> None:
    """Drop them, and restore the two."""
    with autocommit():
        _replace(FORMER)
        for name in NEW:
            run_sql(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")


def _replace(indexes: dict[str, str]) -> None:
    """Replace indexes; a name is that of a valid index at any time but for a moment."""
    for name, definition in indexes.items():
        create_index(f"{name}_new", definition)
        run_sql(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
        run_sql(f"ALTER INDEX {name}_new RENAME TO {name}")
