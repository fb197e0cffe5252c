"""Held price lists can be refused; who decided, when, and why they were held is kept.

The new columns are null or have a constant default: no table is rewritten. Held price lists that a
later one superseded are closed by the worker, as a value that is added to a type cannot be used in
the same transaction.
"""

from pricebook.db.migrations import run_sql

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    """Add the state and the columns; price lists that are held keep why they are."""
    run_sql("""
        ALTER TYPE task_state ADD VALUE IF NOT EXISTS 'refused';
        ALTER TABLE ingestion_tasks
            ADD COLUMN held_reasons jsonb NOT NULL DEFAULT '[]',
            ADD COLUMN decided_by varchar(255),
            ADD COLUMN decided_at timestamptz,
            ADD COLUMN decision_reason text;
        UPDATE ingestion_tasks SET held_reasons = errors WHERE state::text = 'held';
        COMMENT ON COLUMN ingestion_tasks.held_reasons IS
            'why its price list was held; kept after it was applied or refused';
        COMMENT ON COLUMN ingestion_tasks.decided_by IS
            'who applied or refused its held price list; null: nobody yet, or the system';
    """)


def downgrade() -> None:
    """Count refused price lists as failed; the type of the states is made again without them."""
    run_sql("""
        UPDATE ingestion_tasks SET state = 'failed' WHERE state = 'refused';
        ALTER TABLE ingestion_tasks
            DROP COLUMN held_reasons, DROP COLUMN decided_by, DROP COLUMN decided_at,
            DROP COLUMN decision_reason;
    """)
    run_sql(WITHOUT_REFUSED)


# The predicates of indexes name the type, so that these are created again, too.
WITHOUT_REFUSED = """
    DO $$
    DECLARE
        partial record;
        statements text[] := '{}';
    BEGIN
        FOR partial IN
            SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS definition
            FROM pg_index
            WHERE indrelid IN ('ingestion_tasks'::regclass, 'product_imports'::regclass)
                AND pg_get_expr(indpred, indrelid) LIKE '%::task_state%'
        LOOP
            statements := statements || partial.definition;
            EXECUTE 'DROP INDEX ' || partial.name;
        END LOOP;
        ALTER TYPE task_state RENAME TO task_state_with_refused;
        CREATE TYPE task_state AS ENUM
            ('queued', 'running', 'held', 'succeeded', 'partially_succeeded', 'failed', 'dead');
        ALTER TABLE ingestion_tasks ALTER COLUMN state DROP DEFAULT,
            ALTER COLUMN state TYPE task_state USING state::text::task_state,
            ALTER COLUMN state SET DEFAULT 'queued';
        ALTER TABLE product_imports ALTER COLUMN state DROP DEFAULT,
            ALTER COLUMN state TYPE task_state USING state::text::task_state,
            ALTER COLUMN state SET DEFAULT 'queued';
        DROP TYPE task_state_with_refused;
        FOR index IN 1 .. cardinality(statements) LOOP
            EXECUTE statements[index];
        END LOOP;
    END $$
"""
