"""Triggers that write the audit log, and the indexes of its filters."""

from pathlib import Path

from pricebook.db.migrations import run_sql

revision = "0031"
down_revision = "0030"

TRIGGERS = Path(__file__).with_name("0031_audit_triggers.sql")


def upgrade() -> None:
    """Create the indexes, the functions and the triggers."""
    run_sql("LOCK TABLE suppliers, supplier_items, products IN SHARE ROW EXCLUSIVE MODE")
    run_sql(INDEXES)
    run_sql(TRIGGERS.read_text("utf-8"))


def downgrade() -> None:
    """Drop them; the entries stay."""
    run_sql("LOCK TABLE suppliers, supplier_items, products IN SHARE ROW EXCLUSIVE MODE")
    run_sql("""
        DROP FUNCTION audit_row() CASCADE;
        DROP FUNCTION audit_link() CASCADE;
        DROP FUNCTION audit_value(text, jsonb, jsonb), audit_difference(jsonb, jsonb);
        DROP FUNCTION mask_address(text);
        DROP INDEX audit_log_actor_type_idx, audit_log_request_idx, audit_log_linked_after_idx,
            audit_log_linked_before_idx;
    """)


INDEXES = """
    CREATE INDEX audit_log_actor_type_idx ON audit_log (actor_type, at, id);
    CREATE INDEX audit_log_request_idx ON audit_log (request_id, at, id)
        WHERE request_id IS NOT NULL;
    CREATE INDEX audit_log_linked_after_idx
        ON audit_log (((after ->> 'product_id')::uuid), at, id) WHERE entity_type = 'item';
    CREATE INDEX audit_log_linked_before_idx
        ON audit_log (((before ->> 'product_id')::uuid), at, id) WHERE entity_type = 'item';
"""
