"""Looking at a price list: how it would be read, and how many of its rows, without a database."""

import msgspec

from pricebook.errors import ParserKilledError, PriceListError
from pricebook.ingestion import staging
from pricebook.ingestion.process import Parsers
from pricebook.ingestion.schemas import FilePlace, Findings, ListOrder


class Inspected(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How a list is read and what its rows are, or the sentence with which it is refused."""

    path: str
    refused: str | None = None
    found: Findings | None = None
    items: int = 0
    rejected: int = 0
    ignored: int = 0


async def inspect(parsers: Parsers, path: str, order: ListOrder) -> Inspected:
    """Read the list at a path to its end, or to what it is refused for."""
    order = msgspec.structs.replace(order, place=FilePlace(path))
    items = 0
    try:
        async with parsers.opened(order) as reading:
            async for chunk in reading.chunks():
                items += staging.count_items(chunk.lines)
            return Inspected(
                path=path,
                found=reading.findings,
                items=items,
                rejected=reading.rows_read - reading.rows_ignored - items,
                ignored=reading.rows_ignored,
            )
    except (PriceListError, ParserKilledError) as error:
        return Inspected(path=path, refused=error.message)
