"""Reads price lists from the spreadsheets of the fake Google server."""

from pathlib import Path
from typing import Any

import msgspec

from pricebook.pricelists.reader import open_price_list
from pricebook.pricelists.schemas.read_config import ReadConfig
from pricebook.pricelists.schemas.read_request import GoogleSheetSource, ReadLimits, ReadRequest
from pricelists.fake_google import FakeGoogleServer, Value, sheet
from pricelists.price_lists import ReadResult, fetched

ID = "1aBcDeFgHiJkLmNoPqRsTuVwXyZ0123456789abcdef"
HEADER: list[Value] = ["sku", "name", "price"]


class SpreadsheetReader:
    """Reads spreadsheets of the fake Google server with a key file."""

    def __init__(self, google: FakeGoogleServer, key_file: Path) -> None:
        self.google = google
        self.key_file: Path | None = key_file

    def read(
        self, url: str, currency: str = "USD", limits: ReadLimits | None = None, **config: Any
    ) -> ReadResult:
        key = str(self.key_file) if self.key_file else None
        request = ReadRequest(
            source=GoogleSheetSource(url, key, self.google.api),
            currency=currency,
            config=msgspec.convert(config, ReadConfig),
            limits=limits or ReadLimits(),
        )
        with fetched(request) as request:
            price_list = open_price_list(request)
            return ReadResult(price_list.profile, list(price_list.rows()))

    def rows(self, *rows: list[Value], currency: str = "USD", **more: Any) -> ReadResult:
        """Read a spreadsheet of one sheet with these rows below a header row."""
        return self.read(self.google.put(ID, sheet("Prices", [HEADER, *rows], **more)), currency)
