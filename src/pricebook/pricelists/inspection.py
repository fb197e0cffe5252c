"""Looking at a price list: how it would be read, and how many of its rows, without a database."""

import msgspec

from pricebook.errors import ParserKilledError, PriceListError
from pricebook.pricelists.isolation import copy_lines
from pricebook.pricelists.isolation.parser_pool import ParserPool
from pricebook.pricelists.schemas import DetectedProfile, FileSource, ReadRequest


class InspectionResult(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How a list is read and what its rows are, or the sentence with which it is refused."""

    path: str
    refused: str | None = None
    found: DetectedProfile | None = None
    items: int = 0
    rejected: int = 0
    ignored: int = 0


async def inspect_price_list(
    parser_pool: ParserPool, path: str, request: ReadRequest
) -> InspectionResult:
    """Read the list at a path to its end, or to what it is refused for."""
    request = msgspec.structs.replace(request, source=FileSource(path))
    items = 0
    try:
        async with parser_pool.opened(request) as reading:
            async for chunk in reading.chunks():
                items += copy_lines.count_items(chunk.lines)
            return InspectionResult(
                path=path,
                found=reading.profile,
                items=items,
                rejected=reading.rows_read - reading.rows_ignored - items,
                ignored=reading.rows_ignored,
            )
    except (PriceListError, ParserKilledError) as error:
        return InspectionResult(path=path, refused=error.message)
