"""Rows of previews without keys, so that a preview of 200,000 rows is ready sooner.

Checking the foreign key of each row took longer than writing the rows. The rows of deleted
previews are deleted by one statement instead.
"""

from pricebook.db.migrations import run_sql
from pricebook.db.migrations.online import autocommit, create_index

revision = "0055"
down_revision = "0054"


def upgrade() -> None:
    """Delete the rows by a trigger, and then drop the keys."""
    run_sql(TRIGGER)
    with autocommit():
        create_index("preview_rows_preview_idx", "ON preview_rows (preview_id)")
        run_sql("""
            ALTER TABLE preview_rows DROP CONSTRAINT IF EXISTS preview_rows_preview_id_fkey,
                DROP CONSTRAINT IF EXISTS preview_rows_pkey
        """)


def downgrade() -> None:
    """Add the keys again."""
    run_sql("""
        ALTER TABLE preview_rows ADD PRIMARY KEY (preview_id, row_number),
            ADD FOREIGN KEY (preview_id) REFERENCES import_previews ON DELETE CASCADE;
        DROP INDEX preview_rows_preview_idx;
        DROP TRIGGER delete_preview_rows ON import_previews;
        DROP FUNCTION delete_preview_rows();
    """)


TRIGGER = """
    CREATE OR REPLACE FUNCTION delete_preview_rows() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        DELETE FROM preview_rows USING old_previews WHERE preview_id = old_previews.id;
        RETURN NULL;
    END $$;
    CREATE OR REPLACE TRIGGER delete_preview_rows AFTER DELETE ON import_previews
        REFERENCING OLD TABLE AS old_previews
        FOR EACH STATEMENT EXECUTE FUNCTION delete_preview_rows();
"""
