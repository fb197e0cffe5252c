from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from pricebook.db import Database
from pricebook.ingestion import service
from pricebook.ingestion.import_schemas import ImportOrder, ImportResult
from pricebook.ingestion.process import Parsers
from pricebook.ingestion.schemas import FilePlace

TakeIn = Callable[..., Awaitable[ImportResult]]


@pytest.fixture
def take_in(database: Database, parsers: Parsers, tmp_path: Path) -> TakeIn:
    """Take in a CSV list given as text, without brakes unless some are given."""

    async def run(
        text: str,
        *,
        watch: service.Watcher = lambda _: None,
        follow_up: service.FollowUp | None = None,
        **more: Any,
    ) -> ImportResult:
        path = tmp_path / "list.csv"
        path.write_text(text)
        said: dict[str, Any] = {"supplier_name": "ACME", "currency": "USD", "brakes": None, **more}
        order = ImportOrder(place=FilePlace(str(path)), **said)
        return await service.take_in(database, parsers, order, watch, follow_up)

    return run
