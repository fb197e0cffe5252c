"""A CSV price list, a fixture that imports price lists given as text, and queries of the result."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from pricebook.db.database import Connection, Database
from pricebook.imports import importer
from pricebook.imports.importer_schemas import ImportRequest, ImportResult
from pricebook.imports.merge import AfterMerge
from pricebook.pricelists.isolation.parser_pool import ParserPool
from pricebook.pricelists.schemas.read_request import FileSource

RunImport = Callable[..., Awaitable[ImportResult]]

LIST = """Article code,Name,Price,Category,Colour
A-1,Hammer,12.50,Tools,red
A-2,Saw,8.00,Tools,
A-3,Glove,3.25,Safety,blue
"""


async def rows(conn: Connection, query: str) -> list[tuple[Any, ...]]:
    return await (await conn.execute(query.encode())).fetchall()


async def history_length(conn: Connection) -> int:
    ((length,),) = await rows(conn, "SELECT count(*) FROM price_history")
    return length


@pytest.fixture
def run_import(database: Database, parser_pool: ParserPool, tmp_path: Path) -> RunImport:
    """Import a CSV price list given as text, without safety thresholds unless some are given."""

    async def run(
        text: str | bytes,
        *,
        on_progress: importer.ProgressCallback = lambda _: None,
        after_merge: AfterMerge | None = None,
        **overrides: Any,
    ) -> ImportResult:
        path = tmp_path / "list.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        fields: dict[str, Any] = {
            "supplier_name": "ACME",
            "currency": "USD",
            "safety_thresholds": None,
            **overrides,
        }
        import_request = ImportRequest(source=FileSource(str(path)), **fields)
        return await importer.run_import(
            database, parser_pool, import_request, on_progress, after_merge
        )

    return run
