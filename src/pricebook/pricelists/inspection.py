"""Inspection of a price list in the parser process: its profile, counts and rejected rows."""

from collections import Counter

import msgspec

from pricebook.errors import ParserKilledError, PriceListError, PriceListIssue
from pricebook.pricelists.first_rows import read_first_rows
from pricebook.pricelists.isolation.frames import SheetSample
from pricebook.pricelists.isolation.parser_pool import ParserPool, PriceListStream
from pricebook.pricelists.profile_sentence import describe_profile
from pricebook.pricelists.row_errors import RowError, row_errors_of
from pricebook.pricelists.schemas.profile import DetectedProfile
from pricebook.pricelists.schemas.read_request import FileSource, ReadRequest


class InspectionResult(msgspec.Struct, frozen=True, kw_only=True):
    """The detected profile and the rows of a price list by outcome, or why it is refused.

    `first_rows` are those of each table, below its header.
    """

    path: str
    refused: str | None = None
    issues: tuple[PriceListIssue, ...] = ()
    profile: DetectedProfile | None = msgspec.field(default=None, name="found")
    profile_sentence: str | None = None
    items: int = 0
    rejected: int = 0
    ignored: int = 0
    row_error_counts: dict[str, int] = {}
    row_errors: list[RowError] = []
    first_rows: tuple[SheetSample, ...] = ()


async def inspect_price_list(
    parser_pool: ParserPool, path: str, request: ReadRequest
) -> InspectionResult:
    """Read a file to its end in the parser process, with the options of the request."""
    request = msgspec.structs.replace(request, source=FileSource(path))
    try:
        async with parser_pool.opened(request) as stream:
            return await _inspect_stream(path, stream)
    except PriceListError as error:
        return InspectionResult(path=path, refused=error.message, issues=error.issues)
    except ParserKilledError as error:
        return InspectionResult(path=path, refused=error.message)


async def _inspect_stream(path: str, stream: PriceListStream) -> InspectionResult:
    row_errors = [error async for chunk in stream.chunks() for error in row_errors_of(chunk.lines)]
    items = stream.rows_read - stream.rows_ignored - len(row_errors)
    return InspectionResult(
        path=path,
        profile=stream.profile,
        profile_sentence=describe_profile(stream.profile, items),
        items=items,
        rejected=len(row_errors),
        ignored=stream.rows_ignored,
        row_error_counts=dict(Counter(error.error_type for error in row_errors)),
        row_errors=row_errors,
        first_rows=await read_first_rows(stream),
    )
