"""The files of db/sql have the text of every trigger and function that the migrations make."""

import re
from pathlib import Path

import psycopg

from pricebook.db import migrations

SQL_FILES = sorted((Path(migrations.__file__).parents[1] / "sql").glob("*.sql"))
# The functions of extensions belong to these.
CREATE_VIEW = """
    CREATE TEMPORARY VIEW own_function AS
    SELECT oid, proacl FROM pg_proc
    WHERE pronamespace = 'public'::regnamespace AND NOT EXISTS (
        SELECT FROM pg_depend
        WHERE classid = 'pg_proc'::regclass AND objid = pg_proc.oid AND deptype = 'e')
"""
DEFINITIONS = """
    SELECT oid::regprocedure::text, concat_ws(' ', pg_get_functiondef(oid),
        CASE WHEN has_function_privilege('public', oid, 'EXECUTE') THEN 'PUBLIC' END)
    FROM own_function
    UNION ALL
    SELECT concat_ws(' of ', tgname, tgrelid::regclass),
        concat_ws(' ', pg_get_triggerdef(oid), tgenabled)
    FROM pg_trigger WHERE NOT tgisinternal
"""
DROP_ALL = """
    DO $$
    DECLARE
        signature text;
    BEGIN
        FOREACH signature IN ARRAY ARRAY(SELECT oid::regprocedure::text FROM own_function) LOOP
            EXECUTE format('DROP ROUTINE IF EXISTS %s CASCADE', signature);
        END LOOP;
    END $$
"""


def definitions(conn: psycopg.Connection) -> dict[str, str]:
    """Return the definition of each trigger and function, with single spaces."""
    rows = conn.execute(DEFINITIONS).fetchall()
    return {name: re.sub(r"\s+", " ", definition) for name, definition in rows}


def test_sql_files_equal_the_migrated_database(database_url: str) -> None:
    with psycopg.connect(database_url) as conn:
        conn.execute(CREATE_VIEW)
        migrated = definitions(conn)
        assert migrated
        conn.execute(DROP_ALL)
        assert definitions(conn) == {}
        for path in SQL_FILES:
            conn.execute(path.read_bytes())
        assert definitions(conn) == migrated
        conn.rollback()
