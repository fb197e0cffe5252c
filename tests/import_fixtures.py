"""Imports of price lists given as text."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from pricebook.db.database import Database
from pricebook.imports import importer
from pricebook.imports.import_result import ImportRequest, ImportResult
from pricebook.pricelists.isolation.parser_pool import ParserPool
from pricebook.pricelists.schemas import FileSource

RunImport = Callable[..., Awaitable[ImportResult]]


@pytest.fixture
def run_import(database: Database, parser_pool: ParserPool, tmp_path: Path) -> RunImport:
    """Import a CSV price list given as text, without safety thresholds unless some are given."""

    async def run(
        text: str,
        *,
        on_progress: importer.ProgressCallback = lambda _: None,
        follow_up: importer.FollowUp | None = None,
        **overrides: Any,
    ) -> ImportResult:
        path = tmp_path / "list.csv"
        path.write_text(text)
        fields: dict[str, Any] = {
            "supplier_name": "ACME",
            "currency": "USD",
            "safety_thresholds": None,
            **overrides,
        }
        import_request = ImportRequest(source=FileSource(str(path)), **fields)
        return await importer.run_import(
            database, parser_pool, import_request, on_progress, follow_up
        )

    return run
