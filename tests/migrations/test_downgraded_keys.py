"""API keys that an earlier release would give more rights: a downgrade revokes them."""

import psycopg

from pricebook.db import migrations

REVISION_BEFORE_READ_ONLY_KEYS = "0054"
KEY = """
    INSERT INTO api_keys (name, role, read_only, secret_hash, created_by)
    VALUES (%s, 'admin', %s, sha256(''), 'anna')
"""


def test_read_only_keys_are_revoked_by_a_downgrade(database_url: str) -> None:
    with psycopg.connect(database_url) as conn:
        conn.execute(KEY, ["ERP", False])
        conn.execute(KEY, ["monitor", True])
    migrations.downgrade(database_url, REVISION_BEFORE_READ_ONLY_KEYS)
    with psycopg.connect(database_url) as conn:
        keys = conn.execute("SELECT name, revoked_by FROM api_keys ORDER BY name").fetchall()
    assert keys == [("ERP", None), ("monitor", "downgrade")]
