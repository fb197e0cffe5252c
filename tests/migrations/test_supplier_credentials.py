"""Migration 0053: a downgrade deletes credentials, another upgrade begins without any."""

import psycopg

from pricebook.db import migrations

STORED = """
    INSERT INTO supplier_credentials
        (supplier_id, kind, name, origin, key_id, ciphertext, updated_by)
    SELECT id, 'basic', 'anna', 'https://acme.example', 'key', 'x', 'anna' FROM suppliers
"""


def test_downgrade_deletes_credentials_and_keeps_suppliers(database_url: str) -> None:
    with psycopg.connect(database_url) as conn:
        conn.execute("INSERT INTO suppliers (name, source_type) VALUES ('ACME', 'csv')")
        conn.execute(STORED)
    migrations.downgrade(database_url, "0052")
    with psycopg.connect(database_url) as conn:
        assert conn.execute("SELECT to_regclass('supplier_credentials')").fetchall() == [(None,)]
        functions = "SELECT count(*) FROM pg_proc WHERE proname = 'audit_credentials'"
        assert conn.execute(functions).fetchall() == [(0,)]
        assert conn.execute("SELECT name FROM suppliers").fetchall() == [("ACME",)]
    migrations.upgrade(database_url)
    with psycopg.connect(database_url) as conn:
        assert conn.execute("SELECT FROM supplier_credentials").fetchall() == []
        assert conn.execute(STORED).rowcount == 1
