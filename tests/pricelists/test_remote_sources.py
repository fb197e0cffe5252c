"""Price lists of Google Sheets and https URLs, imported through the fetch and parser processes."""

import tempfile
from pathlib import Path

import pytest

from pricebook.db.database import Database
from pricebook.errors import ParserKilledError, PriceListError, SourceUnavailableError
from pricebook.imports import importer
from pricebook.imports.importer_schemas import ImportRequest, ImportResult
from pricebook.pricelists.isolation.parser_pool import ParserPool
from pricebook.pricelists.schemas.read_request import (
    GoogleSheetSource,
    HttpsSource,
    PriceListSource,
    ReadLimits,
    ReadRequest,
)
from pricelists.fake_google import FakeGoogleServer, sheet
from pricelists.fake_web_server import FakeWebServer
from pricelists.spreadsheet_reader import HEADER, ID


def files_in(folder: Path) -> list[Path]:
    return list(folder.iterdir())


async def import_source(database: Database, source: PriceListSource) -> ImportResult:
    request = ImportRequest(source=source, supplier_name="ACME", currency="USD")
    with ParserPool() as parser_pool:
        return await importer.run_import(database, parser_pool, request, lambda _: None)


async def test_google_spreadsheet_is_imported(
    database: Database, google: FakeGoogleServer, key_file: Path
) -> None:
    url = google.put(ID, sheet("Prices", [HEADER, ["A1", "Lamp", 5], ["A2", "Bulb", 1.25]]))
    source = GoogleSheetSource(url, str(key_file), google.api)
    assert (await import_source(database, source)).counts.new == 2
    assert (await import_source(database, source)).counts.unchanged == 2
    assert google.reads.total() == 2


async def test_https_price_list_is_imported(database: Database, web: FakeWebServer) -> None:
    source = HttpsSource(web.url("/list.csv", "127.0.0.1"), allow_private=True)
    assert (await import_source(database, source)).counts.new == 1


@pytest.mark.parametrize(
    ("path", "kinds"),
    [
        ("/status/503", SourceUnavailableError),
        ("/status/404", PriceListError),
        ("/trickle", (SourceUnavailableError, ParserKilledError)),
    ],
)
async def test_failed_download_raises_its_error_and_leaves_no_files(
    web: FakeWebServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    path: str,
    kinds: type[Exception] | tuple[type[Exception], ...],
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    request = ReadRequest(
        source=HttpsSource(web.url(path, "127.0.0.1"), allow_private=True),
        currency="USD",
        limits=ReadLimits(seconds=10),
    )
    with ParserPool() as parser_pool, pytest.raises(kinds):
        async with parser_pool.opened(request):
            pass
    assert files_in(tmp_path) == []
