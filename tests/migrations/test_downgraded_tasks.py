"""Tasks that an earlier release would misread: a downgrade leaves none of them."""

import psycopg
import pytest

from pricebook.db import migrations

HELD_TASK = """
    INSERT INTO ingestion_tasks (supplier_name, parser_type, state) VALUES (%s, 'csv', 'held')
    RETURNING id
"""
HELD_ROW = """
    INSERT INTO held_rows (task_id, row_number, supplier_sku, name, price, characteristics,
        currency, next_price, next_from, error_type)
    VALUES (%s, 2, 'A-1', 'Saw', %s, '{}', %s, 5, '2099-01-01', %s)
"""
REVISION_BEFORE_KEYS = "0035"
USER = "INSERT INTO users (username, role, password_hash) VALUES ('anna', 'sales', '')"
STATES = "SELECT supplier_name, state::text FROM ingestion_tasks ORDER BY supplier_name"


def test_tasks_of_api_keys_keep_the_name_of_their_requester_only(database_url: str) -> None:
    with psycopg.connect(database_url) as conn:
        conn.execute(USER)
        conn.execute("""
            INSERT INTO ingestion_tasks (supplier_name, parser_type, requested_by, requested_by_id)
            SELECT 'ACME', 'csv'::source_type, 'anna', id FROM users
            UNION ALL SELECT 'ACME', 'csv', 'API key ERP', gen_random_uuid()
        """)
    migrations.downgrade(database_url, REVISION_BEFORE_KEYS)
    with psycopg.connect(database_url) as conn:
        tasks = conn.execute("""
            SELECT requested_by, requested_by_id = users.id FROM ingestion_tasks, users ORDER BY 1
        """).fetchall()
    assert tasks == [("API key ERP", None), ("anna", True)]


def test_held_lists_in_another_currency_cannot_be_applied_by_the_release_before(
    database_url: str,
) -> None:
    with psycopg.connect(database_url) as conn:
        for name, price, currency, error_type in (
            ("catalog", 5, None, None),
            ("euro", 5, "EUR", None),
            ("future", None, None, None),
            ("rejected", None, None, "missing_price"),
        ):
            ((task_id,),) = conn.execute(HELD_TASK, [name]).fetchall()
            conn.execute(HELD_ROW, [task_id, price, currency, error_type])
    migrations.downgrade(database_url, "0018")
    with psycopg.connect(database_url) as conn:
        assert conn.execute(STATES).fetchall() == [
            ("catalog", "held"),
            ("euro", "failed"),
            ("future", "failed"),
            ("rejected", "held"),
        ]
        assert conn.execute("SELECT count(*) FROM held_rows").fetchall() == [(2,)]


@pytest.mark.parametrize("state", ["queued", "running", "held", "dead"])
def test_corrections_do_not_become_complete_price_lists(database_url: str, state: str) -> None:
    with psycopg.connect(database_url) as conn:
        conn.execute(
            """
            WITH corrected AS (
                INSERT INTO ingestion_tasks (supplier_name, parser_type, state)
                VALUES ('ACME', 'csv', 'failed') RETURNING id
            )
            INSERT INTO ingestion_tasks (supplier_name, parser_type, state, corrections_of)
            SELECT 'corrections', 'csv', %s::task_state, id FROM corrected
            """,
            [state],
        )
    migrations.downgrade(database_url, "0022")
    query = "SELECT source_config, state::text FROM ingestion_tasks WHERE supplier_name <> 'ACME'"
    with psycopg.connect(database_url) as conn:
        expected = ({"mode": "partial"}, "dead" if state == "dead" else "failed")
        assert conn.execute(query).fetchall() == [expected]
