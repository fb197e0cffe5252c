"""Lists as CSV files, by `Accept: text/csv`."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any, TypeVar

from litestar import Request
from litestar.response import Stream

ChunkT = TypeVar("ChunkT", str, bytes)

CSV_MEDIA_TYPE = "text/csv"


def accepts_csv(request: Request[Any, Any, Any]) -> bool:
    """Return whether a request prefers CSV to JSON."""
    return request.accept.best_match(["application/json", CSV_MEDIA_TYPE]) == CSV_MEDIA_TYPE


async def file_response(
    chunks: AsyncGenerator[ChunkT], name: str, media_type: str = CSV_MEDIA_TYPE
) -> Stream:
    """Return a streamed file; its first chunk is read before, so that errors have a response."""
    first = await anext(chunks)

    async def content() -> AsyncGenerator[ChunkT]:
        async with aclosing(chunks):
            yield first
            async for each in chunks:
                yield each

    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Vary": "Accept"}
    return Stream(content(), media_type=media_type, headers=headers)
