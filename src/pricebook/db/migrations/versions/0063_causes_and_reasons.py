"""Events of prices name what caused them; `margin.below` is written whatever lowers a margin.

Tasks store what is unusual in a price list that was imported, which is an event and a notice, and
why they were requested. A function finds the undo of a price of the past.
Creating the triggers waits for running writes of products, tasks and events; readers wait for the
columns of tasks, which are added last.
"""

import re
from pathlib import Path

from pricebook.db.migrations import run_sql

revision = "0063"
down_revision = "0062"

FUNCTIONS = Path(__file__).with_name("0063_causes_and_reasons.sql")
FORMER = {
    "add_changed_prices_event": "0058_changed_prices.sql",
    "add_price_events": "0046_undone_prices.sql",
    "add_task_event": "0040_events.sql",
    "add_notices": "0042_notices.sql",
}
ACTIVITY = ("hold_supplier_activity", "refresh_products_of_suppliers", "refresh_supplier_batch")


def upgrade() -> None:
    """Create the trigger, replace the functions, and add what they read."""
    run_sql("LOCK TABLE products, ingestion_tasks, events IN SHARE ROW EXCLUSIVE MODE")
    run_sql(FUNCTIONS.read_text("utf-8"))
    run_sql(COLUMNS)


def downgrade() -> None:
    """Drop the trigger and the columns; the functions are as before. These notices are deleted."""
    run_sql("LOCK TABLE products, ingestion_tasks, events IN SHARE ROW EXCLUSIVE MODE")
    run_sql("DROP TRIGGER add_margin_event ON products")
    run_sql("DROP FUNCTION add_margin_event()")
    for function, file in FORMER.items():
        _create(function, Path(__file__).with_name(file).read_text("utf-8"))
    run_sql("DROP FUNCTION event_cause()")
    text = re.sub(
        r" +PERFORM set_config\('pricebook.item_supplier',.*?;\n",
        "",
        FUNCTIONS.read_text("utf-8"),
        flags=re.DOTALL,
    )
    for function in ACTIVITY:
        _create(function, text)
    run_sql("DROP FUNCTION undo_of_price(uuid, timestamptz)")
    run_sql(NOTICES_BEFORE)
    run_sql(AUDIT_BEFORE)
    run_sql("ALTER TABLE ingestion_tasks DROP COLUMN warnings, DROP COLUMN reason")


def _create(function: str, text: str) -> None:
    pattern = rf"CREATE OR REPLACE FUNCTION {function}\(.*?\nEND \$\$;\n"
    if (found := re.search(pattern, text, re.DOTALL)) is not None:
        run_sql(found[0])


COLUMNS = """
    ALTER TABLE notice_recipients DROP CONSTRAINT notice_recipients_kinds_check,
        ADD CONSTRAINT notice_recipients_kinds_check CHECK (
            kinds <@ ARRAY['held', 'failed', 'late', 'unusual'] AND cardinality(kinds) > 0)
            NOT VALID;
    ALTER TABLE notices DROP CONSTRAINT notices_kind_check,
        ADD CONSTRAINT notices_kind_check
            CHECK (kind IN ('held', 'failed', 'late', 'unusual')) NOT VALID;
    ALTER TABLE ingestion_tasks ADD COLUMN warnings jsonb NOT NULL DEFAULT '[]',
        ADD COLUMN reason text;
    COMMENT ON COLUMN ingestion_tasks.warnings IS
        'what is unusual in an imported price list: it exceeds a safety threshold halfway';
    COMMENT ON COLUMN ingestion_tasks.reason IS 'why the import or the undo was requested';
"""

NOTICES_BEFORE = """
    CREATE OR REPLACE TRIGGER add_notices AFTER INSERT ON events
        FOR EACH ROW WHEN (NEW.type IN ('import.held', 'import.failed', 'import.late')
            AND NEW.data ->> 'undo_of' IS NULL)
        EXECUTE FUNCTION add_notices();
    DELETE FROM notices WHERE kind = 'unusual';
    DELETE FROM notice_recipients WHERE kinds = ARRAY['unusual'];
    UPDATE notice_recipients SET kinds = array_remove(kinds, 'unusual');
    ALTER TABLE notice_recipients DROP CONSTRAINT notice_recipients_kinds_check,
        ADD CONSTRAINT notice_recipients_kinds_check CHECK (
            kinds <@ ARRAY['held', 'failed', 'late'] AND cardinality(kinds) > 0);
    ALTER TABLE notices DROP CONSTRAINT notices_kind_check,
        ADD CONSTRAINT notices_kind_check CHECK (kind IN ('held', 'failed', 'late'));
"""

AUDIT_BEFORE = """
    CREATE OR REPLACE TRIGGER audit_requested AFTER INSERT ON ingestion_tasks
        FOR EACH ROW EXECUTE FUNCTION audit_row('task.requested', 'id', 'supplier_name',
            'supplier_id', 'parser_type', 'file_name', 'create_products', 'corrections_of',
            'requested_by');
"""
