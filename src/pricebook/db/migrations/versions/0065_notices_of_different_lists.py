"""A list that is held or unusual as one before is a notice of its own if prices changed in between.

Notices have the average price change of their list, too; those of before have none.
"""

import re
from pathlib import Path

from pricebook.db.migrations import run_sql

revision = "0065"
down_revision = "0064"

FUNCTION = Path(__file__).with_name("0065_notices_of_different_lists.sql")
FORMER = Path(__file__).with_name("0063_causes_and_reasons.sql")


def upgrade() -> None:
    """Replace the function; nothing waits."""
    run_sql(FUNCTION.read_text("utf-8"))


def downgrade() -> None:
    """Restore the function of before."""
    pattern = r"CREATE OR REPLACE FUNCTION add_notices\(.*?\nEND \$\$;\n"
    if (found := re.search(pattern, FORMER.read_text("utf-8"), re.DOTALL)) is not None:
        run_sql(found[0])
