"""The source of a supplier's price list: exactly one, and files only within UPLOADS_DIR."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from pricebook.errors import PriceListError
from pricebook.imports.source_location import SourceAccess, resolve_source
from pricebook.pricelists.schemas.read_request import (
    FileSource,
    GoogleSheetSource,
    HttpsSource,
    PriceListSource,
)
from pricebook.suppliers.source_config import SourceConfig

SPREADSHEET = "https://docs.google.com/spreadsheets/d/1aBcDeFgHiJkLmNoPqRsTuVwXyZ"


@pytest.fixture
def uploads(tmp_path: Path) -> Path:
    folder = tmp_path / "uploads"
    (folder / "anna").mkdir(parents=True)
    (folder / "list.csv").touch()
    (folder / "anna/list.csv").touch()
    (tmp_path / "uploads-of-others").mkdir()
    for outside in ("secret.csv", "uploads-of-others/list.csv"):
        (tmp_path / outside).touch()
    return folder


def source(uploads: Path, **config: Any) -> PriceListSource:
    access = SourceAccess(uploads, "key.json", "http://127.0.0.1:1", allow_private=True)
    return resolve_source(msgspec.convert(config, SourceConfig), access)


@pytest.mark.parametrize("name", ["spreadsheet_url", "sheet_url", "source_url"])
def test_spreadsheet_url_and_its_aliases_are_google_sheets(uploads: Path, name: str) -> None:
    expected = GoogleSheetSource(SPREADSHEET, "key.json", "http://127.0.0.1:1")
    assert source(uploads, **{name: SPREADSHEET}) == expected


def test_url_is_an_https_source(uploads: Path) -> None:
    url = "https://lists.test/list.csv"
    expected = HttpsSource(url, allow_private=True, of_supplier=True)
    assert source(uploads, url=url, encoding="cp1251") == expected


def test_file_within_the_uploads_folder_is_resolved(uploads: Path) -> None:
    assert source(uploads, file_path="list.csv") == FileSource(str(uploads / "list.csv"))
    assert source(uploads, file_path="anna/../list.csv") == FileSource(str(uploads / "list.csv"))
    inside = uploads / "anna/list.csv"
    assert source(uploads, file_path=str(inside)) == FileSource(str(inside))
    (uploads / "newest.csv").symlink_to(inside)
    assert source(uploads, file_path="newest.csv") == FileSource(str(inside))


@pytest.mark.parametrize(
    "path",
    [
        "../secret.csv",
        "anna/../../secret.csv",
        "../uploads-of-others/list.csv",
        "/etc/passwd",
        "link.csv",
        "folder/secret.csv",
        "circle.csv",
        "anna",
        ".",
        "none.csv",
        "a\0b",
        "a" * 300,
        "~/list.csv",
    ],
)
def test_path_outside_the_uploads_folder_is_refused(uploads: Path, path: str) -> None:
    (uploads / "link.csv").symlink_to(uploads.parent / "secret.csv")
    (uploads / "folder").symlink_to(uploads.parent)
    (uploads / "circle.csv").symlink_to(uploads / "circle.csv")
    with pytest.raises(PriceListError, match=r"^There is no file \".*\" in the uploads folder\.$"):
        source(uploads, file_path=path)


def test_exactly_one_source_is_required(uploads: Path) -> None:
    with pytest.raises(PriceListError) as raised:
        source(uploads, sheet_name="Prices")
    expected = "The source configuration has no source: set spreadsheet_url, url or file_path."
    assert raised.value.message == expected
    with pytest.raises(PriceListError) as several:
        source(uploads, url="https://lists.test/list.csv", file_path="list.csv")
    assert several.value.message == (
        "The source configuration has 2 sources: url and file_path. Keep one of them."
    )
