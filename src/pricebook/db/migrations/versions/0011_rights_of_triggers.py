"""Aggregates and price history are written with the rights of the schema's owner.

A role that writes items needs no right to write what follows from them. EXECUTE is revoked, so that
no other trigger can call the functions; `pg_temp` is last, so that no temporary table is used in
place of a table of the schema.
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
