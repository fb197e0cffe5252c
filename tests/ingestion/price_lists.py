"""Lists as suppliers send them, written and read back in one call."""

from collections.abc import Generator, Iterable
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import msgspec

from pricebook.errors import PriceListError
from pricebook.ingestion.fetching import fetch
from pricebook.ingestion.reader import open_list
from pricebook.ingestion.schemas import (
    FilePlace,
    Findings,
    ListOrder,
    ListRow,
    SheetPlace,
    SourceConfig,
    WebPlace,
)


class ReadList(NamedTuple):
    findings: Findings
    rows: list[ListRow]

    @property
    def items(self) -> list[ListRow]:
        return [row for row in self.rows if row.outcome == "item"]

    @property
    def rejected(self) -> list[ListRow]:
        return [row for row in self.rows if row.outcome == "rejected"]

    @property
    def outcomes(self) -> list[str]:
        return [row.outcome for row in self.rows]


@contextmanager
def fetched(order: ListOrder) -> Generator[ListOrder]:
    """Fetch a list from elsewhere into a folder, as long as the block runs."""
    place = order.place
    assert isinstance(place, SheetPlace | WebPlace)
    with TemporaryDirectory() as folder:
        local = fetch(place, order.limits, Path(folder))
        yield msgspec.structs.replace(order, place=local)


def read_list(content: str | bytes, currency: str = "USD", **config: Any) -> ReadList:
    """Read a list as one that came as a file of this content; text comes as UTF-8."""
    return read_next_list(content, None, currency, **config)


def read_next_list(
    content: str | bytes, remembered: Findings | None, currency: str = "USD", **config: Any
) -> ReadList:
    """Read a list of a supplier whose last list is remembered."""
    data = content if isinstance(content, bytes) else content.encode()
    with TemporaryDirectory() as folder:
        path = Path(folder) / "list.csv"
        path.write_bytes(data)
        order = msgspec.structs.replace(order_of(path, currency, **config), remembered=remembered)
        price_list = open_list(order)
        return ReadList(price_list.findings, list(price_list.rows()))


def order_of(path: Path, currency: str = "USD", **config: Any) -> ListOrder:
    """Order the reading of a file."""
    place = FilePlace(str(path))
    said = msgspec.convert(config, SourceConfig)
    return ListOrder(place=place, currency=currency, config=said)


def rows_or_refusal(content: str | bytes, **config: Any) -> list[ListRow] | str:
    """Read a list that may be none; tell the sentence with which it is refused."""
    try:
        return read_list(content, **config).rows
    except PriceListError as error:
        return error.message


def list_of(*lines: str, header: str = "sku;name;price") -> str:
    return "\n".join((header, *lines)) + "\n"


def one_item(content: str | bytes, currency: str = "USD", **config: Any) -> ListRow:
    items = read_list(content, currency, **config).items
    assert len(items) == 1
    return items[0]


def price_list_of(cells: Iterable[str]) -> str:
    """Write a list with these cells in its price column; none of them may hold a tab."""
    return list_of(
        *(f"A{number}\tx\t{cell}" for number, cell in enumerate(cells)), header="sku\tname\tprice"
    )
