"""Decisions on matches have the supplier of their item, by which its decisions are read.

The new column is null and has no default, so that the table is locked for a moment only. It is then
filled in short statements beside readers and writers.
"""

from pricebook.db.migrations import run_sql
from pricebook.db.migrations.online import autocommit, create_index

revision = "0060"
down_revision = "0059"

FILLED_AT_ONCE = 10_000
TRIGGER = """
    CREATE OR REPLACE FUNCTION set_decision_supplier() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        NEW.supplier_id := (SELECT supplier_id FROM supplier_items WHERE id = NEW.supplier_item_id);
        RETURN NEW;
    END $$;

    CREATE OR REPLACE TRIGGER set_decision_supplier BEFORE INSERT ON match_decisions
        FOR EACH ROW EXECUTE FUNCTION set_decision_supplier();
"""


def upgrade() -> None:
    """Add the column and the trigger that sets it; fill it, and create its index."""
    run_sql("ALTER TABLE match_decisions ADD COLUMN IF NOT EXISTS supplier_id uuid")
    run_sql("""
        COMMENT ON COLUMN match_decisions.supplier_id IS 'that of the item, by a trigger'
    """)
    run_sql(TRIGGER)
    with autocommit():
        _fill()
        create_index("match_decisions_supplier_idx", "ON match_decisions (supplier_id, id)")


def downgrade() -> None:
    """Drop the column with its index, and the trigger."""
    run_sql("""
        DROP TRIGGER set_decision_supplier ON match_decisions;
        DROP FUNCTION set_decision_supplier();
        ALTER TABLE match_decisions DROP COLUMN supplier_id;
    """)


def _fill() -> None:
    """Set the supplier of earlier decisions, by ranges of their numbers."""
    from alembic import op  # noqa: PLC0415 (only migrations import Alembic)

    bind = op.get_bind()
    last = bind.exec_driver_sql("SELECT coalesce(max(id), 0) FROM match_decisions").scalar_one()
    for first in range(0, last + 1, FILLED_AT_ONCE):
        bind.exec_driver_sql(
            """
            UPDATE match_decisions AS decision SET supplier_id = item.supplier_id
            FROM supplier_items AS item
            WHERE item.id = supplier_item_id AND decision.supplier_id IS NULL
                AND decision.id >= %s AND decision.id < %s
            """,
            (first, first + FILLED_AT_ONCE),
        )
