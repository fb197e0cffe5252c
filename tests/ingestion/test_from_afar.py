"""Lists from other machines, read in the parser process like any other."""

import tempfile
from pathlib import Path

import pytest

from ingestion.google_lists import HEADER, ID
from ingestion.google_stand_in import GoogleStandIn, sheet
from ingestion.web_stand_in import WebStandIn
from pricebook.db import Database
from pricebook.errors import ParserKilledError, PriceListError, SourceUnavailableError
from pricebook.ingestion import service
from pricebook.ingestion.import_schemas import ImportOrder, ImportResult
from pricebook.ingestion.process import Parsers
from pricebook.ingestion.schemas import Limits, ListOrder, Place, SheetPlace, WebPlace


def files_in(folder: Path) -> list[Path]:
    return list(folder.iterdir())


async def taken_in(database: Database, place: Place) -> ImportResult:
    order = ImportOrder(place=place, supplier_name="ACME", currency="USD")
    with Parsers() as parsers:
        return await service.take_in(database, parsers, order, lambda _: None)


async def test_a_spreadsheet_is_taken_in(
    database: Database, google: GoogleStandIn, key_file: Path
) -> None:
    url = google.put(ID, sheet("Prices", [HEADER, ["A1", "Lamp", 5], ["A2", "Bulb", 1.25]]))
    place = SheetPlace(url, str(key_file), google.api)
    assert (await taken_in(database, place)).counts.new == 2
    assert (await taken_in(database, place)).counts.unchanged == 2
    assert google.reads.total() == 2


async def test_a_list_behind_an_address_is_taken_in(database: Database, web: WebStandIn) -> None:
    place = WebPlace(web.url("/list.csv", "127.0.0.1"), allow_private=True)
    assert (await taken_in(database, place)).counts.new == 1


@pytest.mark.parametrize(
    ("path", "kinds"),
    [
        ("/status/503", SourceUnavailableError),
        ("/status/404", PriceListError),
        ("/trickle", (SourceUnavailableError, ParserKilledError)),
    ],
)
async def test_what_went_wrong_is_told_and_nothing_is_left_behind(
    web: WebStandIn,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    path: str,
    kinds: type[Exception] | tuple[type[Exception], ...],
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    order = ListOrder(
        place=WebPlace(web.url(path, "127.0.0.1"), allow_private=True),
        currency="USD",
        limits=Limits(seconds=10),
    )
    with Parsers() as parsers, pytest.raises(kinds):
        async with parsers.opened(order):
            pass
    assert files_in(tmp_path) == []
