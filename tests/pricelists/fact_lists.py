"""Helpers that detect the table of a small price list and what it says of its prices."""

from datetime import date
from typing import Any

import msgspec
import pytest

from pricebook.errors import PriceListError, PriceListIssue
from pricebook.pricelists.detection.table import DetectedTable, detect_table
from pricebook.pricelists.schemas.cells import Record
from pricebook.pricelists.schemas.read_config import CatalogVat, ReadConfig
from pricebook.pricelists.schemas.read_request import FileSource, ReadRequest

TODAY = date(2026, 11, 26)
BODY = ("A-1;Screw M4;12.50", "A-2;Screw M5;13.70", "A-3;Nut M4 galvanized;9.90")


def records_of(*lines: str) -> list[Record]:
    return [(number, line.split(";"), None) for number, line in enumerate(lines, start=1)]


def table_of(
    *lines: str, currency: str = "USD", catalog_vat: CatalogVat = "as_listed", **config: Any
) -> DetectedTable:
    """Detect the table of rows whose cells are separated by semicolons."""
    if "list_currency" in config:
        config["currency"] = config.pop("list_currency")
    request = ReadRequest(
        source=FileSource(""),
        currency=currency,
        catalog_vat=catalog_vat,
        today=TODAY,
        config=msgspec.convert(config, ReadConfig, strict=False),
    )
    return detect_table(records_of(*lines), request)


def issues_of(*lines: str, **options: Any) -> list[PriceListIssue]:
    with pytest.raises(PriceListError) as raised:
        table_of(*lines, **options)
    assert all(issue.message in raised.value.message for issue in raised.value.issues)
    return list(raised.value.issues)


def issue_of(*lines: str, **options: Any) -> PriceListIssue:
    (issue,) = issues_of(*lines, **options)
    return issue


def with_column(header: str, *cells: str, price: str = "Price") -> list[str]:
    """Return a price list with a further column after the price."""
    rows = [f"{line};{cell}" for line, cell in zip(BODY, cells, strict=True)]
    return [f"Code;Name;{price};{header}", *rows]


def plain(price: str = "Price") -> list[str]:
    return [f"Code;Name;{price}", *BODY]


def columns_of(table: DetectedTable) -> dict[str, str]:
    return {field: table.headers[index] for field, index in table.columns.items()}
