"""Inspection of a price list in the parser process: its profile and row counts."""

import msgspec

from pricebook.errors import ParserKilledError, PriceListError, PriceListIssue
from pricebook.pricelists.isolation import copy_lines
from pricebook.pricelists.isolation.parser_pool import ParserPool
from pricebook.pricelists.schemas import DetectedProfile, FileSource, ReadRequest


class InspectionResult(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The detected profile and the row counts of a price list, or why it is refused."""

    path: str
    refused: str | None = None
    issues: tuple[PriceListIssue, ...] = ()
    profile: DetectedProfile | None = msgspec.field(default=None, name="found")
    items: int = 0
    rejected: int = 0
    ignored: int = 0


async def inspect_price_list(
    parser_pool: ParserPool, path: str, request: ReadRequest
) -> InspectionResult:
    """Read a file to its end in the parser process, with the options of the request."""
    request = msgspec.structs.replace(request, source=FileSource(path))
    items = 0
    try:
        async with parser_pool.opened(request) as stream:
            async for chunk in stream.chunks():
                items += copy_lines.count_items(chunk.lines)
            return InspectionResult(
                path=path,
                profile=stream.profile,
                items=items,
                rejected=stream.rows_read - stream.rows_ignored - items,
                ignored=stream.rows_ignored,
            )
    except PriceListError as error:
        return InspectionResult(path=path, refused=error.message, issues=error.issues)
    except ParserKilledError as error:
        return InspectionResult(path=path, refused=error.message)
