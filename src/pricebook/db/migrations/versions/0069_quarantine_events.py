"""Price lists with newly quarantined rows are an event, and a notice for those who choose it.

Creating the trigger waits for running writes of events; who reads recipients or notices waits for
their new checks, which read no row.
"""

import re
from pathlib import Path

from pricebook.db.migrations import run_sql

revision = "0069"
down_revision = "0068"

FUNCTIONS = Path(__file__).with_name("0069_quarantine_events.sql")
FORMER = Path(__file__).with_name("0063_causes_and_reasons.sql")


def upgrade() -> None:
    """Replace the function, the trigger, and the kinds of notices."""
    run_sql("LOCK TABLE events IN SHARE ROW EXCLUSIVE MODE")
    run_sql(FUNCTIONS.read_text("utf-8"))
    run_sql(KINDS)


def downgrade() -> None:
    """Restore them as before; the notices of this kind are deleted."""
    run_sql("LOCK TABLE events IN SHARE ROW EXCLUSIVE MODE")
    pattern = r"CREATE OR REPLACE FUNCTION add_task_event\(.*?\nEND \$\$;\n"
    if (found := re.search(pattern, FORMER.read_text("utf-8"), re.DOTALL)) is not None:
        run_sql(found[0])
    run_sql(BEFORE)


KINDS = """
    ALTER TABLE notice_recipients DROP CONSTRAINT notice_recipients_kinds_check,
        ADD CONSTRAINT notice_recipients_kinds_check CHECK (
            kinds <@ ARRAY['held', 'failed', 'late', 'unusual', 'quarantined']
            AND cardinality(kinds) > 0) NOT VALID;
    ALTER TABLE notices DROP CONSTRAINT notices_kind_check,
        ADD CONSTRAINT notices_kind_check
            CHECK (kind IN ('held', 'failed', 'late', 'unusual', 'quarantined')) NOT VALID;
"""

BEFORE = """
    CREATE OR REPLACE TRIGGER add_notices AFTER INSERT ON events
        FOR EACH ROW
        WHEN (NEW.type IN ('import.held', 'import.failed', 'import.late', 'import.unusual')
            AND NEW.data ->> 'undo_of' IS NULL)
        EXECUTE FUNCTION add_notices();
    DELETE FROM notices WHERE kind = 'quarantined';
    DELETE FROM notice_recipients WHERE kinds = ARRAY['quarantined'];
    UPDATE notice_recipients SET kinds = array_remove(kinds, 'quarantined');
    ALTER TABLE notice_recipients DROP CONSTRAINT notice_recipients_kinds_check,
        ADD CONSTRAINT notice_recipients_kinds_check CHECK (
            kinds <@ ARRAY['held', 'failed', 'late', 'unusual'] AND cardinality(kinds) > 0)
            NOT VALID;
    ALTER TABLE notices DROP CONSTRAINT notices_kind_check,
        ADD CONSTRAINT notices_kind_check
            CHECK (kind IN ('held', 'failed', 'late', 'unusual')) NOT VALID;
"""
