"""The plan of an undo has the prices that it restores, and what else changes."""

import re
from pathlib import Path

from pricebook.db.migrations import run_sql

revision = "0047"
down_revision = "0046"

FUNCTION = Path(__file__).with_name("0047_planned_undo.sql")
FORMER = Path(__file__).with_name("0034_undo.sql")


def upgrade() -> None:
    """Replace the function by one that returns more."""
    run_sql(FUNCTION.read_text("utf-8"))


def downgrade() -> None:
    """Create the former function again."""
    text = FORMER.read_text("utf-8")
    pattern = r"CREATE OR REPLACE FUNCTION plan_undo\(.*?\nEND \$\$;\n"
    if (found := re.search(pattern, text, re.DOTALL)) is not None:
        run_sql("DROP FUNCTION plan_undo(uuid)")
        run_sql(found[0])
        run_sql("REVOKE EXECUTE ON FUNCTION plan_undo(uuid) FROM PUBLIC")
