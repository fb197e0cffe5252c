"""The audit of imports of own products names the user or the API key that requested them."""

from pathlib import Path
from typing import Literal

import pytest

import builders
from pricebook.db.database import Connection
from pricebook.product_imports import repository
from pricebook.product_imports.import_context import ImportContext
from pricebook.product_imports.importing import run_queued
from pricebook.product_imports.schemas import ImportOptions, NewImport

AUTHORS = """
    SELECT DISTINCT actor_type, actor_id, actor_name FROM audit_log WHERE action = 'product.created'
"""


@pytest.mark.parametrize("kind", ["user", "api_key"])
async def test_product_is_created_by_the_requester(
    kind: Literal["user", "api_key"],
    import_context: ImportContext,
    conn: Connection,
    tmp_path: Path,
) -> None:
    name, shown = ("anna", "anna") if kind == "user" else ("ERP", "API key ERP")
    insert = builders.user if kind == "user" else builders.api_key
    requester_id = await insert(conn, name, "admin")
    (tmp_path / "products.csv").write_text("sku,name\nA-1,Pen\n")
    new = NewImport(
        options=ImportOptions(),
        file_path="products.csv",
        file_name="products.csv",
        requested_by=shown,
        requested_by_id=requester_id,
    )
    await repository.insert_import(conn, new)
    await run_queued(import_context)
    assert await (await conn.execute(AUTHORS)).fetchall() == [(kind, requester_id, name)]
