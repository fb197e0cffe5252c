"""The log names the API key of a request, and never has its text."""

from pathlib import Path
from uuid import uuid4

import psycopg

from pricebook.auth import key_service
from pricebook.auth.key_format import generate_key
from pricebook.auth.key_schemas import NewApiKey
from pricebook.db.database import Database
from pricebook.settings import Settings
from served_api import ApiProcess

PRODUCTS = "/api/v1/admin/products"


async def test_log_line_names_the_key_without_its_text(
    tmp_path: Path, settings: Settings, database: Database, database_url: str
) -> None:
    created = await key_service.create_key(database, NewApiKey("ERP", "sales", None), "anna")
    served = ApiProcess(tmp_path, settings, LOG_LEVEL="debug")
    unknown = generate_key(uuid4())
    keys = [created.key, unknown, created.key[:-1]]
    statuses = [
        served.client.get(PRODUCTS, headers={"Authorization": f"Bearer {key}"}).status_code
        for key in keys
    ]
    with psycopg.connect(database_url) as conn:  # a bug: the log line of the error has a trace
        conn.execute("ALTER TABLE products RENAME COLUMN target_price TO other_price")
    broken = served.client.get(PRODUCTS, headers={"Authorization": f"Bearer {created.key}"})
    assert (statuses, broken.status_code) == ([200, 401, 401], 500)
    text = served.stop()
    assert not [key for key in keys if key in text or key[37:] in text]
    assert created.key[37:] not in broken.text
    named = ['"api_key":"ERP"' in line for line in text.splitlines() if PRODUCTS in line]
    assert named.count(True) >= 2
    assert f'"api_key_id":"{created.id}"' in text
    assert '"user_id"' not in text
