"""Entries about decisions of quarantined rows belong to the task of their price list.

Entries of before keep none. Replacing the function waits for nothing, and nothing waits for it.
"""

import re
from pathlib import Path

from pricebook.db.migrations import run_sql

revision = "0070"
down_revision = "0069"

FUNCTION = Path(__file__).with_name("0070_tasks_of_decisions.sql")
FORMER = Path(__file__).with_name("0031_audit_triggers.sql")


def upgrade() -> None:
    """Replace the function."""
    run_sql(FUNCTION.read_text("utf-8"))


def downgrade() -> None:
    """Restore the function of before."""
    pattern = r"CREATE FUNCTION (audit_row\(.*?\nEND \$\$;\n)"
    if (found := re.search(pattern, FORMER.read_text("utf-8"), re.DOTALL)) is not None:
        run_sql(f"CREATE OR REPLACE FUNCTION {found[1]}")
