"""Tasks count rejected rows by kind; parsing_logs keeps only the first ones."""

from pricebook.db.migrations import run_sql

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Give tasks the counts."""
    run_sql("""
        ALTER TABLE ingestion_tasks ADD COLUMN row_error_counts jsonb NOT NULL DEFAULT '{}';
        COMMENT ON COLUMN ingestion_tasks.row_error_counts IS
            'rows that were not taken, by error_type: all of them, parsing_logs keeps the first';
    """)


def downgrade() -> None:
    """Take the counts away."""
    run_sql("ALTER TABLE ingestion_tasks DROP COLUMN row_error_counts")
