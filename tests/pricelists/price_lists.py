"""Helpers that write a price list to a file and read it."""

from collections.abc import Generator, Iterable
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import msgspec

from pricebook.errors import PriceListError
from pricebook.pricelists.isolation.fetch_process import fetch
from pricebook.pricelists.reader import open_price_list
from pricebook.pricelists.schemas.price_list_rows import ItemRow, PriceListRow, RejectedRow
from pricebook.pricelists.schemas.profile import DetectedProfile
from pricebook.pricelists.schemas.read_config import ReadConfig
from pricebook.pricelists.schemas.read_request import (
    FileSource,
    GoogleSheetSource,
    HttpsSource,
    ReadLimits,
    ReadRequest,
)


class ReadResult(NamedTuple):
    profile: DetectedProfile
    rows: list[PriceListRow]

    @property
    def items(self) -> list[ItemRow]:
        return [row for row in self.rows if isinstance(row, ItemRow)]

    @property
    def rejected(self) -> list[RejectedRow]:
        return [row for row in self.rows if isinstance(row, RejectedRow)]

    @property
    def outcomes(self) -> list[str]:
        return [row.outcome for row in self.rows]


@contextmanager
def fetched(request: ReadRequest) -> Generator[ReadRequest]:
    """Fetch a remote price list into a temporary folder for the duration of the block."""
    source = request.source
    assert isinstance(source, GoogleSheetSource | HttpsSource)
    with TemporaryDirectory() as folder:
        local = fetch(source, request.limits, Path(folder))
        yield msgspec.structs.replace(request, source=local)


def read_price_list(content: str | bytes, currency: str = "USD", **config: Any) -> ReadResult:
    """Read a price list from the content of its file; text is encoded as UTF-8."""
    return read_next_price_list(content, None, currency, **config)


def read_next_price_list(
    content: str | bytes,
    previous_profile: DetectedProfile | None,
    currency: str = "USD",
    **config: Any,
) -> ReadResult:
    """Read a price list of a supplier whose previous price list had this profile."""
    data = content if isinstance(content, bytes) else content.encode()
    with TemporaryDirectory() as folder:
        path = Path(folder) / "list.csv"
        path.write_bytes(data)
        request = msgspec.structs.replace(
            read_request(path, currency, **config), previous_profile=previous_profile
        )
        price_list = open_price_list(request)
        return ReadResult(price_list.profile, list(price_list.rows()))


def read_request(path: Path, currency: str = "USD", **config: Any) -> ReadRequest:
    """Return the request to read a file with these options and limits.

    `currency` is that of the catalog, `list_currency` the option of that name without `list_`.
    """
    if "list_currency" in config:
        config["currency"] = config.pop("list_currency")
    source = FileSource(str(path))
    limits = msgspec.convert(config.pop("limits", {}), ReadLimits)
    options = msgspec.convert(config, ReadConfig)
    return ReadRequest(source=source, currency=currency, config=options, limits=limits)


def rows_or_error_message(content: str | bytes, **config: Any) -> list[PriceListRow] | str:
    """Return the rows of a price list, or the message with which it is refused."""
    try:
        return read_price_list(content, **config).rows
    except PriceListError as error:
        return error.message


def csv_text(*lines: str, header: str = "sku;name;price") -> str:
    return "\n".join((header, *lines)) + "\n"


def read_single_item(content: str | bytes, currency: str = "USD", **config: Any) -> ItemRow:
    items = read_price_list(content, currency, **config).items
    assert len(items) == 1
    return items[0]


def csv_with_prices(cells: Iterable[str]) -> str:
    """Return a price list with these price cells, which must not contain a tab."""
    return csv_text(
        *(f"A{number}\tx\t{cell}" for number, cell in enumerate(cells)), header="sku\tname\tprice"
    )
