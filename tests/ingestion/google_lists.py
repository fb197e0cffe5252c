"""Price lists in the stand-in's spreadsheets, read back in one call."""

from pathlib import Path
from typing import Any

import msgspec

from ingestion.google_stand_in import GoogleStandIn, Value, sheet
from ingestion.price_lists import ReadList, fetched
from pricebook.ingestion.reader import open_list
from pricebook.ingestion.schemas import Limits, ListOrder, SheetPlace, SourceConfig

ID = "1aBcDeFgHiJkLmNoPqRsTuVwXyZ0123456789abcdef"
HEADER: list[Value] = ["sku", "name", "price"]


class Reader:
    """Reads spreadsheets of the stand-in with a key file."""

    def __init__(self, google: GoogleStandIn, key_file: Path) -> None:
        self.google = google
        self.key_file: Path | None = key_file

    def read(
        self, url: str, currency: str = "USD", limits: Limits | None = None, **config: Any
    ) -> ReadList:
        key = str(self.key_file) if self.key_file else None
        order = ListOrder(
            place=SheetPlace(url, key, self.google.api),
            currency=currency,
            config=msgspec.convert(config, SourceConfig),
            limits=limits or Limits(),
        )
        with fetched(order) as order:
            price_list = open_list(order)
            return ReadList(price_list.findings, list(price_list.rows()))

    def rows(self, *rows: list[Value], currency: str = "USD", **more: Any) -> ReadList:
        """Read a spreadsheet of one sheet with these rows below a header."""
        return self.read(self.google.put(ID, sheet("Prices", [HEADER, *rows], **more)), currency)
