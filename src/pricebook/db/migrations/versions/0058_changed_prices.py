"""Changed price ranges of products are events, and updated_at of a product never goes back.

The trigger needs a lock of the products that waits for running writes; readers go on.
"""

import re
from pathlib import Path

from pricebook.db.migrations import run_sql

revision = "0058"
down_revision = "0057"

FUNCTIONS = Path(__file__).with_name("0058_changed_prices.sql")


def upgrade() -> None:
    """Create the trigger and replace the functions."""
    run_sql(FUNCTIONS.read_text("utf-8"))


def downgrade() -> None:
    """Drop the trigger; the functions are as before."""
    run_sql("DROP TRIGGER add_changed_prices_event ON products")
    run_sql("DROP FUNCTION add_changed_prices_event()")
    text = re.sub(
        r" +PERFORM set_config\('pricebook.recomputes_prices'.*\n", "", FUNCTIONS.read_text("utf-8")
    )
    text = text.replace("greatest(now(), OLD.updated_at)", "now()")
    for function in ("recompute_prices", "set_product_updated_at"):
        pattern = rf"CREATE OR REPLACE FUNCTION {function}\(.*?\nEND \$\$;\n"
        if (found := re.search(pattern, text, re.DOTALL)) is not None:
            run_sql(found[0])
