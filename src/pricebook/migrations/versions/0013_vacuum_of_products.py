"""Products are vacuumed when a fiftieth of them has changed.

A count reads an index alone where PostgreSQL knows that all rows of a page can be seen. After an
import it knows that no more, of most pages, and counting takes several times as long until the next
vacuum, which would wait for a fifth.
"""

from pricebook.migrations import run_sql

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Vacuum sooner."""
    run_sql("ALTER TABLE products SET (autovacuum_vacuum_scale_factor = 0.02)")


def downgrade() -> None:
    """Vacuum as the server does by itself."""
    run_sql("ALTER TABLE products RESET (autovacuum_vacuum_scale_factor)")
