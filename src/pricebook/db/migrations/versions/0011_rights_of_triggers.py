"""Figures and price history are written with the rights of the schema's owner.

So who writes an item needs no right to write what follows from it. Nobody may let a trigger of
their own run these functions, and no table of theirs is taken for one of ours: `pg_temp` is last.
"""

from pricebook.db.migrations import run_sql

revision = "0011"
down_revision = "0010"

TRIGGERS = (
    "figures_after_insert()",
    "figures_after_update()",
    "figures_after_delete()",
    "price_history_after_insert()",
    "price_history_after_update()",
)
FUNCTIONS = ", ".join((*TRIGGERS, "refresh_product_figures(uuid[])"))


def upgrade() -> None:
    """Let the functions run as their owner."""
    for trigger in TRIGGERS:
        run_sql(f"ALTER FUNCTION {trigger} SECURITY DEFINER SET search_path = public, pg_temp")
    run_sql(f"REVOKE EXECUTE ON FUNCTION {FUNCTIONS} FROM PUBLIC")


def downgrade() -> None:
    """Let them run as their caller."""
    run_sql(f"GRANT EXECUTE ON FUNCTION {FUNCTIONS} TO PUBLIC")
    for trigger in TRIGGERS:
        run_sql(f"ALTER FUNCTION {trigger} SECURITY INVOKER RESET search_path")
